import { createHistogram, performance } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';
import type { Reading } from './process-readings.ts';

/** Between two looks at a busy event loop; after each look at an idle one twice as long, up to the longest. */
const SHORTEST_MS = 10;
const LONGEST_MS = 500;
/** An event loop that worked for longer since the last look is busy. */
const IDLE_WORK_MS = 5;
/** An hour, in microseconds: what is later counts as that. */
const LATEST = 3_600e6;

/** How late the event loop comes to what is due, looked at often while there is work and seldom while there is none: an idle process is woken twice a second. */
export class EventLoopLag {
  readonly #clock: Clock;
  /** In microseconds, to two figures. */
  readonly #late = createHistogram({ lowest: 1, highest: LATEST, figures: 2 });
  /** Of the last reading that found any; an idle event loop may not have been looked at between two scrapers. */
  #measured: Reading = {};
  /** How long the last reading had to wait for its turn of the event loop. */
  #lastSeconds = 0;
  readonly #work: () => number;
  #workMs: number;

  /** `work` is for how many milliseconds the event loop has been at work. */
  constructor(clock: Clock, work = () => performance.eventLoopUtilization().active) {
    this.#clock = clock;
    this.#work = work;
    this.#workMs = work();
    this.#lookIn(SHORTEST_MS);
  }

  /** The lag since it was last read, or as it was read last when nobody has looked since; as prom-client's metrics of it. */
  read(): Reading {
    const late = this.#late;
    const prefix = 'nodejs_eventloop_lag';
    const beganAt = this.#clock.monotonic();
    setImmediate(() => {
      this.#lastSeconds = (this.#clock.monotonic() - beganAt) / 1e3;
    });
    if (late.count > 0) {
      const sample = (microseconds: number) => [{ labels: {}, value: microseconds / 1e6 }];
      this.#measured = {
        [`${prefix}_min_seconds`]: sample(late.min),
        [`${prefix}_max_seconds`]: sample(late.max),
        [`${prefix}_mean_seconds`]: sample(late.mean),
        [`${prefix}_stddev_seconds`]: sample(late.stddev),
        [`${prefix}_p50_seconds`]: sample(late.percentile(50)),
        [`${prefix}_p90_seconds`]: sample(late.percentile(90)),
        [`${prefix}_p99_seconds`]: sample(late.percentile(99)),
      };
      late.reset();
    }
    return { [`${prefix}_seconds`]: [{ labels: {}, value: this.#lastSeconds }], ...this.#measured };
  }

  #lookIn(ms: number): void {
    const dueAt = this.#clock.monotonic() + ms;
    this.#clock.after(ms, () => {
      const microseconds = Math.round((this.#clock.monotonic() - dueAt) * 1e3);
      this.#late.record(Math.min(Math.max(microseconds, 1), LATEST));
      const before = this.#workMs;
      this.#workMs = this.#work();
      this.#lookIn(this.#workMs - before > IDLE_WORK_MS ? SHORTEST_MS : Math.min(2 * ms, LONGEST_MS));
    });
  }
}
