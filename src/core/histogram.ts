import type { Sample } from './family.ts';

/** The state of a histogram as plain data: observations per bucket (not cumulative; the last is +Inf) and their sum. */
export interface HistogramState {
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Observations counted into buckets that never fall. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum: number;

  constructor(bounds: readonly number[], state?: HistogramState) {
    this.#bounds = bounds;
    this.#counts = state ? [...state.counts] : new Array<number>(bounds.length + 1).fill(0);
    this.#sum = state?.sum ?? 0;
  }

  /** Counts one finite value. */
  observe(value: number): void {
    const index = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = index < 0 ? this.#bounds.length : index;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** A copy that later observations do not change. */
  state(): HistogramState {
    return { counts: [...this.#counts], sum: this.#sum };
  }
}

/** The `_bucket`, `_sum` and `_count` samples of a histogram with these labels. */
export function* histogramSamples<L extends string>(
  labels: Readonly<Record<L, string>>,
  bounds: readonly number[],
  { counts, sum }: HistogramState,
): Iterable<Sample<L>> {
  let total = 0;
  for (const [index, count] of counts.entries()) {
    total += count;
    const le = index < bounds.length ? String(bounds[index]) : '+Inf';
    yield { labels: { ...labels, le }, value: total, suffix: '_bucket' };
  }
  yield { labels, value: sum, suffix: '_sum' };
  yield { labels, value: total, suffix: '_count' };
}
