import type { Clock } from './clock.ts';

/** When a pass ended, on the monotonic clock: age does not change when the wall clock steps. */
export interface Ended {
  readonly endedAtMonotonic: number;
}

/** Which passes are young enough for their gauges to be shown. */
export interface Freshness {
  isFresh(last: Ended): boolean;
  /** Milliseconds until the next of these passes goes stale; undefined when none will. */
  nextChangeInMs(views: Iterable<{ readonly last: Ended | undefined }>): number | undefined;
}

/** Passes are fresh until they are older than `staleAfterMs`. */
export function createFreshness(clock: Clock, staleAfterMs: number): Freshness {
  const freshForMs = ({ endedAtMonotonic }: Ended) => endedAtMonotonic + staleAfterMs - clock.monotonic();
  return {
    isFresh: (last) => freshForMs(last) >= 0,
    nextChangeInMs(views) {
      const left = [...views].flatMap(({ last }) => (last ? [freshForMs(last)] : [])).filter((ms) => ms >= 0);
      return left.length > 0 ? Math.min(...left) + 1 : undefined;
    },
  };
}
