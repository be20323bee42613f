/** A connect integration may take this long; until then AWS answers for a new connection as if it were gone. */
export const GRACE_MS = 30_000;
/** API Gateway closes every WebSocket connection after two hours. */
export const LIFETIME_MS = 2 * 60 * 60 * 1000;
/** How long the word of a disconnect may take until the disconnect counts as missed. */
export const DECISION_MS = 60_000;
/** How much longer the dead are remembered than a late event could come. */
const MARGIN_MS = 10 * 60 * 1000;
/** How long after it happened an event of a connection that nobody knows is still taken: what reads two hours back takes its time. */
export const LATEST_MS = LIFETIME_MS + MARGIN_MS / 2;

/** What ended a connection: a look-up found it gone or invalid, its disconnect came, or it passed two hours. */
export const ENDS = ['gone', 'invalid', 'closed', 'expired'] as const;
export type End = (typeof ENDS)[number];

/** What is known of a connection that can be alive; a value that is never changed; times in milliseconds since 1970. */
export interface OpenEntry {
  readonly firstSeenAt: number;
  readonly connectedAt: number | undefined;
  /** The last message. */
  readonly lastSeenAt: number | undefined;
  /** The last look-up that found it alive. */
  readonly aliveAt: number | undefined;
  /** Its connect can still be told, by a source that is read late and in no order. */
  readonly isConnectUntold: boolean;
}

/** What is known of a connection that is dead for good. */
export interface DeadEntry extends OpenEntry {
  readonly end: End;
  readonly endedAt: number;
  /** Whether its disconnect may still come, or else be counted as missed. */
  readonly isUndecided: boolean;
  /** When its source ceased to list it; undefined while it is listed, and for sources that list nothing. */
  readonly delistedAt: number | undefined;
}

export type Entry = OpenEntry | DeadEntry;

/** Whether the connection is dead. */
export function isDead(entry: Entry): entry is DeadEntry {
  return 'end' in entry;
}

/** What tells when a connection began. */
type Beginning = Pick<OpenEntry, 'firstSeenAt' | 'connectedAt'>;

/** When the connection began, as far as is known: first seen stands in for an unknown connect time. */
export function sinceAt({ connectedAt, firstSeenAt }: Beginning): number {
  return connectedAt ?? firstSeenAt;
}

/** The connect time, unless it is later than now, which no connection's is. */
export function toBelieved(connectedAt: number | undefined, now: number): number | undefined {
  return connectedAt !== undefined && connectedAt <= now ? connectedAt : undefined;
}

/** Who began in between, both ends left out, may have a connect that is still pending. */
export interface Youth {
  readonly after: number;
  readonly before: number;
}

/** Who is young now; a clock that was set back a little leaves the young young. */
export function youthAt(now: number): Youth {
  return { after: now - GRACE_MS, before: now + GRACE_MS };
}

/** Whether it has passed the two hours that no connection outlives. */
export function isExpired(entry: Beginning, now: number): boolean {
  return now - sinceAt(entry) >= LIFETIME_MS;
}

/** What tells what becomes of a dead one. */
export type Death = Beginning & Pick<DeadEntry, 'endedAt' | 'isUndecided' | 'delistedAt'>;

/** The moment after which no event and no listing can bring up this dead connection again; events that are read can be told twice for two hours. */
export function forgettableAt(entry: Death, isRead: boolean): number {
  const { endedAt, delistedAt = Number.NEGATIVE_INFINITY } = entry;
  const lastToldAt = isRead ? endedAt + LIFETIME_MS : endedAt;
  return Math.max(lastToldAt, sinceAt(entry) + LIFETIME_MS, delistedAt + LIFETIME_MS) + MARGIN_MS;
}
