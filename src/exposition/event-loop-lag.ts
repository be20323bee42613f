import { subscribe } from 'node:diagnostics_channel';
import { createHistogram, performance } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';
import type { Reading } from './process-readings.ts';

/** Between two looks at a busy event loop; after each look at an idle one so many times as long, up to the longest. */
const SHORTEST_MS = 10;
const GROWTH = 4;
const LONGEST_MS = 5_000;
/** An event loop that worked for longer since the last look is busy, if that is more than this share of the time. */
const IDLE_WORK_MS = 5;
const IDLE_SHARE = 0.02;
/** An hour, in microseconds: what is later counts as that. */
const LATEST = 3_600e6;

/** How late the event loop comes to what is due, looked at often while there is work and seldom while there is none: to look is what an idle process would be woken for most. */
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
  #waitMs = 0;
  #cancel = () => {};

  /** `work` is for how many milliseconds the event loop has been at work. */
  constructor(clock: Clock, work = () => performance.eventLoopUtilization().active) {
    this.#clock = clock;
    this.#work = work;
    this.#workMs = work();
    this.#lookIn(SHORTEST_MS);
    // Work begins with a request to somebody else, as every pass does: what comes after it is seen.
    subscribe('http.client.request.start', () => {
      if (this.#waitMs > SHORTEST_MS) this.#lookIn(SHORTEST_MS);
    });
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
    this.#cancel();
    this.#waitMs = ms;
    const beganAt = this.#clock.monotonic();
    this.#cancel = this.#clock.after(ms, () => {
      const elapsedMs = this.#clock.monotonic() - beganAt;
      const microseconds = Math.round((elapsedMs - ms) * 1e3);
      this.#late.record(Math.min(Math.max(microseconds, 1), LATEST));
      const before = this.#workMs;
      this.#workMs = this.#work();
      const isBusy = this.#workMs - before > Math.max(IDLE_WORK_MS, IDLE_SHARE * elapsedMs);
      this.#lookIn(isBusy ? SHORTEST_MS : Math.min(GROWTH * ms, LONGEST_MS));
    });
  }
}
