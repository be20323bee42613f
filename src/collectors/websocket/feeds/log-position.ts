import { createHash } from 'node:crypto';
import { toSentence } from '../../../core/error-text.ts';
import type { Logger } from '../../../core/logger.ts';
import type { Storage } from '../../../storage/storage.ts';
import { NAME } from '../name.ts';
import { FEED_RESULTS, type FeedEvent } from './feed.ts';
import type { LogRow } from './source-logs.ts';

const FORMAT = `aws-connections-exporter ${NAME}-log 1`;
const LOST =
  'how far an access log was read: the last two hours of it are read again, and nothing of it counts twice';
const MINUTE_MS = 60_000;
/** Ids of one line. */
const LINE = 500;

type Line =
  | { readonly reachedAt: number | undefined; readonly endpoints: readonly string[] }
  | readonly [minute: number, ids: readonly (readonly [string, FeedEvent])[]];

/** How far a log group has been read, and which of its newest rows were, with what each was; it outlives configurations and, on disk, the process. */
export class LogPosition {
  readonly #storage: Storage;
  readonly #logger: Logger;
  readonly #file: string;
  /** By the minute in which they were logged. */
  #seen = new Map<number, Map<string, FeedEvent>>();
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
    this.#isChanged = true;
  }

  /** Notes that all rows until then, undefined while there is none, have been read, and which endpoints were told of them. */
  reach(at: number | undefined, endpoints: readonly string[]): void {
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
      this.#seen = new Map();
      this.#reachedAt = undefined;
      await this.#storage.reject(this.#file, toSentence(error), LOST);
    }
    this.#isLoaded = true;
  }

  /** Writes it, if it changed since. Never rejects. */
  async save(): Promise<void> {
    if (!this.#isChanged && !this.#storage.isMissing(this.#file)) return;
    this.#isChanged = false;
    try {
      await this.#storage.write(this.#file, FORMAT, this.#lines());
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

  #take(line: Line): void {
    if (Array.isArray(line)) {
      const [minute, ids] = line as Extract<Line, readonly unknown[]>;
      const seen = this.#seen.get(minute) ?? new Map<string, FeedEvent>();
      for (const [id, what] of ids) {
        if (!Object.hasOwn(FEED_RESULTS, what))
          throw new Error('one of its lines does not say what a row was');
        seen.set(id, what);
      }
      this.#seen.set(minute, seen);
      return;
    }
    const { reachedAt, endpoints } = line as { readonly [K in 'reachedAt' | 'endpoints']?: unknown };
    if (!(reachedAt === undefined || Number.isFinite(reachedAt)) || !Array.isArray(endpoints))
      throw new Error('one of its lines is not a position');
    this.#reachedAt = reachedAt as number | undefined;
    this.#endpoints = new Set(endpoints.map(String));
  }

  *#lines(): Iterable<string> {
    yield JSON.stringify({ reachedAt: this.#reachedAt, endpoints: [...this.#endpoints] } satisfies Line);
    for (const [minute, seen] of this.#seen) {
      const ids = [...seen];
      for (let from = 0; from < ids.length; from += LINE)
        yield JSON.stringify([minute, ids.slice(from, from + LINE)] satisfies Line);
    }
  }
}

function toMinute(at: number): number {
  return Math.floor(at / MINUTE_MS);
}
