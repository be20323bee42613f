import { type Column, ValueColumn } from './columns/column.ts';
import type { AnyId } from './columns/table.ts';
import { add, type Exact, growth, larger } from './exact.ts';
import { type Entry, LedgerEntries } from './ledger-entries.ts';
import { Slots } from './slots.ts';

/** What one complete listing says of one connection. */
export interface Row {
  readonly status: string;
  /** When the row was last updated, milliseconds since 1970; undefined when it does not say. */
  readonly updatedAt: number | undefined;
  /** One reading per counter of the ledger; undefined where it could not be read. */
  readonly readings: readonly (Exact | undefined)[];
}

/** What posting one row did. */
export interface Posted<T> {
  /** Where the ledger's entry of the connection is found, as of after the posting. */
  readonly at: number;
  /** Whether this row tells what the connection is. */
  readonly isTaken: boolean;
  /** What tells it: the row that was taken last, this one or an earlier one; undefined when this process saw none. */
  readonly taken: T | undefined;
  /** Traffic that passed since the last posting, per counter, until the next is posted; undefined when nothing was counted. */
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

/**
 * Sums the readings of short-lived counters into totals that never fall.
 *
 * The first listing is the opening balance: remembered, not counted. After it a new connection counts in full and a known one by its
 * growth, credited to the status of the last listing that held it. Only whole listings go in: `begin`, every row once, `end`.
 * Of statuses that it was not made with, those past the first 20 are one, `_other`.
 */
export class CounterLedger<T = unknown> {
  readonly #width: number;
  readonly #statuses: readonly string[];
  readonly #entries: LedgerEntries;
  /** What is kept of the rows last taken, by the rows of entries. */
  readonly #taken: Column<T>;
  readonly #slots: Slots;
  readonly #transitions = new Map<string, number>();
  readonly #totals = new Map<string, Exact[]>();
  readonly #grown: Exact[];
  #begun = false;
  #opened = 0;
  #listing = 0;
  #listedMs = 0;

  /**
   * A ledger of `width` counters in which every one of `statuses` exists, at 0, from the opening on; what is kept of the rows last taken is in
   * `taken`. Entries that are saved in columns go on living in them.
   */
  constructor(
    width: number,
    statuses: readonly string[],
    saved?: { state: LedgerState; entries: Iterable<[string, Entry]> },
    taken: Column<T> = new ValueColumn<T>(),
  ) {
    this.#width = width;
    this.#statuses = statuses;
    this.#taken = taken;
    this.#grown = this.#zeros();
    const columns = saved?.entries instanceof LedgerEntries ? saved.entries : undefined;
    this.#entries = columns ?? new LedgerEntries(width);
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
    for (const status of columns?.statuses ?? []) this.#slots.of(status);
    if (columns) return;
    for (const [id, entry] of saved.entries)
      this.#entries.add(id, { ...entry, status: this.#slots.of(entry.status) });
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
    return this.#entries.size;
  }

  /** Starts a complete listing; `elapsedMs` is the listed time since the one before, 0 after an outage or a restart. */
  begin(elapsedMs: number): void {
    this.#slots.begin();
    this.#listing += 1;
    this.#listedMs += elapsedMs;
  }

  /** Posts one connection of the listing; `isEnd` says that the row tells its end, which no other row takes back. */
  post(id: AnyId, row: Row & T, isEnd: boolean): Posted<T> {
    const entries = this.#entries;
    const at = entries.find(id);
    if (at < 0) return this.#postNew(id, row, isEnd);
    entries.list(at, this.#listing);
    const isStale = isBefore(row.updatedAt, entries.updatedAt(at));
    // A stale copy: AWS answered from a replica that lags behind what was posted before. An end stays true however late it is told.
    if (!isEnd && isStale) return { at, isTaken: false, taken: this.#taken.get(at), growth: undefined };
    const wasOver = entries.isOver(at);
    const isTaken = isEnd || !wasOver;
    const statusBefore = entries.status(at);
    const growth = this.#grow(at, row.readings, isEnd || wasOver);
    if (!isStale && row.updatedAt !== undefined) entries.setUpdatedAt(at, row.updatedAt);
    if (growth) this.#credit(statusBefore, growth);
    if (!isTaken) return { at, isTaken, taken: this.#taken.get(at), growth };
    const status = this.#slots.of(row.status);
    entries.setStatus(at, status, isEnd);
    if (status !== statusBefore) this.#enter(status);
    this.#taken.set(at, row);
    return { at, isTaken, taken: row, growth };
  }

  /** Marks the connection's end as settled. */
  settleEnd(at: number): void {
    this.#entries.settleEnd(at);
  }

  /** Ends the listing: what has been lacking for two hours of listed time is forgotten. */
  end(): void {
    const forgetMs = this.#listedMs - FORGET_AFTER_MS;
    for (const row of this.#entries.age(this.#listing, this.#listedMs, forgetMs))
      this.#taken.set(row, undefined);
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

  /** Everything remembered of connections, by id. */
  entries(): LedgerEntries {
    return this.#entries;
  }

  #postNew(id: AnyId, row: Row & T, isEnd: boolean): Posted<T> {
    const opening = !this.#begun;
    const entry: Entry = {
      status: this.#slots.of(row.status),
      updatedAt: row.updatedAt,
      readings: row.readings,
      opening,
      isOver: isEnd,
      ended: false,
      absentSinceMs: undefined,
    };
    const at = this.#entries.add(id, entry, this.#listing);
    this.#taken.set(at, row);
    if (opening) return { at, isTaken: true, taken: row, growth: undefined };
    this.#opened += 1;
    this.#enter(entry.status);
    const growth = row.readings.map((reading) => reading ?? 0);
    this.#credit(FIRST_STATUS, growth);
    return { at, isTaken: true, taken: row, growth };
  }

  /** Remembers the readings, and tells what was counted since those before; of an end the larger reading is the true one, so none is a reset. */
  #grow(at: number, readings: Row['readings'], isOver: boolean): readonly Exact[] | undefined {
    const entries = this.#entries;
    let grown: Exact[] | undefined;
    for (let index = 0; index < this.#width; index += 1) {
      const before = entries.reading(at, index);
      const one = readings[index];
      const now = isOver && one !== undefined && before !== undefined ? larger(before, one) : one;
      if (now === undefined || now === before) continue;
      entries.setReading(at, index, now);
      // The first good reading of a connection from the opening listing is that counter's opening balance.
      if (before === undefined && entries.isOpening(at)) continue;
      grown ??= this.#grown.fill(0);
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

function isBefore(at: number | undefined, other: number | undefined): boolean {
  return at !== undefined && other !== undefined && at < other;
}
