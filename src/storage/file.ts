import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openFile, UnfitFile, WITHOUT_WAITING } from '../files/unfit.ts';

/** Some milliseconds of work; each chunk waits for its turn, which under load is what makes a long file slow. */
const CHUNK_CHARACTERS = 1 << 18;
const OVERWRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | WITHOUT_WAITING;

/**
 * Writes the file whole or not at all: a temporary file, fsync, rename, fsync of the folder. The first line names the format, the last one
 * holds the SHA-256 of all before it. Lines, which hold no line feed, are taken bit by bit, so that a long file does not block the event loop.
 * Without `isSynced` a power cut may leave the file as it was before, or empty; a crash of the process still leaves it whole.
 */
export async function writeLines(
  path: string,
  format: string,
  lines: Iterable<string>,
  { isSynced = true } = {},
): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, OVERWRITE, 0o600);
  try {
    await writeChunks(file, format, lines);
    if (isSynced) await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  if (isSynced) await syncFolderOf(path);
}

/** Without this a crash could lose the name of a new file. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeChunks(file: FileHandle, format: string, lines: Iterable<string>): Promise<void> {
  const hash = createHash('sha256');
  let chunk = `${format}\n`;
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    hash.update(chunk);
    // Not `write`, which a full disk may cut short without an error.
    await file.appendFile(chunk);
    chunk = '';
  }
  await file.appendFile(`${chunk}sha256 ${hash.update(chunk).digest('hex')}\n`);
}

/** Reads the lines between format and checksum; undefined if there is no such file, an error that says how it is broken otherwise. */
export async function readLines(path: string, format: string): Promise<readonly string[] | undefined> {
  const bytes = await readBytes(path);
  if (!bytes) return undefined;
  const end = bytes.lastIndexOf('\nsha256 ') + 1;
  if (end === 0) throw new BrokenFile('it has no checksum: it is cut short or not a file of this exporter');
  const body = bytes.subarray(0, end);
  const digest = createHash('sha256').update(body).digest('hex');
  if (bytes.subarray(end).toString() !== `sha256 ${digest}\n`)
    throw new BrokenFile('its checksum does not match: it was damaged or edited');
  const [first, ...lines] = body.toString().split('\n');
  if (first !== format) throw new BrokenFile(`its format is "${first}", this version reads "${format}"`);
  lines.pop();
  return lines;
}

/** The largest stored file that is read: its text must fit into one string. */
export const MOST_STORED_BYTES = 512 * 2 ** 20 - 2 ** 20;

/** The whole of a stored file; undefined if there is none, an error that is no `BrokenFile` for what is no file, or too large to be one of ours. */
export async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    const file = await openFile(path);
    try {
      if ((await file.stat()).size > MOST_STORED_BYTES)
        throw new UnfitFile(`it is larger than ${MOST_STORED_BYTES / 2 ** 20} MiB`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What makes a file unfit to be read, in words; reading it again would not help. */
export class BrokenFile extends Error {}

/** Moves a broken file out of the way, keeping it for people to look at; resolves to its new name. */
export async function setAside(path: string, now: Date): Promise<string> {
  const aside = asideOf(path, now);
  await rename(path, aside);
  return aside;
}

/** Keeps a copy of a file for people to look at, on disk for good; resolves to its name. */
export async function copyAside(path: string, now: Date): Promise<string> {
  const aside = asideOf(path, now);
  await copyFile(path, aside);
  const copy = await open(aside, 'r+');
  try {
    await copy.sync();
  } finally {
    await copy.close();
  }
  await syncFolderOf(aside);
  return aside;
}

function asideOf(path: string, now: Date): string {
  return `${path}.broken-${now.toISOString().replaceAll(':', '')}`;
}
