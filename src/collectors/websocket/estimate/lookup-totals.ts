import { Histogram, type HistogramState } from '../../../core/histogram.ts';
import { LOOKUP_STATUSES, type LookupStatus, type Outcome } from './outcome.ts';

/** Buckets of `aws_websocket_connection_age_seconds`, in seconds; no connection outlives two hours. */
export const AGE_BUCKETS = [30, 60, 300, 600, 1800, 3600, 5400, 7200] as const;
/** Buckets of `aws_websocket_connection_idle_seconds`, in seconds; API Gateway closes what is idle for ten minutes. */
export const IDLE_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600] as const;

/** Look-ups by what they came to. */
export type LookupCounts = Readonly<Record<LookupStatus, number>>;

/** Everything ever looked up, as plain data; histograms in seconds. */
export interface LookupState {
  readonly lookups: LookupCounts;
  readonly age: HistogramState;
  readonly idle: HistogramState;
}

/** Counts look-ups, and the age and idle time of the living that were looked up; nothing in it ever falls. */
export class LookupTotals {
  readonly #lookups: Record<LookupStatus, number>;
  readonly #age: Histogram;
  readonly #idle: Histogram;

  constructor(saved?: LookupState) {
    this.#lookups = { ...(saved?.lookups ?? toCounts()) };
    this.#age = new Histogram(AGE_BUCKETS, saved?.age);
    this.#idle = new Histogram(IDLE_BUCKETS, saved?.idle);
  }

  /** Adds the outcomes of one pass that ended at `now` (milliseconds since 1970); returns how many there were of each status. */
  add(
    outcomes: Iterable<readonly [string, Outcome]>,
    { now, idleAfterMs }: { readonly now: number; readonly idleAfterMs: number },
  ): LookupCounts {
    const counts = toCounts();
    for (const [, outcome] of outcomes) {
      const at = outcome.at ?? now;
      counts[toStatus(outcome, at - idleAfterMs)] += 1;
      if (outcome.status !== 'alive') continue;
      if (outcome.connectedAt !== undefined) this.#age.observe(toSeconds(at - outcome.connectedAt));
      if (outcome.lastActiveAt !== undefined) this.#idle.observe(toSeconds(at - outcome.lastActiveAt));
    }
    for (const status of LOOKUP_STATUSES) this.#lookups[status] += counts[status];
    return counts;
  }

  /** A copy that later look-ups do not change. */
  state(): LookupState {
    return { lookups: { ...this.#lookups }, age: this.#age.state(), idle: this.#idle.state() };
  }
}

function toCounts(): Record<LookupStatus, number> {
  return { active: 0, idle: 0, gone: 0, invalid: 0, error: 0 };
}

/** A living connection of which AWS does not say when it was active counts as active. */
function toStatus(outcome: Outcome, activeSince: number): LookupStatus {
  if (outcome.status !== 'alive') return outcome.status;
  return (outcome.lastActiveAt ?? activeSince) < activeSince ? 'idle' : 'active';
}

/** AWS' clock may be ahead of ours: nothing is younger than new. */
function toSeconds(ms: number): number {
  return Math.max(ms, 0) / 1000;
}
