import { createHmac, randomBytes } from 'node:crypto';
import { type Clock, inSteps } from '../../core/clock.ts';
import { toSentence } from '../../core/error-text.ts';
import { FaultLog } from '../../core/fault-log.ts';
import { LedgerEntries } from '../../core/ledger-entries.ts';
import type { Logger } from '../../core/logger.ts';
import type { Scope } from '../../core/scope.ts';
import type { Storage } from '../../storage/storage.ts';
import { Book } from './book.ts';
import { BOOK_FORMAT, BOOK_FORMATS, fromContent, toContent } from './book-file.ts';
import { NAME } from './name.ts';
import { COUNTERS } from './record.ts';
import type { ConnectionFilter } from './source.ts';

/** Which books a configuration opens and how they are to be read. */
export interface BookOptions {
  readonly identity: string;
  readonly filters: readonly ConnectionFilter[];
}

/** An account and region. */
type Place = Pick<Scope, 'accountId' | 'region'>;

const FOLDER = NAME;
const BOOK = '.ledger';
const KEY_FILE = `${FOLDER}/filters.key`;
/** A ledger of filters, named by the key. */
const OF_FILTERS = /_[0-9a-f]{16}\.ledger$/;
const KEY_FORMAT = `aws-connections-exporter ${NAME}-filter-key 1`;
/** What is lost with a ledger, and what with the key: said in the log. */
const BOOK_LOST = 'all that was counted of a Client VPN endpoint; it begins anew with its next listing';
const KEY_LOST = 'which ledgers belong to client_vpn.filters; they begin anew';
const RETIRED_BOOKS_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** A book whose file is there and cannot be read; writing a new one would lose what it holds. */
export class UnreadableBook extends Error {
  constructor(name: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the ledger ${name} below --storage.path cannot be read (${reason}): mend it or move it away`, {
      cause,
    });
  }
}

/** Every book there is, in memory and on disk, by its file's name. */
export class Books {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #faults: FaultLog;
  readonly #books = new Map<string, Book>();
  #filterKey: Promise<string> | undefined;
  #unsavedKey: string | undefined;

  constructor({ storage, clock, logger }: { storage: Storage; clock: Clock; logger: Logger }) {
    this.#storage = storage;
    this.#clock = clock;
    this.#logger = logger;
    this.#faults = new FaultLog({ clock, logger });
  }

  /**
   * Reads what is on disk, as far as it can be read, and from now on shows people under this identity and no other: what was written under
   * another one is rewritten, and files that were set aside are removed. Books retired long ago are removed too.
   */
  async load(identity: string): Promise<void> {
    let isChanged = false;
    for (const name of await this.#names()) {
      const book = await this.#read(name, identity).catch((err: unknown) => {
        const message = 'A ledger cannot be read: its endpoint fails until it can';
        this.#faults.fail(`read ${name}`, {
          message,
          reason: toSentence(err),
          reasonField: 'err',
          fields: { file: name },
        });
      });
      if (!book) continue;
      this.#faults.succeed(`read ${name}`, 'A ledger can be read again', { file: name });
      isChanged ||= book.isDirty && book !== this.#books.get(name);
      if (book.retiredAt === undefined || this.#clock.now() - book.retiredAt <= RETIRED_BOOKS_KEPT_MS) {
        this.#books.set(name, book);
        continue;
      }
      this.#books.delete(name);
      await this.#storage.remove(name).catch((err: unknown) => {
        const message = 'The ledger of an endpoint that is long gone could not be removed';
        const reason = toSentence(err);
        this.#faults.fail(`remove ${name}`, {
          message,
          reason,
          reasonField: 'err',
          level: 'warn',
          fields: { file: name },
        });
      });
    }
    this.#faults.say();
    if (!isChanged) return;
    await this.save();
    await this.#storage.removeSetAside(FOLDER).catch((err: unknown) => {
      this.#logger.error('Files that were set aside may hold names and could not be removed', {
        folder: FOLDER,
        err,
      });
    });
  }

  /** The book of an endpoint: as in memory, else as on disk, else a new one. */
  async open(scope: Scope, { identity, filters }: BookOptions): Promise<Book> {
    const name = `${prefixOf(scope)}${toFileName(scope.endpointId)}_${await this.#suffix(filters)}`;
    const book = (await this.#read(name, identity)) ?? new Book(scope, identity);
    this.#books.set(name, book);
    return book;
  }

  /** The books of a place whose endpoints exist as far as is known. */
  async of(place: Place, { filters }: BookOptions): Promise<readonly Book[]> {
    const suffix = await this.#suffix(filters);
    return [...this.#books]
      .filter(
        ([name, book]) => name.startsWith(prefixOf(place)) && name.endsWith(`_${suffix}`) && !book.retiredAt,
      )
      .map(([, book]) => book);
  }

  /** Writes every book that changed, of those that nobody is posting to; one that the disk refuses is logged and stays to be written by the next pass. */
  async save(isDone: (scope: Scope) => boolean = () => true): Promise<void> {
    await this.#saveFilterKey();
    for (const [name, book] of this.#books) {
      if (!isDone(book.scope) || (!book.isDirty && !this.#storage.isMissing(name))) continue;
      const fields = { endpoint_id: book.scope.endpointId };
      try {
        await this.#write(name, book);
        book.markSaved();
        this.#faults.succeed(name, 'The ledger is written again', fields);
      } catch (err) {
        const message =
          'The ledger was not written: after a crash its counters would fall; make room or mend the folder';
        this.#faults.fail(name, { message, reason: toSentence(err), reasonField: 'err', fields });
      }
    }
    this.#faults.say();
  }

  async #names(): Promise<readonly string[]> {
    const stored = await this.#storage.list(FOLDER).catch((err: unknown) => {
      this.#logger.error('The storage folder cannot be read: counters are there when their endpoints are', {
        err,
      });
      return [];
    });
    return [...new Set([...this.#books.keys(), ...stored.filter((name) => name.endsWith(BOOK))])];
  }

  async #read(name: string, identity: string): Promise<Book | undefined> {
    const book = this.#books.get(name);
    if (book?.identity === identity) return book;
    if (book) return copyUnder(identity, book);
    const content = await this.#storage.readContent(name, BOOK_FORMATS, BOOK_LOST).catch((cause: unknown) => {
      throw new UnreadableBook(name, cause);
    });
    if (!content) return undefined;
    try {
      const saved = await fromContent(content);
      const { accountId, region, endpointId } = saved.state;
      const scope = { accountId, region, endpointId };
      if (!name.startsWith(`${prefixOf(scope)}${toFileName(endpointId)}_`))
        throw new Error('it is of another endpoint');
      return new Book(scope, identity, saved);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await this.#storage.reject(name, `what it holds cannot be read: ${reason}`, BOOK_LOST);
      return undefined;
    }
  }

