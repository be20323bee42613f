import type { Run } from './run.ts';

/** What a figure is counted in; sizes in MB of 1,000,000 bytes for files, of 1,048,576 for memory. */
export type Unit = 'µs' | 'ms' | 's' | 'MB' | 'a second';

/** What must be reached: at most so much of the figure, of figure ÷ baseline, or of figure − baseline. */
export interface Must {
  readonly of: 'figure' | 'ratio' | 'difference';
  readonly most: number;
}

/** What a row of the table says before anything is measured. */
export interface RowText {
  readonly what: string;
  readonly unit: Unit;
  /** What is measured beside it, in the same run and in turn. */
  readonly baseline?: string;
  readonly must?: Must;
}

/** What was measured of a row, in its unit. */
export interface Measured {
  readonly figure: number;
  readonly baseline?: number;
  /** What else was measured, in words. */
  readonly beside?: string;
}

/** Rows that are measured together. */
export interface Family<Key extends string = string> {
  /** By which a run is told to measure it. */
  readonly name: string;
  readonly rows: Readonly<Record<Key, RowText>>;
  /** Measures every row; what it starts through the run is ended after it. */
  measure(run: Run): Promise<Readonly<Record<Key, Measured>>>;
}

/** A family, of whose rows none can be forgotten. */
export function family<Key extends string>(rows: Family<Key>): Family {
  return rows;
}

/** A table of its own, for what has no baseline. */
export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What gives a table of its own. */
export interface Study {
  readonly name: string;
  measure(run: Run): Promise<Table>;
}

/** Whether a row has reached what it must; undefined where nothing must be. */
export function isReached(
  { must }: RowText,
  { figure, baseline = Number.NaN }: Measured,
): boolean | undefined {
  if (!must) return undefined;
  const values = { figure, ratio: figure / baseline, difference: figure - baseline };
  return values[must.of] <= must.most;
}
