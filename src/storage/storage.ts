import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import type { Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import { Tally } from '../core/tally.ts';
import { BrokenFile, readLines, setAside, writeLines } from './file.ts';
import { appendBatch, BEGINNING, readBatches, type Tail } from './journal.ts';
import { type Lock, takeLock } from './lock.ts';

/** Named files of lines that are written whole, or journals that grow by whole batches of lines, and read verified; names are `folder/file`. */
export interface Storage {
  readonly families: readonly Family[];
  /** The names in a folder, none if there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** The lines last written; undefined if there are none. A broken file is set aside, logged and counted, and reads as none. */
  read(name: string, format: string): Promise<readonly string[] | undefined>;
  /** Resolves when the lines are on disk for good; rejects, leaving what was there, when the disk refuses. */
  write(name: string, format: string, lines: Iterable<string>): Promise<void>;
  /** The batches appended to a journal, without one at its end that a crash cut short; undefined if there is no such journal. */
  readJournal(name: string): Promise<readonly (readonly string[])[] | undefined>;
  /**
   * Resolves when the batch is at the end of the journal for good; rejects when the disk refuses: then the batch may be read one day, if none is
   * appended in its place. A journal is a file like others: its name must not be that of one written whole. Lines must not look like a checksum.
   */
  append(name: string, lines: Iterable<string>): Promise<void>;
  /** Moves a file whose lines make no sense out of the way. */
  reject(name: string, reason: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Removes the files of a folder that were set aside. */
  removeSetAside(folder: string): Promise<void>;
  /** Why the last write of a file failed, in a sentence; undefined when every file's last write reached the disk. */
  problem(): string | undefined;
  /** Gives the folder back. */
  close(): Promise<void>;
}

/** Opens the folder for this process alone, making it if need be; an empty path keeps nothing. Rejects, naming the holder, while another process holds it. */
export async function openStorage(path: string, deps: { clock: Clock; logger: Logger }): Promise<Storage> {
  if (path === '') return keepNothing;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const lock = await takeLock(join(path, 'lock'), deps.clock);
    return new FolderStorage(path, lock, deps);
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
  remove: async () => {},
  removeSetAside: async () => {},
  problem: () => undefined,
  close: async () => {},
};

function createSetAside(): Tally<never> {
  return new Tally(
    'aws_connections_exporter_storage_files_set_aside_total',
    'Broken files in the storage folder that were moved out of the way, since the exporter started.',
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
      (file) => !file.endsWith('.tmp') && !SET_ASIDE.test(file),
    );
    return files.sort().map((file) => `${folder}/${file}`);
  }

  async read(name: string, format: string): Promise<readonly string[] | undefined> {
    try {
      return await readLines(join(this.#path, name), format);
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      await this.reject(name, error.message);
      return undefined;
    }
  }

  write(name: string, format: string, lines: Iterable<string>): Promise<void> {
    return this.#change(name, (path) => writeLines(path, format, lines));
  }

  async readJournal(name: string): Promise<readonly (readonly string[])[] | undefined> {
    const path = join(this.#path, name);
    const journal = await readBatches(path);
    this.#tails.set(name, journal?.tail ?? BEGINNING);
    if (journal?.isDamaged)
      this.#logger.warn('A stored journal is damaged: what follows the damage is lost', { file: path });
    return journal?.batches;
  }

  append(name: string, lines: Iterable<string>): Promise<void> {
    return this.#change(name, async (path) => {
      if (!this.#tails.has(name)) await this.readJournal(name);
      this.#tails.set(name, await appendBatch(path, this.#tails.get(name) ?? BEGINNING, lines));
    });
  }

  async #change(name: string, change: (path: string) => Promise<void>): Promise<void> {
    const path = join(this.#path, name);
    this.#failing ??= new Map();
    try {
      await this.#lock.assertHeld();
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await change(path);
      this.#failing.delete(name);
    } catch (cause) {
      const error = new Error(`cannot write ${path}`, { cause });
      this.#failing.set(name, error);
      throw error;
    }
  }

  async reject(name: string, reason: string): Promise<void> {
    const path = join(this.#path, name);
    const aside = await setAside(path, new Date(this.#clock.now()));
    this.#tails.delete(name);
    this.#setAside.add({});
    this.#logger.error('A stored file is broken and was set aside; what it held starts anew', {
      file: path,
      aside,
      reason,
    });
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#path, name), { force: true });
    this.#tails.delete(name);
    this.#failing?.delete(name);
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

  close(): Promise<void> {
    return this.#lock.release();
  }
}
