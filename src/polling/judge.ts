import type { AccountSource } from '../aws/accounts.ts';
import { actionOf, explain, toCallError } from '../aws/errors.ts';
import type { Target } from '../aws/targets.ts';
import type { Verdict } from './domain.ts';

/** What is said of one permission. */
export type Judgement = Pick<Verdict, 'answer' | 'isFailure' | 'reason'>;

/** Of what there is nothing yet to ask about, for this reason. */
export function notAsked(reason: string): Judgement {
  return { answer: 'not asked', isFailure: false, reason };
}

/** Whether AWS allows what `call` asks: a call that succeeds is allowed. */
export async function judge(call: () => Promise<unknown>): Promise<Judgement> {
  try {
    await call();
    return { answer: 'allowed', isFailure: false, reason: '' };
  } catch (error) {
    return toJudgement(error);
  }
}

/** The account behind a target's credentials, or the verdict that there is no way in. */
export async function judgeAccount(
  source: AccountSource,
  target: Target,
  signal: AbortSignal,
): Promise<{ readonly accountId: string } | { readonly verdict: Verdict }> {
  try {
    return { accountId: await source.accountId(target, signal) };
  } catch (error) {
    const action = actionOf(error) ?? EVERYTHING;
    const resource = action === 'sts:AssumeRole' ? (target.roleArn ?? target.name) : target.name;
    return { verdict: { action, resource, ...toJudgement(error) } };
  }
}

/** Of a target that cannot be asked for anything. */
const EVERYTHING = '*';

/** AWS can have denied only what it was asked. */
function toJudgement(error: unknown): Judgement {
  const isDenied = toCallError(error) === 'denied';
  const answer = actionOf(error) === undefined ? 'not asked' : isDenied ? 'denied' : 'unknown';
  return { answer, isFailure: true, reason: explain(error) };
}
