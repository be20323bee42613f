import { ExactCells } from '../../core/columns/exact-cells.ts';
import { type RowId, Table } from '../../core/columns/table.ts';
import type { Exact } from '../../core/exact.ts';
import { DetailColumns, DetailsRow } from './detail-columns.ts';
import { COUNTERS, type Connection, copyOf, type ListedConnection, mergeConnections } from './record.ts';

/** Rows that are forgotten in a millisecond or two. */
const ROWS_A_STEP = 4_096;

/** The connections of one listing, each once, in the order in which they came first; in the memory of a listing before, where that had them. */
export class Gathered {
  readonly #table = new Table();
  readonly #readings = new ExactCells(this.#table, 0, COUNTERS.length);
  readonly #details = new DetailColumns();
  /** The state of what this listing has; what has another one stands there from the one before. */
  #listed = 1;

  /** Begins another listing in the same memory: what it has too is found there, and need not be added. */
  begin(): void {
    this.#listed = this.#listed === 1 ? 2 : 1;
  }

  /** Adds a connection; one that the listing has already is merged with it. */
  add(listed: ListedConnection): void {
    const found = this.#table.find(listed.id);
    if (found < 0) this.#set(this.#table.add(listed.id, this.#listed), listed);
    else if (this.#table.state(found) === this.#listed)
      this.#set(found, mergeConnections(this.#row(found), listed));
    else {
      this.#table.setState(found, this.#listed);
      this.#set(found, listed);
    }
  }

  /** Ends the listing: forgets, in steps, what stands there from the one before. */
  *end(): Generator<void> {
    for (let at = 0; at < this.#table.rows; at += 1) {
      if (at % ROWS_A_STEP === ROWS_A_STEP - 1) yield;
      const state = this.#table.state(at);
      if (state === 0 || state === this.#listed) continue;
      this.#details.set(at, undefined);
      for (let index = 0; index < COUNTERS.length; index += 1) this.#readings.set(at, index, undefined);
      this.#table.remove(at);
    }
  }

  /** Each in turn: the same object, which is another one after each turn. */
  *rows(): Iterable<ListedConnection> {
    const row = this.#row(0);
    for (; row.row < this.#table.rows; row.row += 1) if (this.#table.state(row.row) !== 0) yield row;
  }

  /** Each as an object of its own. */
  *values(): Iterable<Connection> {
    for (let at = 0; at < this.#table.rows; at += 1) {
      if (this.#table.state(at) === 0) continue;
      const row = this.#row(at);
      yield { id: this.#table.idAt(at), ...copyOf(row), readings: row.readings };
    }
  }

  #row(at: number): GatheredRow {
    return new GatheredRow(this.#table, this.#readings, this.#details, at);
  }

  #set(at: number, listed: ListedConnection): void {
    const { readings } = listed;
    this.#details.set(at, listed);
    for (let index = 0; index < COUNTERS.length; index += 1) this.#readings.set(at, index, readings[index]);
  }
}

class GatheredRow extends DetailsRow implements ListedConnection, RowId {
  readonly table: Table;
  readonly #readings: ExactCells;

  constructor(table: Table, readings: ExactCells, details: DetailColumns, at: number) {
    super(details, at);
    this.table = table;
    this.#readings = readings;
  }

  get id(): RowId {
    return this;
  }

  get readings(): (Exact | undefined)[] {
    const cells = this.#readings;
    const { row } = this;
    return [cells.get(row, 0), cells.get(row, 1), cells.get(row, 2), cells.get(row, 3)];
  }
}
