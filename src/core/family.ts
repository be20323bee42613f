/** The Prometheus types that this exporter emits. */
export type FamilyType = 'counter' | 'gauge' | 'histogram';

/** How an exposition is written: Prometheus' text format 0.0.4, or OpenMetrics 1.0. */
export type ExpositionForm = 'text' | 'openmetrics';

/** One value with its labels; a histogram's samples also carry the suffix and, on buckets, the `le` label. */
export interface Sample<L extends string = string> {
  /** Labels that stand before its own: one object for all samples that have them, so that they are written once. */
  readonly scope?: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<L, string>> & { readonly le?: string };
  readonly value: number;
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

/** A metric family as plain data. */
export interface Family<L extends string = string> {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
  readonly labelNames: readonly L[];
  /** Where there is not room for all: `first` is never left out, `last` before all others. */
  readonly importance?: 'first' | 'last';
  /** What it says now. It stays that however late it is read, which a large rendering does in slices: all of one is of one moment. */
  samples(): Iterable<Sample<L>>;
}
