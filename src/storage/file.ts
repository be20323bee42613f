import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openFile, UnfitFile, WITHOUT_WAITING } from '../files/unfit.ts';

/** Some milliseconds of work; each chunk waits for its turn, which under load is what makes a long file slow. */
const CHUNK_CHARACTERS = 1 << 18;
const OVERWRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | WITHOUT_WAITING;

/** A line, which holds no line feed, or bytes that stand in a file as they are. */
export type Part = string | Uint8Array;

/**
 * Writes the file whole or not at all: a temporary file, fsync, rename, fsync of the folder. The first line names the format, the last one
 * holds the SHA-256 of all before it. Parts are taken bit by bit, so that a long file does not block the event loop.
 * Without `isSynced` a power cut may leave the file as it was before, or empty; a crash of the process still leaves it whole.
 */
export async function writeLines(
  path: string,
  format: string,
  parts: Iterable<Part>,
  { isSynced = true } = {},
): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, OVERWRITE, 0o600);
  try {
    await writeChunks(file, format, parts);
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

async function writeChunks(file: FileHandle, format: string, parts: Iterable<Part>): Promise<void> {
  const hash = createHash('sha256');
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let text = `${format}\n`;
  const append = async () => {
    const chunk = Buffer.concat([...pieces, Buffer.from(text)]);
    pieces = [];
    bytes = 0;
    text = '';
    hash.update(chunk);
    // Not `write`, which a full disk may cut short without an error.
    await file.appendFile(chunk);
  };
  for (const part of parts) {
    if (typeof part === 'string') text += `${part}\n`;
    else {
      pieces.push(Buffer.from(text), part);
      bytes += text.length + part.length;
      text = '';
    }
    if (bytes + text.length >= CHUNK_CHARACTERS) await append();
  }
  await append();
  await file.appendFile(`sha256 ${hash.digest('hex')}\n`);
}

/** What a file holds between its first line and its checksum. */
export interface Content {
  readonly format: string;
  readonly bytes: Buffer;
}

const END = /^sha256 ([0-9a-f]{64})\n$/;
const END_BYTES = 'sha256 '.length + 64 + 1;
/** Read and checked at a time, about a millisecond of work. */
const CHUNK_BYTES = 1 << 20;
const NO_CHECKSUM = 'it has no checksum: it is cut short or not a file of this exporter';
const WRONG_CHECKSUM = 'its checksum does not match: it was damaged or edited';

/** Reads a file of one of these formats, bit by bit; undefined if there is no such file, an error that says how it is broken otherwise. */
export async function readContent(path: string, formats: readonly string[]): Promise<Content | undefined> {
  const file = await openIfThere(path);
  if (!file) return undefined;
  try {
    const size = await sizeOf(file);
    const bytes = Buffer.allocUnsafeSlow(size);
    const end = size - END_BYTES;
    const hash = createHash('sha256');
    for (let at = 0, read = 1; at < size && read > 0; at += read) {
      ({ bytesRead: read } = await file.read(bytes, at, Math.min(CHUNK_BYTES, size - at), at));
      if (at < end) hash.update(bytes.subarray(at, Math.min(at + read, end)));
    }
    const [, digest] = END.exec(bytes.toString('latin1', Math.max(end, 0))) ?? [];
    if (digest === undefined) throw new BrokenFile(NO_CHECKSUM);
    if (digest !== hash.digest('hex')) throw new BrokenFile(WRONG_CHECKSUM);
    const feed = bytes.indexOf(10);
    const format = bytes.toString('utf8', 0, feed);
    if (!formats.includes(format)) throw otherFormat(format, formats);
    return { format, bytes: bytes.subarray(feed + 1, end) };
  } finally {
    await file.close();
  }
}

function otherFormat(format: string, known: readonly string[]): BrokenFile {
  return new BrokenFile(`its format is "${format}", this version reads "${known.join('" and "')}"`);
}

/** Reads the lines between format and checksum; undefined if there is no such file, an error that says how it is broken otherwise. */
export async function readLines(path: string, format: string): Promise<readonly string[] | undefined> {
  const bytes = await readBytes(path);
  if (!bytes) return undefined;
  const end = bytes.lastIndexOf('\nsha256 ') + 1;
  if (end === 0) throw new BrokenFile(NO_CHECKSUM);
  const body = bytes.subarray(0, end);
  const digest = createHash('sha256').update(body).digest('hex');
  if (bytes.subarray(end).toString() !== `sha256 ${digest}\n`) throw new BrokenFile(WRONG_CHECKSUM);
  const [first, ...lines] = body.toString().split('\n');
  if (first !== format) throw otherFormat(first ?? '', [format]);
  lines.pop();
  return lines;
}

/** The largest stored file that is read: its text must fit into one string. */
export const MOST_STORED_BYTES = 512 * 2 ** 20 - 2 ** 20;

/** The whole of a stored file; undefined if there is none, an error that is no `BrokenFile` for what is no file, or too large to be one of ours. */
export async function readBytes(path: string): Promise<Buffer | undefined> {
  const file = await openIfThere(path);
  try {
    if (file) await sizeOf(file);
    return await file?.readFile();
  } finally {
    await file?.close();
  }
}

/** Its bytes; throws when they are too many to be of one of ours. */
async function sizeOf(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  if (size > MOST_STORED_BYTES) throw new UnfitFile(`it is larger than ${MOST_STORED_BYTES / 2 ** 20} MiB`);
  return size;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openFile(path);
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
