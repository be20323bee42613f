import type { Clock } from '../core/clock.ts';
import { shortestIntervalMs, startTicks } from './cron.ts';
import type { PassRunner } from './pass.ts';

/** A collector's passes over time. */
export interface Scheduler {
  /** When the next scheduled pass begins, milliseconds since 1970; undefined once stopped. */
  nextPassAt(): number | undefined;
  /** No further pass begins; one that is under way goes on. */
  stop(): void;
}

interface SchedulerOptions {
  /** A valid cron expression. */
  readonly cron: string;
  readonly runner: Pick<PassRunner, 'run'>;
  readonly clock: Clock;
  /** The longest offset from the ticks that this process may draw. */
  readonly jitterMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly ticks?: typeof startTicks;
}

/** Begins the first pass at once, and from then on one after every tick of the schedule, at an offset drawn once. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { cron, runner, clock, jitterMs, random, ticks = startTicks } = options;
  const offset = offsetMs(shortestIntervalMs(cron), jitterMs, random());
  let pending: { readonly at: number; readonly cancel: () => void } | undefined;
  let stopped = false;

  const running = ticks(cron, (tickAt) => {
    pending?.cancel();
    const cancel = clock.after(delayMs(tickAt, offset, clock.now()), () => {
      pending = undefined;
      void runner.run('schedule');
    });
    pending = { at: tickAt + offset, cancel };
  });
  void runner.run('start');

  return {
    nextPassAt: () => (stopped ? undefined : (pending?.at ?? running.nextAt() + offset)),
    stop() {
      stopped = true;
      running.stop();
      pending?.cancel();
    },
  };
}

/**
 * This process's own distance from every tick, so that many replicas do not call AWS in the same second while each
 * keeps its spacing: `draw` of the way to `jitterMs`, or to a quarter of the interval if that is less.
 */
export function offsetMs(intervalMs: number, jitterMs: number, draw: number): number {
  return Math.floor(draw * Math.min(intervalMs / 4, jitterMs));
}

/** How long after `now` the pass of a tick begins: never in the past, and never later than the offset. */
export function delayMs(tickAt: number, offset: number, now: number): number {
  return Math.min(Math.max(tickAt + offset - now, 0), offset);
}
