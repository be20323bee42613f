import { type Column, ExactColumn, NumberColumn, ValueColumn } from './columns.ts';
import { add, type Exact, growth, larger } from './exact.ts';
import { Slots } from './slots.ts';

/** What one complete listing says of one connection. */
export interface Row {
  readonly status: string;
  /** When the row was last updated, milliseconds since 1970; undefined when it does not say. */
  readonly updatedAt: number | undefined;
  /** One reading per counter of the ledger; undefined where it could not be read. */
  readonly readings: readonly (Exact | undefined)[];
}

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

/** What posting one row did; the entry is as of after the posting. */
export interface Posted<R extends Row> {
  readonly entry: Entry;
  /** The row that tells what the connection is: this one, or where it was ignored the last that was not; undefined when this process saw none. */
  readonly taken: R | undefined;
  /** Traffic that passed since the last posting, per counter; undefined when nothing was counted. */
  readonly growth: readonly Exact[] | undefined;
}

/** A ledger as plain data, apart from its entries. */
export interface LedgerState {
  readonly begun: boolean;
  readonly listedMs: number;
  readonly opened: number;
  readonly transitions: Readonly<Record<string, number>>;
  readonly totals: Readonly<Record<string, readonly Exact[]>>;
}

/** Listings must lack an entry for this long before it is forgotten: twice what AWS lists an ended connection, and slack. */
const FORGET_AFTER_MS = 2 * 60 * 60 * 1000;

/** The most statuses of a ledger beside those that it was made with: more than AWS is likely to add. */
export const MOST_OTHER_STATUSES = 20;

/** The status to which traffic is credited when no complete listing held the connection before. */
const FIRST_STATUS = 'active';

const OPENING = 1;
const OVER = 2;
const ENDED = 4;
const USED = 8;

/**
 * Sums the readings of short-lived counters into totals that never fall.
 *
 * The first listing is the opening balance: remembered, not counted. After it a new connection counts in full and a known one by its
 * growth, credited to the status of the last listing that held it. Only whole listings go in: `begin`, every row once, `end`.
 * Of statuses that it was not made with, those past the first 20 are one, `_other`.
 */
export class CounterLedger<R extends Row = Row> {
  readonly #width: number;
  readonly #statuses: readonly string[];
  /** What is known of each connection stands in one place of all columns; places of those forgotten are taken anew. */
  readonly #places = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #keys: string[] = [];
  readonly #status: string[] = [];
  readonly #flags: number[] = [];
  readonly #listings: number[] = [];
  readonly #updatedAt = new NumberColumn();
  readonly #absentSinceMs = new NumberColumn();
  readonly #readings: readonly ExactColumn[];
  readonly #taken: Column<R>;
  readonly #slots: Slots;
  readonly #transitions = new Map<string, number>();
  readonly #totals = new Map<string, Exact[]>();
  #begun = false;
  #opened = 0;
  #listing = 0;
  #listedMs = 0;

  /** A ledger of `width` counters in which every one of `statuses` exists, at 0, from the opening on; the rows last taken are kept in `taken`. */
  constructor(
    width: number,
    statuses: readonly string[],
    saved?: { state: LedgerState; entries: Iterable<[string, Entry]> },
    taken: Column<R> = new ValueColumn<R>(),
  ) {
    this.#width = width;
    this.#statuses = statuses;
    this.#taken = taken;
    this.#readings = Array.from({ length: width }, () => new ExactColumn());
    this.#slots = new Slots(statuses.length + MOST_OTHER_STATUSES, statuses);
    if (!saved) return;
    this.#begun = saved.state.begun;
    this.#opened = saved.state.opened;
    this.#listedMs = saved.state.listedMs;
    // A file of before there was a most of statuses can have more: they are summed here.
    for (const [status, count] of Object.entries(saved.state.transitions))
      this.#enter(this.#slots.of(status), count);
    for (const [status, totals] of Object.entries(saved.state.totals))
      this.#credit(this.#slots.of(status), totals);
    for (const [key, entry] of saved.entries) {
      const at = this.#add(key, this.#slots.of(entry.status), entry.updatedAt, entry.readings);
      const flags = (entry.opening ? OPENING : 0) | (entry.isOver ? OVER : 0) | (entry.ended ? ENDED : 0);
      this.#flags[at] = USED | flags;
      this.#listings[at] = -1;
      this.#absentSinceMs.set(at, entry.absentSinceMs);
    }
  }