  async #write(name: string, book: Book): Promise<void> {
    const picture = book.entries().picture();
    try {
      await this.#storage.write(name, BOOK_FORMAT, toContent(book.state(), picture));
    } finally {
      picture.letGo();
    }
  }

  /** The ledger belongs to an endpoint and its filters: other filters, another file. A name in a filter cannot be guessed from it. */
  async #suffix(filters: readonly ConnectionFilter[]): Promise<string> {
    if (filters.length === 0) return `all${BOOK}`;
    const canonical = filters
      .map(({ name, values }) => `${name}=${JSON.stringify([...new Set(values)].sort())}`)
      .sort();
    this.#filterKey ??= this.#readFilterKey();
    return `${createHmac('sha256', await this.#filterKey)
      .update(canonical.join('\n'))
      .digest('hex')
      .slice(0, 16)}${BOOK}`;
  }

  async #readFilterKey(): Promise<string> {
    const key = randomBytes(32).toString('hex');
    try {
      const files = await this.#storage.list(FOLDER);
      const lines = await this.#storage.read(KEY_FILE, KEY_FORMAT, KEY_LOST);
      if (lines?.[0]) return lines[0];
      this.#unsavedKey = key;
      // Where there never was a key, no ledger is named by it.
      if (!files.includes(KEY_FILE) && files.some((name) => OF_FILTERS.test(name)))
        this.#storage.tellMissing(KEY_FILE, KEY_LOST);
    } catch (err) {
      // The key that is there may be read again by the next process: it is not written over.
      const message = 'The key of filters cannot be read: until a restart finds it, their ledgers begin anew';
      this.#logger.error(message, { file: KEY_FILE, err });
    }
    await this.#saveFilterKey();
    return key;
  }

  async #saveFilterKey(): Promise<void> {
    if (this.#storage.isMissing(KEY_FILE)) this.#unsavedKey ??= await this.#filterKey;
    if (this.#unsavedKey === undefined) return;
    try {
      await this.#storage.write(KEY_FILE, KEY_FORMAT, [this.#unsavedKey]);
      this.#unsavedKey = undefined;
    } catch (err) {
      const message = 'The key of filters was not written: after a restart their ledgers would begin anew';
      this.#logger.error(message, { err });
    }
  }
}

/** A copy that writes down users under this identity. */
async function copyUnder(identity: string, book: Book): Promise<Book> {
  const state = book.state();
  const entries = new LedgerEntries(COUNTERS.length, book.entries().picture());
  await inSteps(entries.fill());
  return new Book(book.scope, identity, { state, entries });
}

function prefixOf({ accountId, region }: Place): string {
  return `${FOLDER}/${toFileName(accountId)}_${toFileName(region)}_`;
}

/** What comes from outside cannot leave the folder. */
function toFileName(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
