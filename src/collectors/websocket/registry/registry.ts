import type { AnyId } from '../../../core/columns/table.ts';
import type { ConnectionEvent, Told } from '../../../core/websocket-event.ts';
import type { ListedIds } from '../columns/listed-ids.ts';
import type { Outcome } from '../estimate/outcome.ts';
import type { Drawn } from './draw.ts';
import { Entries } from './entries.ts';
import {
  DECISION_MS,
  type DeadEntry,
  type Death,
  type End,
  type Entry,
  forgettableAt,
  GRACE_MS,
  isDead,
  isExpired,
  LATEST_MS,
  LIFETIME_MS,
  type OpenEntry,
  sinceAt,
  toBelieved,
  youthAt,
} from './entry.ts';

/** Whether a source tells events as they happen, has them in a queue or a log where they are read later, or lists ids. */
export type Kind = 'events' | 'queue' | 'log' | 'listing';

/** What never falls: connects and disconnects taken in, and disconnects that never came. */
export interface RegistryCounters {
  readonly opened: number;
  readonly closed: number;
  readonly missed: number;
}

/** A registry as plain data, apart from its entries. */
export interface RegistryState extends RegistryCounters {
  /**
   * When the reading of the last complete listing began, or until when a queue or a log has told all that happened, milliseconds since 1970;
   * undefined before the first.
   */
  readonly listedAt: number | undefined;
}

/** What an event tells the registry of its endpoint. */
export type RegistryEvent = Pick<ConnectionEvent, 'type' | 'connectionId' | 'connectedAt'>;

/** A listing that is complete, and when its reading began, milliseconds since 1970. */
export interface Listing {
  readonly ids: ListedIds;
  readonly beganAt: number;
}

/** Connections of one step: a millisecond or two, even if all of them end. */
const STEP = 500;

/** The connection ids known of one endpoint through one source; times in milliseconds since 1970. The dead are never raised. */
export class Registry {
  readonly kind: Kind;
  readonly #entries: Entries;
  #opened: number;
  #closed: number;
  #missed: number;
  #listedAt: number | undefined;

  constructor(kind: Kind, entries = new Entries(), state?: RegistryState) {
    this.kind = kind;
    this.#entries = entries;
    this.#opened = state?.opened ?? 0;
    this.#closed = state?.closed ?? 0;
    this.#missed = state?.missed ?? 0;
    this.#listedAt = state?.listedAt;
  }

  /** How many ids are remembered, the dead included. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many ids can be alive. */
  get open(): number {
    return this.#entries.open;
  }

  /** Whether what it holds is whole: a queue or a log has been read to its end at least once. */
  get isTold(): boolean {
    return !this.#isRead || this.#listedAt !== undefined;
  }

