import { ExactCells } from '../../core/columns/exact-cells.ts';
import { Table, textOf } from '../../core/columns/table.ts';
import { DetailColumns } from './detail-columns.ts';
import { COUNTERS, type Connection, type ListedConnection, mergeConnections } from './record.ts';

const LISTED = 1;

/** The connections of one listing, each once, in the order in which they came first. */
export class Gathered {
  readonly #table = new Table();
  readonly #readings = new ExactCells(this.#table, 0, COUNTERS.length);
  readonly #details = new DetailColumns();

  /** Adds a connection; one that is there already is merged with it. */
  add(listed: ListedConnection): void {
    const found = this.#table.find(listed.id);
    const row = found < 0 ? this.#table.add(listed.id, LISTED) : found;
    const { readings, ...details } = found < 0 ? listed : mergeConnections(this.#get(row), listed);
    this.#details.set(row, details);
    for (let index = 0; index < COUNTERS.length; index += 1) this.#readings.set(row, index, readings[index]);
  }

  /** Each in turn. */
  *rows(): Iterable<ListedConnection> {
    for (let row = 0; row < this.#table.rows; row += 1) yield this.#get(row);
  }

  /** The same, with their ids as texts. */
  *values(): Iterable<Connection> {
    for (const listed of this.rows()) yield { ...listed, id: textOf(listed.id) };
  }

  #get(row: number): ListedConnection {
    const readings = COUNTERS.map((_, index) => this.#readings.get(row, index));
    return { id: { table: this.#table, row }, ...this.#details.at(row), readings };
  }
}
