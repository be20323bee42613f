import type { Clock } from '../../src/core/clock.ts';

/** A clock that stands still until a test moves it. */
export interface HandClock extends Clock {
  /** Moves time on by `ms`, firing due timers in order of their time and letting promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock forward, or back if it is negative; monotonic time and timers do not notice. */
  step(ms: number): void;
  /** The machine sleeps for `ms`: time goes on, on the wall and if `monotonic` also there, but no timer fires before it wakes. */
  suspend(ms: number, clocks: 'wall' | 'wall and monotonic'): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** A hand clock whose wall time begins at `start`, milliseconds since 1970; its monotonic time begins at 0. */
export function createHandClock(start = Date.UTC(2026, 0, 1)): HandClock {
  const timers = new Set<Timer>();
  let elapsed = 0;
  let stepped = 0;
  const clock: HandClock = {
    now: () => start + stepped + elapsed,
    monotonic: () => elapsed,
    after(ms, fn) {
      const timer = { at: elapsed + Math.max(ms, 0), fn };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = elapsed + ms;
      await settle();
      for (let timer = firstDue(timers, end); timer; timer = firstDue(timers, end)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.at);
        timer.fn();
        await settle();
      }
      elapsed = end;
    },
    step(ms) {
      stepped += ms;
    },
    async suspend(ms, clocks) {
      if (clocks === 'wall') stepped += ms;
      else elapsed += ms;
      await clock.advance(0);
    },
  };
  return clock;
}

/** The earliest timer due by `end`; of equals, the one set first. */
function firstDue(timers: ReadonlySet<Timer>, end: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) {
    if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
  }
  return first;
}

/** Every promise that needs nothing but other promises has settled once the event loop goes round. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
