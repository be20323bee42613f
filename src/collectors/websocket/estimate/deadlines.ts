import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../core/clock.ts';

/** When the parts of a pass end, whatever they have come to by then: the rest of its time is for saving. */
export interface Deadlines {
  /** Discovery; without it the endpoints known before are looked at. */
  readonly discovery: AbortSignal;
  /** Reading sources; a long one goes on in the next pass. */
  readonly reading: AbortSignal;
  /** Look-ups; a sample that was cut short is still a sample. */
  readonly lookingUp: AbortSignal;
  /** Stops the timers. */
  cancel(): void;
}

const DISCOVERY_ENDS = 0.3;
const READING_ENDS = 0.8;
const LOOKING_UP_ENDS = 0.9;

/** The deadlines of a pass that begins now and may take `timeoutMs`; `signal` ends all of them. */
export function createDeadlines(clock: Clock, timeoutMs: number, signal: AbortSignal): Deadlines {
  const cancels: (() => void)[] = [];
  const deadline = (share: number, what: string) => {
    const controller = new AbortController();
    const late = new Error(`the time of the pass for ${what} is over`);
    cancels.push(clock.after(timeoutMs * share, () => controller.abort(late)));
    const either = AbortSignal.any([controller.signal, signal]);
    // Every call that is under way listens to it.
    setMaxListeners(0, either);
    return either;
  };
  return {
    discovery: deadline(DISCOVERY_ENDS, 'discovery'),
    reading: deadline(READING_ENDS, 'reading sources'),
    lookingUp: deadline(LOOKING_UP_ENDS, 'look-ups'),
    cancel() {
      for (const cancel of cancels) cancel();
    },
  };
}
