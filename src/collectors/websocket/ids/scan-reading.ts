import { isDeepStrictEqual } from 'node:util';
import { brokenAnswer } from '../../../aws/answers.ts';
import type { Clock } from '../../../core/clock.ts';
import { isConnectionId } from '../../../core/websocket-id.ts';
import { ListedIds } from '../columns/listed-ids.ts';
import type { OriginConfig } from '../config.ts';
import { type Reject, toId, toTime } from './row.ts';
import type { ScanPage, StartKey } from './source-dynamodb.ts';

/** A table of ids and how it is read, as configured. */
export type TableConfig = Omit<Extract<OriginConfig, { type: 'dynamodb' }>, 'type'>;

/** A reading that takes longer is given up: who was listed at its beginning has been gone for long. */
export const LONGEST_READING_MS = 24 * 60 * 60 * 1000;

/** A part of a table that is scanned by itself, and how far it has been. */
export interface Segment {
  readonly index: number;
  startKey: StartKey | undefined;
  isRead: boolean;
  pages: number;
  /** The start key after as many pages as the last power of two: going round, one meets it again. */
  markedKey: StartKey | undefined;
}

/** One reading of a whole table, as far as it has come: it outlives turns and failures. */
export class ScanReading {
  readonly #config: TableConfig;
  readonly #clock: Clock;
  readonly #reject: Reject;
  readonly #ids = new ListedIds();
  #rows = 0;
  /** Of the rows, those with text in the key; of these, those with the prefix; of these, those with an id. */
  readonly #found = { text: 0, ours: 0, id: 0 };
  #lastPageAt: number;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  /** The same instant by the monotonic clock. */
  readonly beganAtMonotonic: number;
  readonly segments: readonly Segment[];

  constructor(config: TableConfig, clock: Clock, reject: Reject) {
    this.#config = config;
    this.#clock = clock;
    this.#reject = reject;
    this.beganAt = clock.now();
    this.beganAtMonotonic = clock.monotonic();
    this.#lastPageAt = this.beganAtMonotonic;
    this.segments = Array.from({ length: config.segments }, (_, index) => ({
      index,
      startKey: undefined,
      isRead: false,
      pages: 0,
      markedKey: undefined,
    }));
  }

  /** Rows so far, whatever became of them. */
  get rows(): number {
    return this.#rows;
  }

  get isComplete(): boolean {
    return this.segments.every(({ isRead }) => isRead);
  }

  /** Milliseconds since the last page came, or since the reading began. */
  get idleMs(): number {
    return this.#clock.monotonic() - this.#lastPageAt;
  }

  /** The ids of a reading that is complete; throws when there are rows and none has the key, or none of ours an id in it. */
  ids(): ListedIds {
    const { table, key, prefix } = this.#config;
    const { text, ours, id } = this.#found;
    if (id > 0 || this.#rows === 0) return this.#ids;
    if (text === 0)
      throw new Error(
        `the table ${table} lacks the key ${key}: none of its ${this.#rows} rows has text there; set key to the attribute that holds the connection id`,
      );
    // Where a table holds other things as well, that no connection is among them is an answer.
    if (ours === 0) return this.#ids;
    const remedy =
      prefix === null
        ? 'where something stands before the id, as in CONNECTION#L0SM9cOFvHcCIhw=, set prefix to it (CONNECTION#); else set key to another attribute'
        : 'set prefix to all that stands before the id, or key to another attribute';
    const which = prefix === null ? 'text' : `text after ${prefix}`;
    throw new Error(
      `the table ${table} has ${which} in the key ${key}, but in none of ${ours} rows is it a connection id: ${remedy}`,
    );
  }

  /** Takes in the next page of a segment; throws when the page after it was there before, or the reading takes a day. */
  take(segment: Segment, { rows, nextKey }: ScanPage): void {
    const now = this.#clock.now();
    for (const row of rows) this.#takeRow(row, now);
    this.#lastPageAt = this.#clock.monotonic();
    if (this.#lastPageAt - this.beganAtMonotonic > LONGEST_READING_MS)
      throw brokenAnswer(
        `Scan: no end of the table ${this.#config.table} after a day and ${this.#rows} rows; raise read_capacity_per_second or segments if it is that large`,
      );
    segment.pages += 1;
    segment.startKey = nextKey;
    segment.isRead = nextKey === undefined;
    if (nextKey !== undefined && isDeepStrictEqual(nextKey, segment.markedKey))
      throw brokenAnswer(`Scan: page ${segment.pages} led back to an earlier one; the scan would never end`);
    if (isPowerOfTwo(segment.pages)) segment.markedKey = nextKey;
  }

  #takeRow(row: ScanPage['rows'][number], now: number): void {
    const { key, prefix, connected_at, expires_at } = this.#config;
    const text = row[key];
    this.#rows += 1;
    if (text !== undefined) this.#found.text += 1;
    const id = toId(String(text ?? ''), prefix);
    if (id === undefined) return;
    if (text !== undefined) this.#found.ours += 1;
    if (!isConnectionId(id)) {
      this.#reject('connection_id', undefined);
      return;
    }
    this.#found.id += 1;
    const expiresAt = expires_at === null ? undefined : toTime('expires_at', row[expires_at], this.#reject);
    if (expiresAt !== undefined && expiresAt < now) return;
    const connectedAt =
      connected_at === null ? undefined : toTime('connected_at', row[connected_at], this.#reject);
    this.#ids.add(id, connectedAt);
  }
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
