import type { Table } from '../../../core/columns/table.ts';
import { NEWER, OLDER } from './entry-row.ts';

/** The ends of the order of the dead: rows plus one, 0 where there are none. */
export interface DeadEnds {
  readonly oldestDead: number;
  readonly newestDead: number;
}

/** The rows of the dead in the order in which they died: each knows the one before and the one after it. */
export class DeadOrder {
  readonly #table: Table;
  #oldest: number;
  #newest: number;

  constructor(table: Table, { oldestDead, newestDead }: DeadEnds = { oldestDead: 0, newestDead: 0 }) {
    this.#table = table;
    this.#oldest = oldestDead;
    this.#newest = newestDead;
  }

  get ends(): DeadEnds {
    return { oldestDead: this.#oldest, newestDead: this.#newest };
  }

  /** The first that died; undefined if there are none. */
  get oldest(): number | undefined {
    return this.#oldest === 0 ? undefined : this.#oldest - 1;
  }

  /** Puts a row behind all others. */
  add(row: number): void {
    this.#point(row + 1, OLDER, this.#newest);
    if (this.#newest === 0) this.#oldest = row + 1;
    else this.#point(this.#newest, NEWER, row + 1);
    this.#newest = row + 1;
  }

  remove(row: number): void {
    const older = this.#table.number(row, OLDER) ?? 0;
    const newer = this.#table.number(row, NEWER) ?? 0;
    if (older === 0) this.#oldest = newer;
    else this.#point(older, NEWER, newer);
    if (newer === 0) this.#newest = older;
    else this.#point(newer, OLDER, older);
    this.#point(row + 1, OLDER, 0);
    this.#point(row + 1, NEWER, 0);
  }

  /** Who has nobody there has no number. */
  #point(from: number, column: number, to: number): void {
    this.#table.setNumber(from - 1, column, to === 0 ? undefined : to);
  }
}
