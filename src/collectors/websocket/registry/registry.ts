import type { ConnectionEvent } from '../../../core/websocket-event.ts';
import type { Outcome } from '../estimate/outcome.ts';
import type { ListedIds } from '../ids/id-reader.ts';
import { Entries } from './entries.ts';
import {
  DECISION_MS,
  type DeadEntry,
  type End,
  forgettableAt,
  GRACE_MS,
  isExpired,
  isYoung,
  LIFETIME_MS,
  type OpenEntry,
  sinceAt,
  toBelieved,
} from './entry.ts';

/** Whether a source tells events (connect, disconnect, message) or lists ids. */
export type Kind = 'events' | 'listing';

/** What never falls: connects and disconnects taken in, and disconnects that never came. */
export interface RegistryCounters {
  readonly opened: number;
  readonly closed: number;
  readonly missed: number;
}

/** A registry as plain data, apart from its entries. */
export interface RegistryState extends RegistryCounters {
  /** When the reading of the last complete listing began, milliseconds since 1970; undefined before the first. */
  readonly listedAt: number | undefined;
}

/** What an event tells the registry of its endpoint. */
export type RegistryEvent = Pick<ConnectionEvent, 'type' | 'connectionId' | 'connectedAt'>;

/** Connections of one step: a few milliseconds, even if all of them end. */
const STEP = 1000;

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
    return this.#entries.open.size;
  }

  /** Every counter as of now. */
  counters(): RegistryCounters {
    return { opened: this.#opened, closed: this.#closed, missed: this.#missed };
  }

  /** The registry as plain data. */
  state(): RegistryState {
    return { ...this.counters(), listedAt: this.#listedAt };
  }

  /** Takes in an event; false if its id is unknown and `makeRoom`, which may forget the dead, finds no room for one more. */
  take(event: RegistryEvent, now: number, makeRoom: () => boolean): boolean {
    const { type, connectionId: id } = event;
    this.#expire(id, now);
    const isKnown = this.#entries.has(id);
    if (!isKnown && !makeRoom()) return false;
    if (type === 'disconnect') this.#close(event, now);
    else if (!this.#entries.dead.has(id)) {
      if (type === 'connect' && !isKnown) this.#opened += 1;
      this.#see(event, now);
    }
    return true;
  }

  /** Posts a complete listing, whose reading began at `beganAt`: what it lacks was removed. */
  post({ ids, beganAt }: { readonly ids: ListedIds; readonly beganAt: number }, now: number): void {
    this.age(now);
    // What the first listing holds was not seen to come: without a connect time it may be of any age.
    const firstSeenAt = this.#listedAt === undefined ? now - GRACE_MS : now;
    this.#listedAt = beganAt;
    const { open, dead } = this.#entries;
    for (const [id, connectedAt] of ids) {
      const entry = open.get(id);
      const isNews = entry ? entry.connectedAt === undefined : !dead.has(id);
      if (isNews) this.#update(id, entry ?? toNewEntry(firstSeenAt), connectedAt, now);
    }
    for (const id of open.keys()) if (!ids.has(id)) this.#entries.forget(id);
    for (const [id, entry] of dead) {
      if (!ids.has(id)) this.#delist(id, entry, now);
      else if (entry.delistedAt !== undefined) this.#entries.set(id, { ...entry, delistedAt: undefined });
      else if (beganAt >= entry.endedAt + DECISION_MS) this.#miss(id, entry);
    }
  }

  /** The source lists now what it listed before: what has been dead for a minute was not removed. */
  confirm(now: number): void {
    this.#listedAt = now;
    for (const [id, dead] of this.#entries.dead)
      if (dead.delistedAt === undefined && now >= dead.endedAt + DECISION_MS) this.#miss(id, dead);
  }

  /** Lets time pass: ends what passed two hours, counts the disconnects that did not come, forgets the long dead. */
  age(now: number): void {
    for (const _ of this.aging(now));
  }

  /** `age` in short steps, between which events may be taken in. */
  *aging(now: number): Iterable<void> {
    let visited = 0;
    for (const [id, entry] of this.#entries.open) {
      if (isExpired(entry, now)) this.#expire(id, now);
      if (++visited % STEP === 0) yield;
    }
    for (const [id, entry] of this.#entries.dead) {
      if (this.kind === 'events' && now > entry.endedAt + DECISION_MS) this.#miss(id, entry);
      const isListed = this.kind === 'listing' && entry.delistedAt === undefined;
      if (!isListed && now > forgettableAt(entry)) this.#entries.forget(id);
      if (++visited % STEP === 0) yield;
    }
  }

  /** The ids that can be sampled, and how many more are too young for that. */
  candidates(now: number): { readonly young: number; readonly ids: readonly string[] } {
    const ids: string[] = [];
    for (const [id, entry] of this.#entries.open) if (!isYoung(entry, now)) ids.push(id);
    return { young: this.open - ids.length, ids };
  }

  /** Takes in what look-ups found; ids that ended or were forgotten meanwhile are left alone. */
  learn(outcomes: Iterable<readonly [string, Outcome]>, now: number): void {
    for (const [id, outcome] of outcomes) {
      const entry = this.#entries.open.get(id);
      if (!entry || outcome.status === 'error') continue;
      if (outcome.status === 'alive') {
        const connectedAt = toBelieved(outcome.connectedAt, now) ?? entry.connectedAt;
        this.#entries.set(id, { ...entry, connectedAt, aliveAt: outcome.at ?? now });
      } else this.#end(id, entry, outcome.status, outcome.at ?? now);
    }
  }

  /** Opens the id, or notes what the event adds to an open one. */
  #see({ type, connectionId: id, connectedAt }: RegistryEvent, now: number): void {
    const entry = this.#entries.open.get(id) ?? toNewEntry(now);
    const isLater = type === 'message' && now > (entry.lastSeenAt ?? Number.NEGATIVE_INFINITY);
    this.#update(id, isLater ? { ...entry, lastSeenAt: now } : entry, connectedAt, now);
  }

  /** Keeps an open entry, with the connect time where it has none. */
  #update(id: string, entry: OpenEntry, connectedAt: number | undefined, now: number): void {
    const since = entry.connectedAt ?? toBelieved(connectedAt, now);
    const next = since === entry.connectedAt ? entry : { ...entry, connectedAt: since };
    if (next === this.#entries.open.get(id)) return;
    this.#entries.set(id, next);
    this.#expire(id, now);
  }

  #close({ connectionId: id, connectedAt }: RegistryEvent, now: number): void {
    const dead = this.#entries.dead.get(id);
    if (dead?.end === 'closed') return;
    this.#closed += 1;
    if (dead) {
      if (now > dead.endedAt + DECISION_MS) this.#miss(id, dead);
      this.#entries.set(id, { ...dead, end: 'closed', isUndecided: false });
    } else {
      const entry = this.#entries.open.get(id) ?? toNewEntry(now);
      const since = entry.connectedAt ?? toBelieved(connectedAt, now);
      this.#end(id, { ...entry, connectedAt: since }, 'closed', now);
    }
  }

  #expire(id: string, now: number): void {
    const entry = this.#entries.open.get(id);
    if (entry && isExpired(entry, now)) this.#end(id, entry, 'expired', sinceAt(entry) + LIFETIME_MS);
  }

  #end(id: string, entry: OpenEntry, end: End, endedAt: number): void {
    const isUndecided = end === 'gone' || end === 'expired';
    this.#entries.set(id, { ...entry, end, endedAt, isUndecided, delistedAt: undefined });
  }

  /** Counts the disconnect as missed, unless that was decided before. */
  #miss(id: string, entry: DeadEntry): void {
    if (!entry.isUndecided) return;
    this.#missed += 1;
    this.#entries.set(id, { ...entry, isUndecided: false });
  }

  /** The source removed it: a disconnect that is undecided was not missed. */
  #delist(id: string, entry: DeadEntry, now: number): void {
    if (entry.delistedAt === undefined)
      this.#entries.set(id, { ...entry, isUndecided: false, delistedAt: now });
  }
}

function toNewEntry(firstSeenAt: number): OpenEntry {
  return { firstSeenAt, connectedAt: undefined, lastSeenAt: undefined, aliveAt: undefined };
}
