import { type AnyId, type RowId, Table } from '../../../core/columns/table.ts';

/** The most ids of a listing: AWS lets an account have 500 new connections a second, each for two hours. */
export const MOST_IDS = 4_000_000;

const LISTED = 1;
const CONNECTED = 0;

/** Every id that a source of connection ids lists, with its connect time in milliseconds since 1970, undefined where it has none; each once, in their order. */
export class ListedIds {
  readonly #table = new Table();
  readonly #most: number;

  /** With at most so many. */
  constructor(ids: Iterable<readonly [id: string, connectedAt: number | undefined]> = [], most = MOST_IDS) {
    this.#most = most;
    for (const [id, connectedAt] of ids) this.add(id, connectedAt);
  }

  get size(): number {
    return this.#table.rows;
  }

  has(id: AnyId): boolean {
    return this.#table.find(id) >= 0;
  }

  /** Adds an id; of one listed twice, the earlier time counts: by then it was connected. Throws when there are too many. */
  add(id: string, connectedAt: number | undefined): void {
    const found = this.#table.find(id);
    if (found < 0 && this.size >= this.#most)
      throw new Error(
        `it lists more than ${this.#most} ids, more than an account can have connections: is it what was meant?`,
      );
    const row = found < 0 ? this.#table.add(id, LISTED) : found;
    const earlier = this.#table.number(row, CONNECTED);
    if (connectedAt !== undefined && (earlier === undefined || connectedAt < earlier))
      this.#table.setNumber(row, CONNECTED, connectedAt);
  }

  /** Every id in turn. */
  rows(): ListedRow {
    return new ListedRow(this.#table);
  }

  *[Symbol.iterator](): Iterator<readonly [id: string, connectedAt: number | undefined]> {
    for (const row = this.rows(); row.next(); ) yield [row.id, row.connectedAt];
  }
}

/** Goes from one listed id to the next; what it says is of the one where it stands. */
export class ListedRow implements RowId {
  readonly table: Table;
  row = -1;

  constructor(table: Table) {
    this.table = table;
  }

  /** Goes to the next; false if there is none any more. */
  next(): boolean {
    this.row += 1;
    return this.row < this.table.rows;
  }

  get id(): string {
    return this.table.idAt(this.row);
  }

  get connectedAt(): number | undefined {
    return this.table.number(this.row, CONNECTED);
  }
}
