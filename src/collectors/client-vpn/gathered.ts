import { ExactCells } from '../../core/columns/exact-cells.ts';
import { type RowId, Table } from '../../core/columns/table.ts';
import type { Exact } from '../../core/exact.ts';
import { DetailColumns, DetailsRow } from './detail-columns.ts';
import { COUNTERS, type Connection, copyOf, type ListedConnection, mergeConnections } from './record.ts';

const LISTED = 1;

/** The connections of one listing, each once, in the order in which they came first. */
export class Gathered {
  readonly #table = new Table();
  readonly #readings = new ExactCells(this.#table, 0, COUNTERS.length);
  readonly #details = new DetailColumns();

  /** Forgets them, for another listing in the same memory. */
  clear(): void {
    this.#table.clear();
    this.#readings.clear();
  }

  /** Adds a connection; one that is there already is merged with it. */
  add(listed: ListedConnection): void {
    const found = this.#table.find(listed.id);
    if (found < 0) this.#set(this.#table.add(listed.id, LISTED), listed);
    else this.#set(found, mergeConnections(this.#row(found), listed));
  }

  /** Each in turn: the same object, which is another one after each turn. */
  *rows(): Iterable<ListedConnection> {
    const row = this.#row(0);
    for (; row.row < this.#table.rows; row.row += 1) yield row;
  }

  /** Each as an object of its own. */
  *values(): Iterable<Connection> {
    for (let at = 0; at < this.#table.rows; at += 1) {
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
