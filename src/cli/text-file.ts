import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/** Far more than any configuration, key, token or bundle of certificates. */
const MOST_BYTES = 4 * 2 ** 20;
/** To open a pipe without this would be to wait for its writer. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** The whole of a regular file of at most 4 MiB; throws for anything else, and never waits for a pipe or reads a device. */
export function readSmallFile(path: string): Buffer {
  const file = openSync(path, FLAGS);
  try {
    insistOnSmallFile(fstatSync(file));
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Throws when there is no regular file that can be opened for reading; its size is of no account. */
export function insistOnFile(path: string): void {
  const file = openSync(path, FLAGS);
  try {
    insistOnRegularFile(fstatSync(file));
  } finally {
    closeSync(file);
  }
}

/** What tells one state of such a file from another, also of one that cannot be read; never rejects. */
export async function lookAt(path: string): Promise<string> {
  try {
    const file = await open(path, FLAGS);
    try {
      insistOnSmallFile(await file.stat());
      return toLook(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    return toLook(error);
  }
}

/** The same of what was read, or of the error that came instead. */
export function toLook(read: unknown): string {
  if (Buffer.isBuffer(read)) return createHash('sha256').update(read).digest('hex');
  const { code, message } = read as NodeJS.ErrnoException;
  return code ?? message;
}

function insistOnSmallFile(stats: Stats): void {
  insistOnRegularFile(stats);
  if (stats.size > MOST_BYTES) throw new Error('it is larger than 4 MiB');
}

function insistOnRegularFile(stats: Stats): void {
  if (stats.isDirectory()) throw new Error('it is a folder');
  if (!stats.isFile())
    throw new Error('it is a pipe or a device; put it into a file, which can be read again');
}
