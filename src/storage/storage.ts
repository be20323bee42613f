import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import type { Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import { Tally } from '../core/tally.ts';
import { BrokenFile, copyAside, readLines, setAside, writeLines } from './file.ts';
import { makeFolder } from './folder.ts';
import { appendBatch, BEGINNING, cutBack, type ReadJournal, readBatches } from './journal.ts';
import { endOf, isEnd, removeEnd, type Tail } from './journal-end.ts';
import { type Lock, TakenOver, takeLock } from './lock.ts';

/** Named files of lines that are written whole, or journals that grow by whole batches of lines, and read verified; names are `folder/file`. */
export interface Storage {
  readonly families: readonly Family[];
  /** The names in a folder, none if there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** The lines last written; undefined if there are none. A broken file is set aside, logged with what is `lost`, counted, and reads as none. */
  read(name: string, format: string, lost: string): Promise<readonly string[] | undefined>;
  /** Resolves when the lines are on disk for good; rejects, leaving what was there, when the disk refuses. */
  write(name: string, format: string, lines: Iterable<string>): Promise<void>;
  /**
   * The batches appended to a journal, without one at its end that a crash cut short; undefined if there is no such journal. When batches that
   * had been appended are gone or damaged, those before them are given; a copy is set aside, logged with what is `lost`, and counted.
   */
  readJournal(name: string, lost: string): Promise<readonly (readonly string[])[] | undefined>;
  /**
   * Resolves when the batch is at the end of the journal for good; rejects when the disk refuses: then the batch may be read one day, if none is
   * appended in its place. A journal is a file like others: its name must not be that of one written whole. Lines must not look like a checksum.
   */
  append(name: string, lines: Iterable<string>): Promise<void>;
  /** Moves a file whose lines make no sense out of the way; logged, with what is `lost`, and counted. */
  reject(name: string, reason: string, lost: string): Promise<void>;
  /** Says that a file is gone which must be there; logged, with what is `lost`, and counted. */
  tellMissing(name: string, lost: string): void;
  /** Whether somebody removed a file that was read or written here: as of a few seconds ago, until it is written again. */
  isMissing(name: string): boolean;
  remove(name: string): Promise<void>;
  /** Removes the files of a folder that were set aside. */
  removeSetAside(folder: string): Promise<void>;
  /** Why the last write of a file failed, in a sentence; undefined when every file's last write reached the disk. */
  problem(): string | undefined;
  /** The files whose last write failed or has not ended. */
  unsaved(): readonly string[];
  /** Gives the folder back. */
  close(): Promise<void>;
}

/** Opens the folder for this process alone, making it if need be; an empty path keeps nothing. Rejects, naming the holder, while another process holds it. */
export async function openStorage(path: string, deps: { clock: Clock; logger: Logger }): Promise<Storage> {
  if (path === '') return keepNothing;
  try {
    await makeFolder(path);
    let storage: FolderStorage | undefined;
    const lock = await takeLock(join(path, LOCK), deps.clock, {
      onGone: () => storage?.tellMissing(LOCK, 'nothing; what is known is written again'),
      onBeat: (error) => storage?.watch(error),
    });
    storage = new FolderStorage(path, lock, deps);
    return storage;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot use the folder ${path} (--storage.path): ${reason}`, { cause: error });
  }
}

const keepNothing: Storage = {
  families: [lastWriteFamily(() => undefined), createSetAside()],
  list: async () => [],
  read: async () => undefined,
  write: async () => {},
  readJournal: async () => undefined,
  append: async () => {},
  reject: async () => {},
  tellMissing: () => {},
  isMissing: () => false,
  remove: async () => {},
  removeSetAside: async () => {},
  problem: () => undefined,
  unsaved: () => [],
  close: async () => {},
};

function createSetAside(): Tally<never> {
  return new Tally(
    'aws_connections_exporter_storage_files_set_aside_total',
    'Files in the storage folder that were found broken, cut short or missing, since the exporter started; what is left of them is kept beside them.',
    [],
  );
}

function lastWriteFamily(failing: () => ReadonlyMap<string, Error> | undefined): Family {
  return {
    name: 'aws_connections_exporter_storage_last_write_successful',
    help: 'Whether the last write of every file in the storage folder reached the disk (1) or one failed (0); absent before the first.',
    type: 'gauge',
    labelNames: [],
    samples() {
      const files = failing();
      return files ? [{ labels: {}, value: Number(files.size === 0) }] : [];
    },
  };
}

const LOCK = 'lock';
const SET_ASIDE = /\.broken-[^/]*$/;

class FolderStorage implements Storage {
  readonly families: readonly Family[];
  readonly #path: string;
  readonly #lock: Lock;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #setAside = createSetAside();
  /** Files whose last write failed, and why; undefined before the first write. */
  #failing: Map<string, Error> | undefined;
  #isLooking = false;
  /** Files that were read or written and not removed by us. */
  readonly #known = new Set<string>();
  readonly #missing = new Set<string>();
  readonly #writing = new Set<string>();
  /** Where the journals that were read or appended to end. */
  readonly #tails = new Map<string, Tail>();

  constructor(path: string, lock: Lock, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#path = path;
    this.#lock = lock;
    this.#clock = clock;
    this.#logger = logger;
    this.#setAside.add({}, 0);
    this.families = [lastWriteFamily(() => this.#failing), this.#setAside];
  }

  async list(folder: string): Promise<readonly string[]> {
    const files = (await this.#files(folder)).filter(
      (file) => !file.endsWith('.tmp') && !isEnd(file) && !SET_ASIDE.test(file),
    );
    return files.sort().map((file) => `${folder}/${file}`);
  }

  async read(name: string, format: string, lost: string): Promise<readonly string[] | undefined> {
    try {
      const lines = await readLines(join(this.#path, name), format);
      if (lines) this.#known.add(name);
      return lines;
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      await this.reject(name, error.message, lost);
      return undefined;
    }
  }

  write(name: string, format: string, lines: Iterable<string>): Promise<void> {
    return this.#change(name, (path) => writeLines(path, format, lines));
  }

  async readJournal(name: string, lost: string): Promise<readonly (readonly string[])[] | undefined> {
    const path = join(this.#path, name);
    const journal = await readBatches(path).catch(async (error: unknown) => {
      if (!(error instanceof BrokenFile)) throw error;
      await this.reject(endOf(name), error.message, 'nothing, if the journal beside it is whole');
      return readBatches(path);
    });
    if (journal?.lost !== undefined) await this.#mend(path, journal, journal.lost, lost);
    this.#tails.set(name, journal?.tail ?? BEGINNING);
    if (journal && !journal.isGone) this.#known.add(name);
    return journal?.isGone ? undefined : journal?.batches;
  }

  /** Goes on from the good part of a journal, once what there is of it has been kept. */
  async #mend(
    path: string,
    { tail, isGone }: ReadJournal,
    lost_batches: number,
    lost: string,
  ): Promise<void> {
    const now = new Date(this.#clock.now());
    const aside = isGone ? await setAside(endOf(path), now) : await copyAside(path, now);
    this.#setAside.add({});
    const found = isGone ? 'is missing' : 'was cut short or damaged';
    this.#logger.error(
      `A stored journal ${found}; what was saved in it before that is used, the rest is lost`,
      {
        file: path,
        aside,
        good_batches: tail.batches,
        lost_batches,
        lost,
      },
    );
    if (!isGone) await cutBack(path, tail);
  }

  append(name: string, lines: Iterable<string>): Promise<void> {
    return this.#change(name, async (path) => {
      if (!this.#tails.has(name)) await this.readJournal(name, 'what was appended to it last');
      this.#tails.set(name, await appendBatch(path, this.#tails.get(name) ?? BEGINNING, lines));
    });
  }

  async #change(name: string, change: (path: string) => Promise<void>): Promise<void> {
    const path = join(this.#path, name);
    this.#failing ??= new Map();
    this.#writing.add(name);
    try {
      await this.#lock.assertHeld();
      await makeFolder(dirname(path));
      await change(path);
      this.#known.add(name);
      this.#missing.delete(name);
      this.#failing.delete(name);
    } catch (cause) {
      const error = new Error(`cannot write ${path}`, { cause });
      this.#failing.set(name, error);
      throw error;
    } finally {
      this.#writing.delete(name);
    }
  }

  async reject(name: string, reason: string, lost: string): Promise<void> {
    const path = join(this.#path, name);
    this.#forget(name);
    await removeEnd(path);
    const aside = await setAside(path, new Date(this.#clock.now()));
    this.#setAside.add({});
    this.#logger.error('A stored file is broken and was set aside; what it held starts anew', {
      file: path,
      aside,
      reason,
      lost,
    });
  }

  tellMissing(name: string, lost: string): void {
    this.#setAside.add({});
    this.#logger.error('A stored file is missing: somebody removed it', {
      file: join(this.#path, name),
      lost,
    });
  }

  async remove(name: string): Promise<void> {
    const path = join(this.#path, name);
    this.#forget(name);
    await removeEnd(path);
    await rm(path, { force: true });
    this.#failing?.delete(name);
  }

  #forget(name: string): void {
    this.#known.delete(name);
    this.#missing.delete(name);
    this.#tails.delete(name);
  }

  isMissing(name: string): boolean {
    return this.#missing.has(name);
  }

  /** Hears whether the folder is held still, and looks for what somebody removed from it. Never throws. */
  watch(error: Error | undefined): void {
    if (!error) this.#failing?.delete(LOCK);
    else if (error instanceof TakenOver && !this.#failing?.has(LOCK)) {
      this.#failing ??= new Map();
      this.#failing.set(LOCK, error);
      this.#logger.error('Another process uses the storage folder; nothing is written any more', {
        err: error,
      });
    }
    if (error || this.#isLooking) return;
    this.#isLooking = true;
    // A folder that cannot be read shows at the next write.
    void this.#look()
      .catch(() => {})
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #look(): Promise<void> {
    const known = [...this.#known];
    const there = new Set<string>();
    for (const folder of new Set(known.map((name) => dirname(name))))
      for (const name of await this.list(folder)) there.add(name);
    const gone: string[] = [];
    for (const name of known) {
      if (there.has(name) || this.#missing.has(name)) continue;
      // A listing may lack what is being renamed while it is read.
      const isThere = await stat(join(this.#path, name)).then(() => true, isSomethingElse);
      // What was removed by us meanwhile is known no more.
      if (!isThere && this.#known.has(name)) gone.push(name);
    }
    const [first] = gone;
    if (first === undefined) return;
    for (const name of gone) this.#missing.add(name);
    this.#setAside.add({}, gone.length);
    this.#logger.error('Stored files were removed by somebody; what is known is written again', {
      files: gone.length,
      first: join(this.#path, first),
    });
  }

  async removeSetAside(folder: string): Promise<void> {
    for (const file of await this.#files(folder)) {
      if (SET_ASIDE.test(file)) await rm(join(this.#path, folder, file), { force: true });
    }
  }

  async #files(folder: string): Promise<readonly string[]> {
    return readdir(join(this.#path, folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  }

  problem(): string | undefined {
    const [error] = this.#failing?.values() ?? [];
    return error && toSentence(error);
  }

  unsaved(): readonly string[] {
    return [...new Set([...(this.#failing?.keys() ?? []), ...this.#writing])].sort();
  }

  close(): Promise<void> {
    return this.#lock.release();
  }
}

/** Whether something else is wrong with a file than that it is not there. */
function isSomethingElse(error: NodeJS.ErrnoException): boolean {
  return error.code !== 'ENOENT';
}
