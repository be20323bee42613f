import type { Family } from '../core/family.ts';
import type { Content, Part } from './file.ts';

/** Named files of lines, or of lines and bytes, that are written whole, or journals that grow by whole batches of lines, and read verified; names are `folder/file`. */
export interface Storage {
  readonly families: readonly Family[];
  /** The names in a folder, none if there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** The lines last written; undefined if there are none. A broken file is set aside, logged with what is `lost`, counted, and reads as none. */
  read(name: string, format: string, lost: string): Promise<readonly string[] | undefined>;
  /** The same of a file of one of these formats, as bytes. */
  readContent(name: string, formats: readonly string[], lost: string): Promise<Content | undefined>;
  /** Resolves when the parts are on disk for good; rejects, leaving what was there, when the disk refuses. */
  write(name: string, format: string, parts: Iterable<Part>): Promise<void>;
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
