import { explain, toCallError } from '../aws/errors.ts';
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