  /** Whether an opening listing has been posted. */
  get begun(): boolean {
    return this.#begun;
  }

  /** How long complete listings have covered this endpoint, without the gaps between them that were outages. */
  get listedMs(): number {
    return this.#listedMs;
  }

  /** How many statuses of the last listing are part of `_other`. */
  get foldedStatuses(): number {
    return this.#slots.folded;
  }

  /** How many connections are remembered. */
  get size(): number {
    return this.#places.size;
  }

  /** Starts a complete listing; `elapsedMs` is the listed time since the one before, 0 after an outage or a restart. */
  begin(elapsedMs: number): void {
    this.#slots.begin();
    this.#listing += 1;
    this.#listedMs += elapsedMs;
  }

  /** Posts one connection of the listing; `isEnd` says that the row tells its end, which no other row takes back. */
  post(key: string, row: R, isEnd: boolean): Posted<R> {
    const at = this.#places.get(key);
    if (at === undefined) return this.#postNew(key, row, isEnd);
    this.#listings[at] = this.#listing;
    this.#absentSinceMs.set(at, undefined);
    const isStale = this.#isBefore(row, at);
    // A stale copy: AWS answered from a replica that lags behind what was posted before. An end stays true however late it is told.
    if (!isEnd && isStale) return { entry: this.#entry(at), taken: this.#taken.get(at), growth: undefined };
    const wasOver = this.#is(at, OVER);
    const before = this.#status[at] ?? '';
    const grown = this.#grow(at, row.readings, isEnd || wasOver);
    if (grown) this.#credit(before, grown);
    if (!isStale && row.updatedAt !== undefined) this.#updatedAt.set(at, row.updatedAt);
    const isTaken = isEnd || !wasOver;
    if (isTaken) {
      const status = this.#slots.of(row.status);
      if (status !== before) this.#enter(status);
      this.#status[at] = status;
      this.#mark(at, OVER, isEnd);
      this.#taken.set(at, row);
    }
    return { entry: this.#entry(at), taken: isTaken ? row : this.#taken.get(at), growth: grown };
  }

  /** Marks the connection's end as settled. */
  settleEnd(key: string): void {
    const at = this.#places.get(key);
    if (at !== undefined) this.#mark(at, ENDED, true);
  }

  /** Ends the listing: what has been lacking for two hours of listed time is forgotten. */
  end(): void {
    for (let at = 0; at < this.#keys.length; at += 1) {
      if (this.#listings[at] === this.#listing || !this.#is(at, USED)) continue;
      const since = this.#absentSinceMs.get(at) ?? this.#listedMs;
      this.#absentSinceMs.set(at, since);
      if (this.#listedMs - since >= FORGET_AFTER_MS) this.#forget(at);
    }
    this.#begun = true;
    for (const status of this.#statuses) {
      if (!this.#totals.has(status)) this.#totals.set(status, this.#zeros());
      if (!this.#transitions.has(status)) this.#transitions.set(status, 0);
    }
  }

  /** Totals, transitions and the connections opened, as a copy that later postings do not change. */
  state(): LedgerState {
    return {
      begun: this.#begun,
      listedMs: this.#listedMs,
      opened: this.#opened,
      transitions: Object.fromEntries(this.#transitions),
      totals: Object.fromEntries([...this.#totals].map(([status, totals]) => [status, [...totals]])),
    };
  }

  /** Everything remembered of connections, by key. */
  *entries(): Iterable<[string, Entry]> {
    for (const [key, at] of this.#places) yield [key, this.#entry(at)];
  }

  #postNew(key: string, row: R, isEnd: boolean): Posted<R> {
    const opening = !this.#begun;
    const status = this.#slots.of(row.status);
    const at = this.#add(key, status, row.updatedAt, row.readings);
    this.#flags[at] = USED | (opening ? OPENING : 0) | (isEnd ? OVER : 0);
    this.#listings[at] = this.#listing;
    this.#taken.set(at, row);
    if (opening) return { entry: this.#entry(at), taken: row, growth: undefined };
    this.#opened += 1;
    this.#enter(status);
    const grown = row.readings.map((reading) => reading ?? 0);
    this.#credit(FIRST_STATUS, grown);
    return { entry: this.#entry(at), taken: row, growth: grown };
  }

  #add(key: string, status: string, updatedAt: number | undefined, readings: Row['readings']): number {
    const at = this.#free.pop() ?? this.#keys.length;
    this.#places.set(key, at);
    this.#keys[at] = key;
    this.#status[at] = status;
    this.#updatedAt.set(at, updatedAt);
    this.#absentSinceMs.set(at, undefined);
    for (let index = 0; index < this.#width; index += 1) this.#readings[index]?.set(at, readings[index]);
    return at;
  }

  #forget(at: number): void {
    this.#places.delete(this.#keys[at] ?? '');
    this.#keys[at] = '';
    this.#flags[at] = 0;
    this.#taken.set(at, undefined);
    this.#free.push(at);
  }

  #entry(at: number): Entry {
    return {
      status: this.#status[at] ?? '',
      updatedAt: this.#updatedAt.get(at),
      readings: this.#readings.map((column) => column.get(at)),
      opening: this.#is(at, OPENING),
      isOver: this.#is(at, OVER),
      ended: this.#is(at, ENDED),
      absentSinceMs: this.#absentSinceMs.get(at),
    };
  }

  #is(at: number, flag: number): boolean {
    return ((this.#flags[at] ?? 0) & flag) !== 0;
  }

  #mark(at: number, flag: number, isSet: boolean): void {
    const flags = this.#flags[at] ?? 0;
    this.#flags[at] = isSet ? flags | flag : flags & ~flag;
  }

  #isBefore({ updatedAt }: Row, at: number): boolean {
    const before = this.#updatedAt.get(at);
    return updatedAt !== undefined && before !== undefined && updatedAt < before;
  }

  /** What was counted since the readings before; of an end the larger reading is the true one, so none is a reset. */
  #grow(at: number, readings: Row['readings'], isOver: boolean): Exact[] | undefined {
    let grown: Exact[] | undefined;
    for (let index = 0; index < this.#width; index += 1) {
      const column = this.#readings[index];
      const before = column?.get(at);
      const read = readings[index];
      const now = isOver && read !== undefined && before !== undefined ? larger(before, read) : read;
      if (now === undefined || now === before) continue;
      column?.set(at, now);
      // The first good reading of a connection from the opening listing is that counter's opening balance.
      if (before === undefined && this.#is(at, OPENING)) continue;
      grown ??= this.#zeros();
      grown[index] = growth(before ?? 0, now);
    }
    return grown;
  }

  #credit(status: string, grown: readonly Exact[]): void {
    let totals = this.#totals.get(status);
    if (!totals) {
      totals = this.#zeros();
      this.#totals.set(status, totals);
    }
    for (let index = 0; index < this.#width; index += 1) {
      totals[index] = add(totals[index] ?? 0, grown[index] ?? 0);
    }
  }

  #enter(status: string, times = 1): void {
    this.#transitions.set(status, (this.#transitions.get(status) ?? 0) + times);
  }

  #zeros(): Exact[] {
    return new Array<Exact>(this.#width).fill(0);
  }
}
