import { add, type Exact, growth } from './exact.ts';

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
  readonly updatedAt: number | undefined;
  /** The last good reading per counter; undefined where there was none yet. */
  readonly readings: readonly (Exact | undefined)[];
  /** Whether the connection was in the opening listing. */
  readonly opening: boolean;
  /** Whether its end was already settled (observed, or before the ledger began). */
  readonly ended: boolean;
  /** Listed time at the first of the complete listings that have all lacked it; undefined while it is listed. */
  readonly absentSinceMs: number | undefined;
}

/** What posting one row did; the entry is as of after the posting. */
export interface Posted {
  readonly entry: Entry;
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

/** The status to which traffic is credited when no complete listing held the connection before. */
const FIRST_STATUS = 'active';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type LedgerEntry = Mutable<Omit<Entry, 'readings'>> & { readings: (Exact | undefined)[]; listing: number };

/**
 * Sums the readings of short-lived counters into totals that never fall.
 *
 * The first listing is the opening balance: remembered, not counted. After it a new connection counts in full and a known one by its
 * growth, credited to the status of the last listing that held it. Only whole listings go in: `begin`, every row once, `end`.
 */
export class CounterLedger {
  readonly #width: number;
  readonly #statuses: readonly string[];
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #transitions = new Map<string, number>();
  readonly #totals = new Map<string, Exact[]>();
  #begun = false;
  #opened = 0;
  #listing = 0;
  #listedMs = 0;

  /** A ledger of `width` counters in which every one of `statuses` exists, at 0, from the opening on. */
  constructor(
    width: number,
    statuses: readonly string[],
    saved?: { state: LedgerState; entries: Iterable<[string, Entry]> },
  ) {
    this.#width = width;
    this.#statuses = statuses;
    if (!saved) return;
    this.#begun = saved.state.begun;
    this.#opened = saved.state.opened;
    this.#listedMs = saved.state.listedMs;
    for (const [status, count] of Object.entries(saved.state.transitions))
      this.#transitions.set(status, count);
    for (const [status, totals] of Object.entries(saved.state.totals)) this.#totals.set(status, [...totals]);
    for (const [key, entry] of saved.entries) {
      this.#entries.set(key, { ...entry, readings: [...entry.readings], listing: -1 });
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

  /** How many connections are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Starts a complete listing; `elapsedMs` is the listed time since the one before, 0 after an outage or a restart. */
  begin(elapsedMs: number): void {
    this.#listing += 1;
    this.#listedMs += elapsedMs;
  }

  /** Posts one connection of the listing. */
  post(key: string, row: Row): Posted {
    const entry = this.#entries.get(key);
    if (!entry) return this.#postNew(key, row);
    entry.listing = this.#listing;
    entry.absentSinceMs = undefined;
    // A stale copy: AWS answered from a replica that lags behind what was posted before.
    if (row.updatedAt !== undefined && entry.updatedAt !== undefined && row.updatedAt < entry.updatedAt) {
      return { entry, growth: undefined };
    }
    const grown = this.#grow(entry, row.readings);
    if (grown) this.#credit(entry.status, grown);
    if (row.status !== entry.status) this.#enter(row.status);
    entry.status = row.status;
    entry.updatedAt = row.updatedAt ?? entry.updatedAt;
    return { entry, growth: grown };
  }

  /** Marks the connection's end as settled. */
  settleEnd(key: string): void {
    const entry = this.#entries.get(key);
    if (entry) entry.ended = true;
  }

  /** Ends the listing: what has been lacking for two hours of listed time is forgotten. */
  end(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.listing === this.#listing) continue;
      entry.absentSinceMs ??= this.#listedMs;
      if (this.#listedMs - entry.absentSinceMs >= FORGET_AFTER_MS) this.#entries.delete(key);
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

  /** Everything remembered of connections, by key; not a copy. */
  entries(): Iterable<[string, Entry]> {
    return this.#entries;
  }

  #postNew(key: string, row: Row): Posted {
    const opening = !this.#begun;
    const entry: LedgerEntry = {
      status: row.status,
      updatedAt: row.updatedAt,
      readings: [...row.readings],
      opening,
      ended: false,
      absentSinceMs: undefined,
      listing: this.#listing,
    };
    this.#entries.set(key, entry);
    if (opening) return { entry, growth: undefined };
    this.#opened += 1;
    this.#enter(row.status);
    const grown = row.readings.map((reading) => reading ?? 0);
    this.#credit(FIRST_STATUS, grown);
    return { entry, growth: grown };
  }

  #grow(entry: LedgerEntry, readings: readonly (Exact | undefined)[]): Exact[] | undefined {
    let grown: Exact[] | undefined;
    for (let index = 0; index < this.#width; index += 1) {
      const now = readings[index];
      const before = entry.readings[index];
      if (now === undefined || now === before) continue;
      entry.readings[index] = now;
      // The first good reading of a connection from the opening listing is that counter's opening balance.
      if (before === undefined && entry.opening) continue;
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

  #enter(status: string): void {
    this.#transitions.set(status, (this.#transitions.get(status) ?? 0) + 1);
  }

  #zeros(): Exact[] {
    return new Array<Exact>(this.#width).fill(0);
  }
}
