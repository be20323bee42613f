import { createHistogram, performance } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';

/** Between two looks at a busy event loop; after each look at an idle one twice as long, up to the longest. */
const SHORTEST_MS = 10;
const LONGEST_MS = 500;
/** An event loop that worked for longer since the last look is busy. */
const IDLE_WORK_MS = 5;
/** An hour, in microseconds: what is later counts as that. */
const LATEST = 3_600e6;

/** How late timers were, in seconds; NaN when none was due. */
export interface Lag {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** How late the event loop comes to what is due, looked at often while there is work and seldom while there is none: an idle process is woken twice a second. */
export class EventLoopLag {
  readonly #clock: Clock;
  /** In microseconds, to two figures. */
  readonly #late = createHistogram({ lowest: 1, highest: LATEST, figures: 2 });
  #work = performance.eventLoopUtilization();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lookIn(SHORTEST_MS);
  }

  /** The lag since the last call. */
  take(): Lag {
    const late = this.#late;
    const toSeconds = (microseconds: number) => (late.count === 0 ? Number.NaN : microseconds / 1e6);
    const lag = {
      min: toSeconds(late.min),
      max: toSeconds(late.max),
      mean: toSeconds(late.mean),
      stddev: toSeconds(late.stddev),
      p50: toSeconds(late.percentile(50)),
      p90: toSeconds(late.percentile(90)),
      p99: toSeconds(late.percentile(99)),
    };
    late.reset();
    return lag;
  }

  #lookIn(ms: number): void {
    const dueAt = this.#clock.monotonic() + ms;
    this.#clock.after(ms, () => {
      const microseconds = Math.round((this.#clock.monotonic() - dueAt) * 1e3);
      this.#late.record(Math.min(Math.max(microseconds, 1), LATEST));
      const work = performance.eventLoopUtilization();
      const { active } = performance.eventLoopUtilization(work, this.#work);
      this.#work = work;
      this.#lookIn(active > IDLE_WORK_MS ? SHORTEST_MS : Math.min(2 * ms, LONGEST_MS));
    });
  }
}
