import type { RowId, Table } from '../../../core/columns/table.ts';
import { type Death, ENDS, type Entry, isDead } from './entry.ts';

/** The columns of numbers of a row: its times, then its place in the order of the dead. */
export const FIRST_SEEN = 0;
export const CONNECTED = 1;
const LAST_SEEN = 2;
const ALIVE = 3;
export const ENDED = 4;
const DELISTED = 5;
export const OLDER = 6;
export const NEWER = 7;

/** The states of a row; an end is its place in `ENDS` after these, with a bit while it is undecided, and one while its connect is untold. */
const OPEN = 1;
export const FORGOTTEN = 2;
const FIRST_END = 3;
const UNDECIDED = 0x80;
const UNTOLD = 0x40;
const BITS = UNDECIDED | UNTOLD;

/** Whether the state is that of one that can be alive. */
export function isOpen(state: number): boolean {
  return (state & ~UNTOLD) === OPEN;
}

/** Whether the state is that of a dead one. */
export function isEnd(state: number): boolean {
  return (state & ~BITS) >= FIRST_END;
}

/** The state of an entry. */
export function stateOf(entry: Entry): number {
  const untold = entry.isConnectUntold ? UNTOLD : 0;
  if (!isDead(entry)) return OPEN | untold;
  return (FIRST_END + ENDS.indexOf(entry.end)) | (entry.isUndecided ? UNDECIDED : 0) | untold;
}

/** The entry in a row. */
export function entryAt(table: Table, row: number): Entry {
  const state = table.state(row);
  const firstSeenAt = table.number(row, FIRST_SEEN) ?? 0;
  const connectedAt = table.number(row, CONNECTED);
  const lastSeenAt = table.number(row, LAST_SEEN);
  const aliveAt = table.number(row, ALIVE);
  const end = ENDS[(state & ~BITS) - FIRST_END];
  const isConnectUntold = (state & UNTOLD) !== 0;
  if (end === undefined) return { firstSeenAt, connectedAt, lastSeenAt, aliveAt, isConnectUntold };
  const endedAt = table.number(row, ENDED) ?? 0;
  const isUndecided = (state & UNDECIDED) !== 0;
  const delistedAt = table.number(row, DELISTED);
  return {
    firstSeenAt,
    connectedAt,
    lastSeenAt,
    aliveAt,
    isConnectUntold,
    end,
    endedAt,
    isUndecided,
    delistedAt,
  };
}

/** Writes the times of an entry into a row. */
export function writeTimes(table: Table, row: number, entry: Entry): void {
  table.setNumber(row, FIRST_SEEN, entry.firstSeenAt);
  table.setNumber(row, CONNECTED, entry.connectedAt);
  table.setNumber(row, LAST_SEEN, entry.lastSeenAt);
  table.setNumber(row, ALIVE, entry.aliveAt);
  const dead = isDead(entry) ? entry : undefined;
  table.setNumber(row, ENDED, dead?.endedAt);
  table.setNumber(row, DELISTED, dead?.delistedAt);
}

/** Goes from one entry to the next; what it says is of the entry where it stands, as it is by then, and costs no object. */
export class EntryRow implements RowId, Death {
  readonly table: Table;
  row = -1;

  constructor(table: Table) {
    this.table = table;
  }

  /** Goes to the next entry; false if there is none any more. */
  next(): boolean {
    while (++this.row < this.table.rows) {
      const state = this.table.state(this.row);
      if (isOpen(state) || isEnd(state)) return true;
    }
    return false;
  }

  get id(): string {
    return this.table.idAt(this.row);
  }

  get isOpen(): boolean {
    return isOpen(this.table.state(this.row));
  }

  get firstSeenAt(): number {
    return this.table.number(this.row, FIRST_SEEN) ?? 0;
  }

  get connectedAt(): number | undefined {
    return this.table.number(this.row, CONNECTED);
  }

  /** Of one that is dead, as the two after it. */
  get endedAt(): number {
    return this.table.number(this.row, ENDED) ?? 0;
  }

  get isUndecided(): boolean {
    return (this.table.state(this.row) & UNDECIDED) !== 0;
  }

  get delistedAt(): number | undefined {
    return this.table.number(this.row, DELISTED);
  }

  /** All that is known of it. */
  entry(): Entry {
    return entryAt(this.table, this.row);
  }
}
