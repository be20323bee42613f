import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import type { Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import { createSetAside, lastWriteFamily } from './families.ts';
import {
  BrokenFile,
  type Content,
  copyAside,
  type Part,
  readContent,
  readLines,
  setAside,
  writeLines,
} from './file.ts';
import { makeFolder } from './folder.ts';
import { appendBatch, BEGINNING, cutBack, type ReadJournal, readBatches } from './journal.ts';
import { endOf, isEnd, removeEnd, type Tail } from './journal-end.ts';
import { type Lock, TakenOver } from './lock.ts';
import { Presence } from './presence.ts';
import type { Storage } from './storage.ts';

/** The name of the file that says who holds the folder. */
export const LOCK = 'lock';
const SET_ASIDE = /\.broken-[^/]*$/;

/** The storage of a folder that this process holds. */
export class FolderStorage implements Storage {
  readonly families: readonly Family[];
  readonly #path: string;
  readonly #lock: Lock;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #setAside = createSetAside();
  /** Files whose last write failed, and why; undefined before the first write. */
  #failing: Map<string, Error> | undefined;
  #isLooking = false;
  readonly #presence: Presence;
  readonly #writing = new Set<string>();
  /** Where the journals that were read or appended to end. */
  readonly #tails = new Map<string, Tail>();

  constructor(path: string, lock: Lock, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#path = path;
    this.#presence = new Presence(path);
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

  read(name: string, format: string, lost: string): Promise<readonly string[] | undefined> {
    return this.#read(name, lost, (path) => readLines(path, format));
  }

  readContent(name: string, formats: readonly string[], lost: string): Promise<Content | undefined> {
    return this.#read(name, lost, (path) => readContent(path, formats));
  }

  async #read<T>(name: string, lost: string, read: (path: string) => Promise<T>): Promise<T | undefined> {
    try {
      const found = await read(join(this.#path, name));
      if (found) this.#presence.see(name);
      return found;
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      await this.reject(name, error.message, lost);
      return undefined;
    }
  }

  write(name: string, format: string, parts: Iterable<Part>): Promise<void> {
    return this.#change(name, (path) => writeLines(path, format, parts));
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
    if (journal && !journal.isGone) this.#presence.see(name);
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
      this.#presence.see(name);
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
    await this.#lock.assertHeld();
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
    await this.#lock.assertHeld();
    const path = join(this.#path, name);
    this.#forget(name);
    await removeEnd(path);
    await rm(path, { force: true });
    this.#failing?.delete(name);
  }

  #forget(name: string): void {
    this.#presence.forget(name);
    this.#tails.delete(name);
  }

  isMissing(name: string): boolean {
    return this.#presence.isMissing(name);
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
    const gone = await this.#presence.look((folder) => this.list(folder));
    const [first] = gone;
    if (first === undefined) return;
    this.#setAside.add({}, gone.length);
    this.#logger.error('Stored files were removed by somebody; what is known is written again', {
      files: gone.length,
      first: join(this.#path, first),
    });
  }

  async removeSetAside(folder: string): Promise<void> {
    await this.#lock.assertHeld();
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
