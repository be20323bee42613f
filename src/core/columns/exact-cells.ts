import type { Exact } from '../exact.ts';
import type { Table } from './table.ts';

/** A number past 2^53, which stands beside its table, where its row and column hold infinity. */
export type Large = readonly [row: number, index: number, value: bigint];

/** Exact numbers of any size in some columns of a table that stand side by side. */
export class ExactCells {
  readonly #table: Table;
  readonly #first: number;
  readonly #width: number;
  readonly #large = new Map<number, bigint>();

  /** The columns from `first` on, `width` of them. */
  constructor(table: Table, first: number, width: number, large: Iterable<Large> = []) {
    this.#table = table;
    this.#first = first;
    this.#width = width;
    for (const [row, index, value] of large) this.set(row, index, value);
  }

  get(row: number, index: number): Exact | undefined {
    const number = this.#table.number(row, this.#first + index);
    return number === Number.POSITIVE_INFINITY ? this.#large.get(row * this.#width + index) : number;
  }

  set(row: number, index: number, value: Exact | undefined): void {
    if (typeof value === 'bigint') this.#large.set(row * this.#width + index, value);
    else if (this.#large.size > 0) this.#large.delete(row * this.#width + index);
    const number = typeof value === 'bigint' ? Number.POSITIVE_INFINITY : value;
    this.#table.setNumber(row, this.#first + index, number);
  }

  /** Forgets those past 2^53, of a table that was cleared. */
  clear(): void {
    this.#large.clear();
  }

  /** Those past 2^53. */
  *large(): Iterable<Large> {
    for (const [cell, value] of this.#large) {
      const row = Math.trunc(cell / this.#width);
      yield [row, cell - row * this.#width, value];
    }
  }
}
