import { type Clock, sleep, systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';

/** All releases together may take so long, for whoever told us to end waits five seconds: what hangs by then is left behind. */
const GRACE_MS = 4_000;

interface Release {
  readonly what: string;
  readonly release: () => Promise<void> | void;
}

/** What was acquired, released in reverse order; also when start-up fails half way. */
export class Releases {
  readonly #clock: Clock;
  readonly #releases: Release[] = [];

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Remembers how to release what was just acquired, and what to call it. */
  add(what: string, release: () => Promise<void> | void): void {
    this.#releases.push({ what, release });
  }

  /** Releases everything once, the latest first; rejects after all were tried when some failed, or did not end in time. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    const done = new AbortController();
    const late = sleep(this.#clock, GRACE_MS, done.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    );
    let isLate = false;
    for (let next = this.#releases.pop(); next; next = this.#releases.pop()) {
      try {
        const ending = Promise.resolve(next.release());
        if (isLate) {
          ending.catch((error: unknown) => errors.push(error));
          continue;
        }
        isLate = (await Promise.race([ending, late])) === 'late';
        if (isLate)
          throw new Error(
            `${next.what} did not end within ${GRACE_MS / 1_000} s of all, and was left behind`,
          );
      } catch (error) {
        errors.push(error);
      }
    }
    done.abort();
    if (errors.length > 0) throw new AggregateError(errors);
  }
}

/**
 * Runs `work`, and releases what it acquired whether it succeeds or not; resolves to its exit code, or to 1 when something could not be
 * released, which is logged.
 */
export async function withReleases(
  logger: Logger,
  work: (releases: Releases) => Promise<number>,
): Promise<number> {
  const releases = new Releases();
  let code = 1;
  try {
    code = await work(releases);
  } finally {
    await releases.close().catch((err: unknown) => {
      code = 1;
      logger.error('Shutting down did not go as it should; what changed last may not be saved', { err });
    });
  }
  return code;
}
