import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { insistOnFile, insistOnSmallFile, WITHOUT_WAITING } from './unfit.ts';

const FLAGS = constants.O_RDONLY | WITHOUT_WAITING;

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
export function insistOnRegularFile(path: string): void {
  const file = openSync(path, FLAGS);
  try {
    insistOnFile(fstatSync(file));
  } finally {
    closeSync(file);
  }
}

/** The same, without anything else having to wait. */
export async function takeSmallFile(path: string): Promise<Buffer> {
  const file = await open(path, FLAGS);
  try {
    insistOnSmallFile(await file.stat());
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** What tells one state of such a file from another, also of one that cannot be read; never rejects. */
export async function lookAt(path: string): Promise<string> {
  return takeSmallFile(path).then(toLook, toLook);
}

/** The same, while everything else waits; never throws. */
export function lookAtOnce(path: string): string {
  try {
    return toLook(readSmallFile(path));
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
