import type { AccountSource } from '../aws/accounts.ts';
import { explain, toCallError } from '../aws/errors.ts';
import type { Target } from '../aws/targets.ts';
import type { Verdict } from './domain.ts';

/** Whether AWS allows what `call` asks: a call that succeeds is allowed. */
export async function judge(call: () => Promise<unknown>): Promise<Pick<Verdict, 'answer' | 'reason'>> {
  try {
    await call();
    return { answer: 'allowed', reason: '' };
  } catch (error) {
    return { answer: toCallError(error) === 'denied' ? 'denied' : 'unknown', reason: explain(error) };
  }
}

/** The account behind a target's credentials, or the verdict that there is no way in. */
export async function judgeAccount(
  source: AccountSource,
  target: Target,
  signal: AbortSignal,
): Promise<{ readonly accountId: string } | { readonly verdict: Verdict }> {
  let accountId = '';
  const assumed = await judge(async () => {
    accountId = await source.accountId(target, signal);
  });
  if (assumed.answer === 'allowed') return { accountId };
  const action = target.roleArn === undefined ? 'sts:GetCallerIdentity' : 'sts:AssumeRole';
  return { verdict: { action, resource: target.roleArn ?? target.name, ...assumed } };
}
