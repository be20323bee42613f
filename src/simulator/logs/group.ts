/** What a log group is called and how long it keeps what. */
export interface GroupSpec {
  readonly name: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly class?: 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY';
  /** For ever if not given. */
  readonly retentionInDays?: number | undefined;
}

/** One event as it lies in a group; times in milliseconds since 1970. */
export interface LogEvent {
  readonly timestamp: number;
  readonly ingestionTime: number;
  /** Its number in its group: of equal times, the order in which they came. */
  readonly number: number;
  readonly stream: string;
  readonly message: string;
}

/** Where an event stands among the others. */
export type Place = Pick<LogEvent, 'timestamp' | 'ingestionTime' | 'number'>;

/** Before every event of this time and later. */
export function startOf(timestamp: number): Place {
  return { timestamp, ingestionTime: Number.NEGATIVE_INFINITY, number: 0 };
}

const dayMs = 24 * 60 * 60 * 1000;

/** A log group with its events, which are seen from the moment they are ingested until they are too old. */
export class LogGroup {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly class: NonNullable<GroupSpec['class']>;
  readonly createdAt: number;
  retentionInDays: number | undefined;
  #events: LogEvent[] = [];
  #numbered = 0;

  constructor(spec: GroupSpec, createdAt: number) {
    this.name = spec.name;
    this.accountId = spec.accountId ?? '111122223333';
    this.region = spec.region ?? 'eu-west-1';
    this.class = spec.class ?? 'STANDARD';
    this.retentionInDays = spec.retentionInDays;
    this.createdAt = createdAt;
  }

  get arn(): string {
    return `arn:aws:logs:${this.region}:${this.accountId}:log-group:${this.name}`;
  }

  /** Puts an event in its place: by its own time, then by when it came. */
  put(event: Omit<LogEvent, 'number'>): void {
    const numbered = { ...event, number: this.#numbered++ };
    const last = this.#events.at(-1);
    if (!last || compare(last, numbered) < 0) this.#events.push(numbered);
    else this.#events.splice(this.#firstNotBefore(numbered), 0, numbered);
    if (this.#numbered % 4096 === 0) this.#forget(event.ingestionTime);
  }

  /** The events from `from` on that can be seen at `now`, the oldest first; those that come after the listing began too. */
  *forward(from: Place, now: number): Generator<LogEvent> {
    const oldest = this.#oldest(now);
    for (let index = this.#firstNotBefore(from); index < this.#events.length; index++) {
      const event = this.#events[index];
      if (event && isSeen(event, oldest, now)) yield event;
    }
  }

  /** The events before `until` that can be seen at `now`, the newest first. */
  *backward(until: Place, now: number): Generator<LogEvent> {
    const oldest = this.#oldest(now);
    for (let index = this.#firstNotBefore(until) - 1; index >= 0; index--) {
      const event = this.#events[index];
      if (event && isSeen(event, oldest, now)) yield event;
    }
  }

  /** How many bytes the events that can be seen at `now` are charged with. */
  storedBytes(now: number): number {
    let bytes = 0;
    for (const { message } of this.forward(startOf(Number.NEGATIVE_INFINITY), now)) bytes += sizeOf(message);
    return bytes;
  }

  /** Drops what nobody will see again. */
  #forget(now: number): void {
    const oldest = this.#oldest(now);
    if (this.#events[0] && this.#events[0].timestamp < oldest)
      this.#events = this.#events.filter(({ timestamp }) => timestamp >= oldest);
  }

  #oldest(now: number): number {
    return this.retentionInDays === undefined ? Number.NEGATIVE_INFINITY : now - this.retentionInDays * dayMs;
  }

  /** The index of the first event that does not stand before `place`, by halving. */
  #firstNotBefore(place: Place): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = this.#events[middle];
      if (event && compare(event, place) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The bytes that an event is charged with, and that a page of them is measured in. */
export function sizeOf(message: string): number {
  return Buffer.byteLength(message) + 26;
}

function compare(a: Place, b: Place): number {
  return a.timestamp - b.timestamp || a.ingestionTime - b.ingestionTime || a.number - b.number;
}

function isSeen({ timestamp, ingestionTime }: LogEvent, oldest: number, now: number): boolean {
  return ingestionTime <= now && timestamp >= oldest;
}