  /** Every counter as of now. */
  counters(): RegistryCounters {
    return { opened: this.#opened, closed: this.#closed, missed: this.#missed };
  }

  /** The registry as plain data. */
  state(): RegistryState {
    return { ...this.counters(), listedAt: this.#listedAt };
  }

  /**
   * Takes in what happened `at` that time; over capacity if its id is unknown and `makeRoom`, which may forget the dead, finds no room for one
   * more. Of what is read, each connect and each disconnect counts once, whenever and in whatever order; what the first reading of a log finds
   * is its opening balance, and counts nothing.
   */
  take(event: RegistryEvent, at: number, makeRoom: () => boolean, now = at): Exclude<Told, 'unroutable'> {
    const { type, connectionId: id } = event;
    const known = this.#entries.get(id);
    if (!known) {
      // Had it been told before, that might be forgotten.
      if (this.#isRead && now - at > LATEST_MS) return 'too_old';
      if (!makeRoom()) return 'over_capacity';
    }
    const entry = known && this.#expire(id, known, now);
    if (entry && this.#isRead && isTold(type, entry)) return 'duplicate';
    if (type === 'disconnect') this.#close(event, entry, at, now);
    else this.#see(event, type === 'connect' ? this.#open(id, entry) : entry, at, now);
    return 'accepted';
  }

  /** A queue or a log has told all that happened until then. */
  heard(until: number): void {
    this.#listedAt = Math.max(until, this.#listedAt ?? until);
  }

  /** What happened before then is not told any more: whose disconnect may be among it did not miss it. In short steps. */
  *losing(before: number, now: number): Generator<void> {
    let visited = 0;
    for (const row = this.#entries.rows(); row.next(); ) {
      if (row.isOpen && isExpired(row, now)) this.#expire(row, row.entry(), now);
      if (!row.isOpen && row.isUndecided && sinceAt(row) < before) this.#change(row, { isUndecided: false });
      if (++visited % STEP === 0) yield;
    }
  }

  /** Posts a complete listing: what it lacks was removed. */
  post(listing: Listing, now: number): void {
    for (const _ of this.posting(listing, now));
  }

  /**
   * `post` in short steps, between which anything but another listing may happen. Each step leaves the registry true, and saved half way the
   * listing can be posted again from the beginning: none counts as the last complete one before it has been posted to its end.
   */
  *posting({ ids, beganAt }: Listing, now: number): Generator<void> {
    yield* this.aging(now);
    // What the first listing holds was not seen to come: without a connect time it may be of any age.
    const firstSeenAt = this.#listedAt === undefined ? now - GRACE_MS : now;
    let visited = 0;
    // First those that go: who comes can have their rows.
    for (const row = this.#entries.rows(); row.next(); ) {
      const isListed = ids.has(row);
      if (!row.isOpen) this.#judge(row, row, { isListed, beganAt }, now);
      else if (!isListed) this.#entries.forget(row);
      if (++visited % STEP === 0) yield;
    }
    for (const row = ids.rows(); row.next(); ) {
      const entry = this.#entries.get(row);
      const isNews = !entry || (!isDead(entry) && entry.connectedAt === undefined);
      if (isNews) {
        this.#update(row, entry, entry ?? toNewEntry(firstSeenAt), row.connectedAt, now);
        const news = this.#entries.get(row);
        if (news && isDead(news)) this.#judge(row, news, { isListed: true, beganAt }, now);
      }
      if (++visited % STEP === 0) yield;
    }
    this.#listedAt = beganAt;
  }

  /** The source lists now what it listed before: what has been dead for a minute was not removed. In short steps. */
  *confirming(now: number): Generator<void> {
    this.#listedAt = now;
    let visited = 0;
    for (const row = this.#entries.rows(); row.next(); ) {
      if (!row.isOpen && row.delistedAt === undefined && now >= row.endedAt + DECISION_MS)
        this.#miss(row, row);
      if (++visited % STEP === 0) yield;
    }
  }

  /** Lets time pass: ends what passed two hours, counts the disconnects that did not come, forgets the long dead. */
  age(now: number): void {
    for (const _ of this.aging(now));
  }

  /** `age` in short steps, between which events may be taken in. */
  *aging(now: number): Generator<void> {
    const heardAt = this.#heardAt(now);
    let visited = 0;
    for (const row = this.#entries.rows(); row.next(); ) {
      if (row.isOpen && isExpired(row, now)) this.#expire(row, row.entry(), now);
      if (!row.isOpen) {
        if (heardAt > row.endedAt + DECISION_MS) this.#miss(row, row);
        const isListed = this.kind === 'listing' && row.delistedAt === undefined;
        if (!isListed && now > forgettableAt(row, this.#isRead)) this.#entries.forget(row);
      }
      if (++visited % STEP === 0) yield;
    }
  }

  /**
   * So many of the ids that can be sampled, uniformly without replacement and in random order; how many can be, and how many more are too young
   * for that: as of one moment, though found in short steps. `random` gives numbers from 0 up to but not including 1.
   */
  *drawing(
    size: number,
    now: number,
    random: () => number,
  ): Generator<void, Drawn & { readonly young: number }> {
    const drawn = yield* this.#entries.drawing(youthAt(now), size, random);
    return { ...drawn, young: this.open - drawn.population };
  }

  /** Takes in what look-ups found; ids that ended or were forgotten meanwhile are left alone. */
  learn(outcomes: Iterable<readonly [string, Outcome]>, now: number): void {
    for (const [id, outcome] of outcomes) {
      const entry = this.#entries.get(id);
      if (!entry || isDead(entry) || outcome.status === 'error') continue;
      if (outcome.status === 'alive') {
        const connectedAt = toBelieved(outcome.connectedAt, now) ?? entry.connectedAt;
        this.#entries.set(id, { ...entry, connectedAt, aliveAt: outcome.at ?? now });
      } else this.#end(id, entry, outcome.status, outcome.at ?? now);
    }
  }

  /** Whether events are read some time after they happened, and possibly twice. */
  get #isRead(): boolean {
    return this.kind === 'queue' || this.kind === 'log';
  }

  /** Until when everything that happened has been told; a listing tells by what it lacks instead. */
  #heardAt(now: number): number {
    if (this.kind === 'events') return now;
    const listedAt = this.#isRead ? this.#listedAt : undefined;
    return listedAt === undefined ? Number.NEGATIVE_INFINITY : Math.min(now, listedAt);
  }

  get #isOpeningBalance(): boolean {
    return this.kind === 'log' && this.#listedAt === undefined;
  }

  /** Counts a connect that was not told before; the entry, if there is one, as it is from now on. */
  #open(id: string, known: Entry | undefined): Entry | undefined {
    if (known && !known.isConnectUntold) return known;
    if (!this.#isOpeningBalance) this.#opened += 1;
    if (!known) return known;
    const told = { ...known, isConnectUntold: false };
    this.#entries.set(id, told);
    return told;
  }

  /** Opens the id, or notes what the event adds to an open one. */
  #see(event: RegistryEvent, known: Entry | undefined, at: number, now: number): void {
    if (known && isDead(known)) return;
    const { type, connectionId: id, connectedAt } = event;
    const entry = known ?? this.#toNewEntry(at, type);
    const isLater = type === 'message' && at > (entry.lastSeenAt ?? Number.NEGATIVE_INFINITY);
    this.#update(id, known, isLater ? { ...entry, lastSeenAt: at } : entry, connectedAt, now);
  }

  /** Of what is read, the connect can come after everything else. */
  #toNewEntry(at: number, type: RegistryEvent['type']): OpenEntry {
    return toNewEntry(at, this.#isRead && type !== 'connect');
  }

  /** Keeps an open entry, with the connect time where it has none. */
  #update(
    id: AnyId,
    before: Entry | undefined,
    entry: OpenEntry,
    connectedAt: number | undefined,
    now: number,
  ): void {
    const next = withBeginning(entry, connectedAt, now);
    if (next === before) return;
    if (isExpired(next, now)) this.#expire(id, next, now);
    else this.#entries.set(id, next);
  }

  #close(event: RegistryEvent, known: Entry | undefined, at: number, now: number): void {
    const { connectionId: id, connectedAt } = event;
    if (known && isDead(known)) {
      if (known.end === 'closed') return;
      if (at > known.endedAt + DECISION_MS) this.#miss(id, known);
      this.#entries.set(id, { ...known, end: 'closed', isUndecided: false });
    } else {
      const entry = known ?? this.#toNewEntry(at, 'disconnect');
      this.#end(id, withBeginning(entry, connectedAt, now), 'closed', at);
    }
    if (!this.#isOpeningBalance) this.#closed += 1;
  }

  /** Ends an entry that has passed two hours; what it is then. */
  #expire(id: AnyId, entry: Entry, now: number): Entry {
    if (isDead(entry) || !isExpired(entry, now)) return entry;
    return this.#end(id, entry, 'expired', sinceAt(entry) + LIFETIME_MS);
  }

