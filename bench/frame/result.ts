import type { Machine } from './machine.ts';
import type { Measured, Table } from './row.ts';

/** What a run has found. */
export interface Result {
  /** Whether it was only to be seen that everything works. */
  readonly isShort: boolean;
  readonly machine: Machine;
  /** By family and row: `pass.http`. */
  readonly figures: Readonly<Record<string, Measured>>;
  /** By study. */
  readonly tables: Readonly<Record<string, Table>>;
}
