import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** Far more than any configuration, key, token or bundle of certificates. */
export const MOST_BYTES = 4 * 2 ** 20;

/** To open a pipe without this would be to wait for its writer, or its reader. */
export const { O_NONBLOCK: WITHOUT_WAITING } = constants;

/** It is there, but no file that can be read again, whole: a folder, a pipe, a device. */
export class UnfitFile extends Error {
  override readonly name = 'UnfitFile';
}

/** Throws an `UnfitFile` unless it is a regular file. */
export function insistOnFile(stats: Stats): void {
  if (stats.isDirectory()) throw new UnfitFile('it is a folder');
  if (!stats.isFile()) throw new UnfitFile('it is a pipe or a device');
}

/** The same of a file that people write, which must not be larger than 4 MiB. */
export function insistOnSmallFile(stats: Stats): void {
  if (!stats.isDirectory() && !stats.isFile())
    throw new UnfitFile('it is a pipe or a device; put it into a file, which can be read again');
  insistOnFile(stats);
  if (stats.size > MOST_BYTES) throw new UnfitFile('it is larger than 4 MiB');
}

/** Opens a regular file of any size to read it; rejects with an `UnfitFile` for anything else, without waiting for it. */
export async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | WITHOUT_WAITING);
  try {
    insistOnFile(await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Why somebody else should not read this as a small file, in words; undefined for one that is fit, or cannot be found. */
export async function whyUnfit(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  try {
    if (stats) insistOnSmallFile(stats);
    return undefined;
  } catch (error) {
    if (error instanceof UnfitFile) return error.message;
    throw error;
  }
}
