import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { breathe } from '../core/clock.ts';

const CHUNK_CHARACTERS = 1 << 16;
const CHECKSUM = /^sha256 [0-9a-f]{64}$/;
const CHECKSUM_CHARACTERS = 'sha256 '.length + 64;

/** Where the good part of a journal ends, and the checksum to which the next batch is chained. */
export interface Tail {
  readonly bytes: number;
  readonly digest: string;
}

/** The tail of a journal without batches. */
export const BEGINNING: Tail = { bytes: 0, digest: '' };

/** What was read of a journal. */
export interface ReadJournal {
  readonly batches: readonly (readonly string[])[];
  readonly tail: Tail;
  /** Whether more is lost than the batch that was being appended when the process or the machine ended. */
  readonly isDamaged: boolean;
}

/**
 * Appends a batch of lines, which hold no line feed, behind the tail, cutting off what is there; resolves to the new tail when the batch is on
 * disk for good. Its last line holds the SHA-256 of the checksum before and of its own lines. Lines are taken bit by bit, so that a long batch
 * does not block the event loop. After an error the old tail is still good.
 */
export async function appendBatch(path: string, tail: Tail, lines: Iterable<string>): Promise<Tail> {
  const file = await open(path, 'a', 0o600);
  let { bytes } = tail;
  try {
    if ((await file.stat()).size < bytes) throw new Error('it is shorter than it was written');
    await file.truncate(bytes);
    const hash = createHash('sha256').update(tail.digest);
    const append = async (text: string) => {
      const chunk = Buffer.from(text);
      // Not `write`, which a full disk may cut short without an error.
      await file.appendFile(chunk);
      bytes += chunk.length;
      return chunk;
    };
    let text = '';
    for (const line of lines) {
      text += `${line}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      hash.update(await append(text));
      text = '';
      await breathe();
    }
    hash.update(await append(text));
    const digest = hash.digest('hex');
    await append(`sha256 ${digest}\n`);
    await file.sync();
    if (tail.bytes === 0) await syncFolder(path);
    return { bytes, digest };
  } finally {
    await file.close();
  }
}

/** Without this a crash could lose the name of a new file. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Reads the batches up to the first that is cut short or damaged, and nothing after it; undefined if there is no such file. */
export async function readBatches(path: string): Promise<ReadJournal | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const batches: string[][] = [];
  let tail = BEGINNING;
  for (const end of checksumLines(bytes)) {
    const body = bytes.subarray(tail.bytes, end.from);
    const digest = createHash('sha256').update(tail.digest).update(body).digest('hex');
    if (end.digest !== digest) return { batches, tail, isDamaged: end.to < bytes.length };
    batches.push(body.toString().split('\n').slice(0, -1));
    tail = { bytes: end.to, digest };
  }
  return { batches, tail, isDamaged: false };
}

/** The lines that look like the end of a batch; no line of JSON does. */
function* checksumLines(bytes: Buffer): Iterable<{ from: number; to: number; digest: string }> {
  for (let from = 0, feed = bytes.indexOf(10); feed >= 0; from = feed + 1, feed = bytes.indexOf(10, from)) {
    if (feed - from !== CHECKSUM_CHARACTERS) continue;
    const text = bytes.toString('latin1', from, feed);
    if (CHECKSUM.test(text)) yield { from, to: feed + 1, digest: text.slice(-64) };
  }
}
