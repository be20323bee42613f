import { Histogram, type HistogramState } from '../../core/histogram.ts';
import { CounterLedger, type LedgerState } from '../../core/ledger.ts';
import type { LedgerEntries } from '../../core/ledger-entries.ts';
import type { Scope } from '../../core/scope.ts';
import { UserTotals, type UserTotalsState } from '../../core/user-totals.ts';
import { DetailColumns } from './detail-columns.ts';
import { COUNTERS, copyOf, type Details, isEnd, type ListedConnection, STATUSES } from './record.ts';

/** Buckets of `aws_client_vpn_connection_duration_seconds`; the longest sessions that AWS allows last 8, 10, 12 or 24 hours. */
export const DURATION_BUCKETS = [60, 300, 900, 1800, 3600, 7200, 14400, 28800, 36000, 43200, 86400] as const;

/** The user of a connection that AWS names nobody for. */
export const NO_USER = 'unknown';

/** All counters of an endpoint at one moment. */
export interface Counters {
  readonly ledger: LedgerState;
  readonly durations: HistogramState;
  /** Undefined while series by user are off. */
  readonly users: UserTotalsState | undefined;
}

/** A book as plain data, apart from its entries. */
export interface BookState extends Scope {
  /** The identity under which users were written down. */
  readonly identity: string;
  /** When the endpoint ceased to exist, milliseconds since 1970. */
  readonly retiredAt: number | undefined;
  readonly ledger: LedgerState;
  readonly durations: HistogramState;
  readonly users: UserTotalsState;
}

/** How one listing is to be posted. */
export interface PostingOptions {
  /** A moment of the monotonic clock. */
  readonly at: number;
  /** Two listings further apart than this have an outage between them. */
  readonly longestGapMs: number;
  /** The cap on series by user; undefined while they are off. */
  readonly maxUsers: number | undefined;
}

/** A connection after posting. */
interface Known {
  /** What tells of it; its status and readings are those of the ledger's entry. */
  readonly shown: Details;
  /** Where the entries have it. */
  readonly at: number;
}

/** Everything that is counted of one endpoint: traffic, openings, transitions, durations, users; kept on disk between processes. */
export class Book {
  readonly scope: Scope;
  readonly #identity: string;
  readonly #ledger: CounterLedger<Details>;
  readonly #durations: Histogram;
  readonly #users: UserTotals;
  #usersOn = false;
  #lastListedAt: number | undefined;
  #retiredAt: number | undefined;
  #isDirty = false;

  /** A new book, or a saved one, whose entries it goes on with. */
  constructor(
    scope: Scope,
    identity: string,
    saved?: { readonly state: BookState; readonly entries: LedgerEntries },
  ) {
    this.scope = scope;
    this.#identity = identity;
    this.#ledger = new CounterLedger(
      COUNTERS.length,
      STATUSES,
      saved && { state: saved.state.ledger, entries: saved.entries },
      new DetailColumns(),
    );
    this.#durations = new Histogram(DURATION_BUCKETS, saved?.state.durations);
    const sameIdentity = saved?.state.identity === identity;
    this.#users = new UserTotals(COUNTERS.length, sameIdentity ? saved.state.users : undefined);
    this.#retiredAt = saved?.state.retiredAt;
    this.#isDirty = saved !== undefined && !sameIdentity;
  }

  /** The identity under which it writes down users. */
  get identity(): string {
    return this.#identity;
  }

  /** Whether it holds what its file does not. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  /** Notes that the file holds everything. */
  markSaved(): void {
    this.#isDirty = false;
  }

  /** When the endpoint ceased to exist; undefined while it exists. */
  get retiredAt(): number | undefined {
    return this.#retiredAt;
  }

  /** Notes that the endpoint ceased to exist; it exists again with the next listing. */
  retire(at: number): void {
    this.#retiredAt = at;
    this.#isDirty = true;
    this.interrupt();
  }

  /** Notes a pass without a complete listing: the time until the next one is an outage. */
  interrupt(): void {
    this.#lastListedAt = undefined;
  }

  /** Starts posting a complete listing. */
  begin({ at, longestGapMs, maxUsers }: PostingOptions): void {
    const gap = this.#lastListedAt === undefined ? 0 : at - this.#lastListedAt;
    this.#ledger.begin(gap <= longestGapMs ? gap : 0);
    this.#lastListedAt = at;
    this.#retiredAt = undefined;
    this.#isDirty = true;
    this.#usersOn = maxUsers !== undefined;
    if (maxUsers === undefined) this.#users.pause();
    else this.#users.begin(maxUsers);
  }

  /** Posts one connection; returns what is now known of it, which for a row that is ignored is what was known before. */
  post(listed: ListedConnection): Known {
    const { at, isTaken, taken, growth } = this.#ledger.post(listed.id, listed, isEnd(listed));
    const entries = this.entries();
    if (isTaken && entries.status(at) === 'terminated' && !entries.isEnded(at)) this.#settleEnd(at, listed);
    const shown = taken ?? namesOnly(listed, entries.updatedAt(at));
    if (this.#usersOn) this.#users.credit(shown.user ?? NO_USER, growth);
    return { shown, at };
  }

  /** Ends the listing. */
  end(): void {
    this.#ledger.end();
    if (this.#usersOn) this.#users.end(this.#ledger.listedMs);
  }

  /** Whether this user has series of its own. */
  hasUser(user: string): boolean {
    return this.#users.has(user);
  }

  /** How many users of the last listing are past the cap. */
  get foldedUsers(): number {
    return this.#users.folded;
  }

  /** How many statuses of the last listing are past the cap. */
  get foldedStatuses(): number {
    return this.#ledger.foldedStatuses;
  }

  /** Every counter as of now; undefined before the opening listing. */
  counters(): Counters | undefined {
    if (!this.#ledger.begun) return undefined;
    const users = this.#users.state();
    return {
      ledger: this.#ledger.state(),
      durations: this.#durations.state(),
      users: users.open ? users : undefined,
    };
  }

  /** The book as plain data, apart from its entries. */
  state(): BookState {
    return {
      ...this.scope,
      identity: this.#identity,
      retiredAt: this.#retiredAt,
      ledger: this.#ledger.state(),
      durations: this.#durations.state(),
      users: this.#users.state(),
    };
  }

  /** What is remembered of connections, by id. */
  entries(): LedgerEntries {
    return this.#ledger.entries();
  }

  #settleEnd(at: number, { establishedAt, endedAt }: Details): void {
    if (this.#ledger.begun) {
      if (establishedAt === undefined || endedAt === undefined) return;
      this.#durations.observe((endedAt - establishedAt) / 1000);
    }
    this.#ledger.settleEnd(at);
  }
}

/** Of a row that is ignored whose earlier ones another process saw: whose connection it is, which no copy changes. */
function namesOnly(listed: Details, updatedAt: number | undefined): Details {
  return { ...copyOf(listed), statusMessage: undefined, endedAt: undefined, updatedAt, postures: [] };
}
