import { createHash } from 'node:crypto';
import { toSentence } from '../../../core/error-text.ts';
import type { Logger } from '../../../core/logger.ts';
import type { Storage } from '../../../storage/storage.ts';
import { NAME } from '../name.ts';
import type { FeedEvent } from './feed.ts';
import type { LogRow } from './source-logs.ts';

const FORMAT = `aws-connections-exporter ${NAME}-log 1`;
const LOST =
  'how far an access log was read: the last two hours of it are read again, and nothing of it counts twice';
const MINUTE_MS = 60_000;

/**
 * How far a log group has been read, which outlives configurations and, on disk, the process; and which of its newest rows were, with what each
 * was: after a restart these are read again, and registries know what they were told.
 */
export class LogPosition {
  readonly #storage: Storage;
  readonly #logger: Logger;
  readonly #file: string;
  /** By the minute in which they were logged. */
  readonly #seen = new Map<number, Map<string, FeedEvent>>();
  #reachedAt: number | undefined;
  /** The endpoints that were told what there was. */
  #endpoints: ReadonlySet<string> = new Set();
  #isLoaded = false;
  #isChanged = false;

  /** The position in the log group that this key tells from others. */
  constructor({ storage, logger }: { readonly storage: Storage; readonly logger: Logger }, key: string) {
    this.#storage = storage;
    this.#logger = logger;
    this.#file = `${NAME}/log_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  }

  /** Until when all rows have been read but those that came late since, milliseconds since 1970; undefined before the first. */
  get reachedAt(): number | undefined {
    return this.#reachedAt;
  }

  /** Whether an endpoint was told all that has been read; false of one that was not known then, or whose rows said too little. */
  isOf(endpointId: string): boolean {
    return this.#endpoints.has(endpointId);
  }

  /** What a row was that has been read; undefined if it has not, or too long ago. */
  get({ id, loggedAt }: LogRow): FeedEvent | undefined {
    return this.#seen.get(toMinute(loggedAt))?.get(id);
  }

  /** Notes that a row was read, and what it was. */
  add({ id, loggedAt }: LogRow, what: FeedEvent): void {
    const minute = toMinute(loggedAt);
    const seen = this.#seen.get(minute) ?? new Map<string, FeedEvent>();
    this.#seen.set(minute, seen.set(id, what));
  }

  /** Notes that all rows until then, undefined while there is none, have been read, and which endpoints were told of them. */
  reach(at: number | undefined, endpoints: readonly string[]): void {
    const isSame = endpoints.length === this.#endpoints.size && endpoints.every((id) => this.isOf(id));
    if (isSame && (at === undefined || at <= (this.#reachedAt ?? Number.NEGATIVE_INFINITY))) return;
    if (at !== undefined) this.#reachedAt = Math.max(at, this.#reachedAt ?? at);
    this.#endpoints = new Set(endpoints);
    this.#isChanged = true;
  }

  /** Forgets which rows there were before then: they are not read again. */
  forgetBefore(at: number): void {
    const first = toMinute(at);
    for (const minute of this.#seen.keys()) if (minute < first) this.#seen.delete(minute);
  }

  /** Reads, once, how far the process before has read. Rejects when that is there and cannot be read. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    const lines = (await this.#storage.read(this.#file, FORMAT, LOST)) ?? [];
    try {
      for (const line of lines) this.#take(JSON.parse(line));
    } catch (error) {
      await this.#storage.reject(this.#file, toSentence(error), LOST);
    }
    this.#isLoaded = true;
  }

  /** Writes it, if it changed since. Never rejects. */
  async save(): Promise<void> {
    if (!this.#isChanged && !this.#storage.isMissing(this.#file)) return;
    this.#isChanged = false;
    try {
      const line = JSON.stringify({ reachedAt: this.#reachedAt, endpoints: [...this.#endpoints] });
      await this.#storage.write(this.#file, FORMAT, [line]);
    } catch (err) {
      this.#isChanged = true;
      this.#logger.warn(
        'How far an access log was read is not written; after a restart some of it is read again',
        {
          err,
        },
      );
    }
  }

  #take(line: unknown): void {
    const { reachedAt, endpoints } = (line ?? {}) as { readonly [K in 'reachedAt' | 'endpoints']?: unknown };
    if (!(reachedAt === undefined || Number.isFinite(reachedAt)) || !Array.isArray(endpoints))
      throw new Error('its line is not a position');
    this.#reachedAt = reachedAt as number | undefined;
    this.#endpoints = new Set(endpoints.map(String));
  }
}

function toMinute(at: number): number {
  return Math.floor(at / MINUTE_MS);
}
