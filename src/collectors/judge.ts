import type { AccountSource } from '../aws/accounts.ts';
import { raceAbort } from '../aws/calls.ts';
import { explain, toCallError } from '../aws/errors.ts';
import type { Target } from '../aws/targets.ts';
import type { Verdict } from './domain.ts';

/** Whether AWS allows what `call` asks: a call that succeeds is allowed. Nobody knows of one that the signal breaks off. */
export async function judge(
  call: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<Pick<Verdict, 'answer' | 'reason'>> {
  try {
    await raceAbort(call, signal);
    return { answer: 'allowed', reason: '' };
  } catch (error) {
    const isDenied = !signal.aborted && toCallError(error) === 'denied';
    return { answer: isDenied ? 'denied' : 'unknown', reason: explain(error, signal) };
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
  }, signal);
  if (assumed.answer === 'allowed') return { accountId };
  const action = target.roleArn === undefined ? 'sts:GetCallerIdentity' : 'sts:AssumeRole';
  return { verdict: { action, resource: target.roleArn ?? target.name, ...assumed } };
}
