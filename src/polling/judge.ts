import type { AccountSource } from '../aws/accounts.ts';
import { raceAbort } from '../aws/calls.ts';
import { actionOf, explain, toCallError } from '../aws/errors.ts';
import type { Target } from '../aws/targets.ts';
import type { Verdict } from './domain.ts';

/** What is said of one permission. */
export type Judgement = Pick<Verdict, 'answer' | 'isFailure' | 'reason'>;

/** Of what there is nothing yet to ask about, for this reason. */
export function notAsked(reason: string): Judgement {
  return { answer: 'not asked', isFailure: false, reason };
}

/** Whether AWS allows what `call` asks: a call that succeeds is allowed. Nobody knows of one that the signal breaks off. */
export async function judge(call: () => Promise<unknown>, signal: AbortSignal): Promise<Judgement> {
  try {
    await raceAbort(call, signal);
    return { answer: 'allowed', isFailure: false, reason: '' };
  } catch (error) {
    return toJudgement(error, signal);
  }
}

/** The account behind a target's credentials, or the verdict that there is no way in. */
export async function judgeAccount(
  source: AccountSource,
  target: Target,
  signal: AbortSignal,
): Promise<{ readonly accountId: string } | { readonly verdict: Verdict }> {
  try {
    return { accountId: await raceAbort(() => source.accountId(target, signal), signal) };
  } catch (error) {
    const action = actionOf(error) ?? EVERYTHING;
    const resource = action === 'sts:AssumeRole' ? (target.roleArn ?? target.name) : target.name;
    return { verdict: { action, resource, ...toJudgement(error, signal) } };
  }
}

/** Of a target that cannot be asked for anything. */
const EVERYTHING = '*';

/** AWS can have denied only what it was asked. */
function toJudgement(error: unknown, signal: AbortSignal): Judgement {
  const reason = explain(error, signal);
  if (signal.aborted) return { answer: 'unknown', isFailure: true, reason };
  const isDenied = toCallError(error) === 'denied';
  const answer = actionOf(error) === undefined ? 'not asked' : isDenied ? 'denied' : 'unknown';
  return { answer, isFailure: true, reason };
}
