import { NumberColumn } from './columns/column.ts';
import { ExactCells, type Large } from './columns/exact-cells.ts';
import { type AnyId, type Picture, Table } from './columns/table.ts';
import type { Exact } from './exact.ts';

/** What the ledger remembers of a connection, as plain data. */
export interface Entry {
  readonly status: string;
  /** The latest time that a row taken gave. */
  readonly updatedAt: number | undefined;
  /** The last good reading per counter; undefined where there was none yet. */
  readonly readings: readonly (Exact | undefined)[];
  /** Whether the connection was in the opening listing. */
  readonly opening: boolean;
  /** Whether a row said that it is over: its status stays. */
  readonly isOver: boolean;
  /** Whether its end was already settled (observed, or before the ledger began). */
  readonly ended: boolean;
  /** Listed time at the first of the complete listings that have all lacked it; undefined while it is listed. */
  readonly absentSinceMs: number | undefined;
}

/**
 * All entries at one moment, however late they are read. A row's state is three flags and above them the number of its status, from 1 on; its
 * numbers are when it was updated, since when it has been absent, and its readings, infinite where one is past 2^53.
 */
export interface EntriesPicture extends Picture {
  /** The names of statuses by their numbers, of which 0 is none. */
  readonly statuses: readonly string[];
  readonly large: readonly Large[];
}

const UPDATED_AT = 0;
const ABSENT_SINCE = 1;
const READINGS = 2;
const OPENING = 1;
const OVER = 2;
const ENDED = 4;
const STATUS_SHIFT = 3;
const FLAGS = (1 << STATUS_SHIFT) - 1;
const MOST_STATUSES = 31;
/** Of entries that no listing of this process has held yet. */
const NO_LISTING = -1;

/** The entries of a ledger by id, in the columns of a table: each has a row, and rows of those forgotten are taken anew. */
export class LedgerEntries {
  readonly #width: number;
  readonly #table: Table;
  readonly #readings: ExactCells;
  readonly #statuses: string[];
  /** The listing that held each row last. */
  readonly #listings = new NumberColumn();
  #size = 0;

  /** Entries of `width` readings each: none, or those of a picture; then `fill` must be run to its end before anything else. */
  constructor(width: number, picture?: EntriesPicture) {
    this.#width = width;
    this.#table = new Table(picture);
    this.#statuses = [...(picture?.statuses ?? [''])];
    this.#readings = new ExactCells(this.#table, READINGS, width, picture?.large);
  }

  /** Takes up what the picture holds, in steps of a millisecond or two at most. */
  *fill(): Generator<void> {
    yield* this.#table.fill();
    for (const _ of this.#rows()) this.#size += 1;
  }

  get size(): number {
    return this.#size;
  }

  /** Every status that an entry has or had. */
  get statuses(): readonly string[] {
    return this.#statuses.slice(1);
  }

  /** The row of an id; -1 where there is no such entry. */
  find(id: AnyId): number {
    return this.#table.find(id);
  }

  /** Adds an entry whose id is not there, as of this listing, if of any; its row. */
  add(id: AnyId, entry: Entry, listing = NO_LISTING): number {
    const flags = (entry.opening ? OPENING : 0) | (entry.isOver ? OVER : 0) | (entry.ended ? ENDED : 0);
    const row = this.#table.add(id, flags | (this.#numberOf(entry.status) << STATUS_SHIFT));
    this.#listings.set(row, listing);
    this.setUpdatedAt(row, entry.updatedAt);
    this.#table.setNumber(row, ABSENT_SINCE, entry.absentSinceMs);
    for (let index = 0; index < this.#width; index += 1) this.setReading(row, index, entry.readings[index]);
    this.#size += 1;
    return row;
  }

  /** The entry in a row, as it is now. */
  get(row: number): Entry {
    return {
      status: this.status(row),
      updatedAt: this.updatedAt(row),
      readings: this.readings(row),
      opening: this.isOpening(row),
      isOver: this.isOver(row),
      ended: this.isEnded(row),
      absentSinceMs: this.#table.number(row, ABSENT_SINCE),
    };
  }

  status(row: number): string {
    return this.#statuses[this.#table.state(row) >>> STATUS_SHIFT] ?? '';
  }

  updatedAt(row: number): number | undefined {
    return this.#table.number(row, UPDATED_AT);
  }

  reading(row: number, index: number): Exact | undefined {
    return this.#readings.get(row, index);
  }

  /** All of them, as a copy. */
  readings(row: number): (Exact | undefined)[] {
    return Array.from({ length: this.#width }, (_, index) => this.reading(row, index));
  }

  isOpening(row: number): boolean {
    return (this.#table.state(row) & OPENING) !== 0;
  }

  isOver(row: number): boolean {
    return (this.#table.state(row) & OVER) !== 0;
  }

  isEnded(row: number): boolean {
    return (this.#table.state(row) & ENDED) !== 0;
  }

  setStatus(row: number, status: string, isOver: boolean): void {
    const flags = this.#table.state(row) & FLAGS & ~OVER;
    const number = this.#numberOf(status, this.#table.state(row) >>> STATUS_SHIFT);
    this.#table.setState(row, flags | (isOver ? OVER : 0) | (number << STATUS_SHIFT));
  }

  setUpdatedAt(row: number, at: number | undefined): void {
    this.#table.setNumber(row, UPDATED_AT, at);
  }

  setReading(row: number, index: number, reading: Exact | undefined): void {
    this.#readings.set(row, index, reading);
  }

  /** Marks the end of an entry as settled. */
  settleEnd(row: number): void {
    this.#table.setState(row, this.#table.state(row) | ENDED);
  }

  /** Notes that this listing holds an entry. */
  list(row: number, listing: number): void {
    this.#listings.set(row, listing);
    this.#table.setNumber(row, ABSENT_SINCE, undefined);
  }

  /** Notes for each entry that this listing lacked that it has been lacking since then, unless it was before; forgets, and gives the rows of, those that listings have lacked since `forgetMs` or before. */
  *age(listing: number, nowMs: number, forgetMs: number): Iterable<number> {
    for (const row of this.#rows()) {
      if (this.#listings.get(row) === listing) continue;
      const since = this.#table.number(row, ABSENT_SINCE) ?? nowMs;
      this.#table.setNumber(row, ABSENT_SINCE, since);
      if (since > forgetMs) continue;
      for (let index = 0; index < this.#width; index += 1) this.setReading(row, index, undefined);
      this.#table.remove(row);
      this.#size -= 1;
      yield row;
    }
  }

  /** Everything as of now; `letGo` once it has been read. */
  picture(): EntriesPicture & { letGo(): void } {
    return { ...this.#table.picture(), statuses: [...this.#statuses], large: [...this.#readings.large()] };
  }

  *[Symbol.iterator](): Iterator<[string, Entry]> {
    for (const row of this.#rows()) yield [this.#table.idAt(row), this.get(row)];
  }

  *#rows(): Iterable<number> {
    for (let row = 0; row < this.#table.rows; row += 1) if (this.#table.state(row) !== 0) yield row;
  }

  /** The number of a status, which is likely to be this one. */
  #numberOf(status: string, likely = 0): number {
    if (this.#statuses[likely] === status && likely > 0) return likely;
    const known = this.#statuses.indexOf(status, 1);
    if (known > 0) return known;
    if (this.#statuses.length > MOST_STATUSES)
      throw new RangeError(`a ledger has at most ${MOST_STATUSES} statuses`);
    return this.#statuses.push(status) - 1;
  }
}