  #end(id: AnyId, entry: OpenEntry, end: End, endedAt: number): DeadEntry {
    const dead = toDead(entry, end, endedAt);
    this.#entries.set(id, dead);
    return dead;
  }

  /** What a listing says of one that is dead: what the source removed was not missed. */
  #judge(
    id: AnyId,
    dead: Death,
    { isListed, beganAt }: { readonly isListed: boolean; readonly beganAt: number },
    now: number,
  ): void {
    if (!isListed) {
      if (dead.delistedAt === undefined) this.#change(id, { isUndecided: false, delistedAt: now });
    } else if (dead.delistedAt !== undefined) this.#change(id, { delistedAt: undefined });
    else if (beganAt >= dead.endedAt + DECISION_MS) this.#miss(id, dead);
  }

  /** Counts the disconnect as missed, unless that was decided before. */
  #miss(id: AnyId, { isUndecided }: Death): void {
    if (!isUndecided) return;
    this.#missed += 1;
    this.#change(id, { isUndecided: false });
  }

  #change(id: AnyId, changes: Partial<DeadEntry>): void {
    const dead = this.#entries.get(id);
    if (dead) this.#entries.set(id, { ...dead, ...changes });
  }
}

/** Whether an event says nothing that was not told of its connection before. */
function isTold(type: RegistryEvent['type'], entry: Entry): boolean {
  if (type === 'connect') return !entry.isConnectUntold;
  return type === 'disconnect' && isDead(entry) && entry.end === 'closed';
}

/** The entry with this connect time where it has none, unless that is not to be believed. */
function withBeginning(entry: OpenEntry, connectedAt: number | undefined, now: number): OpenEntry {
  const believed = entry.connectedAt ?? toBelieved(connectedAt, now);
  return believed === entry.connectedAt ? entry : { ...entry, connectedAt: believed };
}

/** Field by field: this is done for each disconnect, and a spread that adds some costs several times as much. */
function toDead(entry: OpenEntry, end: End, endedAt: number): DeadEntry {
  const { firstSeenAt, connectedAt, lastSeenAt, aliveAt, isConnectUntold } = entry;
  return {
    firstSeenAt,
    connectedAt,
    lastSeenAt,
    aliveAt,
    isConnectUntold,
    end,
    endedAt,
    isUndecided: end === 'gone' || end === 'expired',
    delistedAt: undefined,
  };
}

function toNewEntry(firstSeenAt: number, isConnectUntold = false): OpenEntry {
  return {
    firstSeenAt,
    connectedAt: undefined,
    lastSeenAt: undefined,
    aliveAt: undefined,
    isConnectUntold,
  };
}
