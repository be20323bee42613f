import { type Clock, sleep, systemClock } from './core/clock.ts';

/** All releases together may take so long: whoever hangs by then, on a disk for instance, is left behind. */
const GRACE_MS = 6_000;

/** What was acquired, released in reverse order; also when start-up fails half way. */
export class Releases {
  readonly #clock: Clock;
  readonly #releases: (() => Promise<void> | void)[] = [];

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Remembers how to release what was just acquired. */
  add(release: () => Promise<void> | void): void {
    this.#releases.push(release);
  }

  /** Releases everything once, the latest first; rejects after all were tried when some failed, or did not end in time. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    const done = new AbortController();
    const late = sleep(this.#clock, GRACE_MS, done.signal).then(
      () =>
        Promise.reject(new Error(`something does not end, and was left behind after ${GRACE_MS / 1_000} s`)),
      () => {},
    );
    late.catch(() => {});
    for (let release = this.#releases.pop(); release; release = this.#releases.pop()) {
      try {
        await Promise.race([release(), late]);
      } catch (error) {
        errors.push(error);
      }
    }
    done.abort();
    if (errors.length > 0) throw new AggregateError(errors, 'shutting down');
  }
}

/** Runs `work`, and releases what it acquired whether it succeeds or not. */
export async function withReleases<T>(work: (releases: Releases) => Promise<T>): Promise<T> {
  const releases = new Releases();
  try {
    return await work(releases);
  } finally {
    await releases.close();
  }
}
