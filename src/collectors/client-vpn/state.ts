import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Storage } from '../../storage/storage.ts';
import { Book, type Counters, type Scope } from './book.ts';
import { BOOK_FORMAT, fromLines, toLines } from './book-file.ts';
import type { Endpoint } from './endpoint.ts';
import type { Listing } from './listing.ts';
import type { Connection } from './record.ts';
import type { ConnectionFilter } from './source.ts';

/** What is published of one endpoint; it is replaced whole, never changed. */
export interface View extends Scope {
  /** Undefined until the first pass over the endpoint ended. */
  readonly up: boolean | undefined;
  readonly error: string | undefined;
  /** The last complete pass; undefined before the first. */
  readonly last: LastPass | undefined;
  /** Undefined before the opening listing. */
  readonly counters: Counters | undefined;
}

/** What the last complete pass over an endpoint saw. */
export interface LastPass {
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** The same moment on the monotonic clock: age does not change when the wall clock steps. */
  readonly endedAtMonotonic: number;
  /** Undefined when discovery failed and the endpoint is known only from before. */
  readonly endpoint: Endpoint | undefined;
  readonly listing: Listing;
  /** The connections that have series, by place; empty while those series are off. */
  readonly exported: readonly Connection[];
}

/** An account and region. */
export type Place = Pick<Scope, 'accountId' | 'region'>;

/** Which books a configuration opens and how they are to be read. */
export interface BookOptions {
  readonly identity: string;
  readonly filters: readonly ConnectionFilter[];
}

/** All that is published, by `scopeKey`, and under which reading (`readingOf`) it was made. */
export interface Published {
  readonly views: ReadonlyMap<string, View>;
  readonly reading: string;
}

const FOLDER = 'client-vpn';
const RETIRED_BOOKS_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Everything that outlives a pass: the books, and what is published. A scrape reads views; a pass works on books and publishes when it ends. */
export class State {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #books = new Map<string, Book>();
  #published: Published = { views: new Map(), reading: '' };

  constructor({ storage, clock, logger }: { storage: Storage; clock: Clock; logger: Logger }) {
    this.#storage = storage;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** What is published. */
  get published(): Published {
    return this.#published;
  }

  /** Publishes these views and no others. */
  publish(published: Published): void {
    this.#published = published;
  }

  /** The book of an endpoint: as in memory, else as on disk, else a new one. */
  async book(scope: Scope, options: BookOptions): Promise<Book> {
    const name = fileName(scope, options.filters);
    const book = (await this.#known(name, options)) ?? new Book(scope, options.identity);
    this.#books.set(name, book);
    return book;
  }

  /** The books of a place, in memory and on disk, whose endpoints exist as far as is known; long retired ones are removed. */
  async stored({ accountId, region }: Place, options: BookOptions): Promise<readonly Book[]> {
    const books: Book[] = [];
    for (const name of new Set([...this.#books.keys(), ...(await this.#storage.list(FOLDER))])) {
      if (!name.startsWith(filePrefix(accountId, region)) || !name.endsWith(fileSuffix(options.filters)))
        continue;
      const book = await this.#known(name, options).catch((err: unknown) => {
        this.#logger.error('A ledger cannot be read: its endpoint fails until it can', { file: name, err });
      });
      if (!book) continue;
      if (book.retiredAt !== undefined && this.#clock.now() - book.retiredAt > RETIRED_BOOKS_KEPT_MS) {
        await this.#storage.remove(name);
        continue;
      }
      // Names written under another identity do not stay on disk until the endpoint is listed again.
      await this.save([book], options);
      if (book.retiredAt !== undefined) continue;
      this.#books.set(name, book);
      books.push(book);
    }
    return books;
  }

  /** Writes the books that changed; one that the disk refuses is logged and stays to be written by the next pass. */
  async save(books: Iterable<Book>, options: BookOptions): Promise<void> {
    for (const book of books) {
      if (!book.isDirty) continue;
      try {
        await this.#storage.write(fileName(book.scope, options.filters), BOOK_FORMAT, toLines(book));
        book.markSaved();
      } catch (error) {
        this.#logger.error(
          'The ledger was not written: after a crash its counters would fall; make room or mend the folder',
          {
            endpoint_id: book.scope.endpointId,
            err: error,
          },
        );
      }
    }
  }

  async #known(name: string, options: BookOptions): Promise<Book | undefined> {
    const book = this.#books.get(name);
    if (!book) return this.#load(name, options);
    if (book.identity === options.identity) return book;
    return new Book(book.scope, options.identity, { state: book.state(), entries: book.entries() });
  }

  async #load(name: string, { identity, filters }: BookOptions): Promise<Book | undefined> {
    const lines = await this.#storage.read(name, BOOK_FORMAT);
    if (!lines) return undefined;
    try {
      const saved = fromLines(lines);
      const { accountId, region, endpointId } = saved.state;
      const scope = { accountId, region, endpointId };
      if (fileName(scope, filters) !== name) throw new Error('they are of another endpoint');
      return new Book(scope, identity, saved);
    } catch (error) {
      await this.#storage.reject(
        name,
        `its lines cannot be read: ${error instanceof Error ? error.message : error}`,
      );
      return undefined;
    }
  }
}

/** Tells endpoints apart, across accounts and regions. */
export function scopeKey({ accountId, region, endpointId }: Scope): string {
  return `${accountId}/${region}/${endpointId}`;
}

/** How these options read the world; what was published under another reading is not theirs. */
export function readingOf({ identity, filters }: BookOptions): string {
  return `${identity}${fileSuffix(filters)}`;
}

/** The ledger belongs to an endpoint and its filters: other filters, another file. */
function fileName(scope: Scope, filters: readonly ConnectionFilter[]): string {
  return `${filePrefix(scope.accountId, scope.region)}${scope.endpointId}${fileSuffix(filters)}`;
}

function filePrefix(accountId: string, region: string): string {
  return `${FOLDER}/${accountId}_${region}_`;
}

function fileSuffix(filters: readonly ConnectionFilter[]): string {
  if (filters.length === 0) return '_all.ledger';
  const canonical = filters
    .map(({ name, values }) => `${name}=${JSON.stringify([...new Set(values)].sort())}`)
    .sort();
  return `_${createHash('sha256').update(canonical.join('\n')).digest('hex').slice(0, 12)}.ledger`;
}
