import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { breathe } from '../core/clock.ts';
import { WITHOUT_WAITING } from '../files/unfit.ts';
import { readBytes, syncFolderOf } from './file.ts';
import { readEnd, type Tail, writeEnd } from './journal-end.ts';

const CHUNK_CHARACTERS = 1 << 18;
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | WITHOUT_WAITING;
const CHECKSUM = /^sha256 [0-9a-f]{64}$/;
const CHECKSUM_CHARACTERS = 'sha256 '.length + 64;

/** The tail of a journal without batches. */
export const BEGINNING: Tail = { batches: 0, bytes: 0, digest: '' };

/** What was read of a journal. */
export interface ReadJournal {
  readonly batches: readonly (readonly string[])[];
  readonly tail: Tail;
  /** How many batches are lost that had been saved, as far as is known; undefined when only what a crash tore is missing. */
  readonly lost: number | undefined;
  /** Whether there is no such file, though there was one. */
  readonly isGone: boolean;
}

/**
 * Appends a batch of lines, which hold no line feed, behind the tail, cutting off what is there; resolves to the new tail when the batch is on
 * disk for good. Its last line holds the SHA-256 of the checksum before and of its own lines. Lines are taken bit by bit, so that a long batch
 * does not block the event loop. After an error the old tail is still good.
 */
export async function appendBatch(path: string, tail: Tail, lines: Iterable<string>): Promise<Tail> {
  const file = await open(path, APPEND, 0o600);
  let { bytes } = tail;
  let digest: string;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is no file');
    const { size } = stats;
    if (size < bytes) throw new Error('it is shorter than it was written');
    if (size > bytes) await file.truncate(bytes);
    const hash = createHash('sha256').update(tail.digest);
    const append = async (text: string) => {
      const chunk = Buffer.from(text);
      // Not `write`, which a full disk may cut short without an error.
      await file.appendFile(chunk);
      bytes += chunk.length;
    };
    let text = '';
    for (const line of lines) {
      text += `${line}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      hash.update(text);
      await append(text);
      text = '';
    }
    digest = hash.update(text).digest('hex');
    await append(`${text}sha256 ${digest}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  if (tail.bytes === 0) await syncFolderOf(path);
  const next = { batches: tail.batches + 1, bytes, digest };
  await writeEnd(path, next);
  return next;
}

/**
 * Reads the batches up to the first that is cut short or damaged, and nothing after it; undefined if there is no such file. Rejects with a
 * `BrokenFile` when it cannot be read where the journal ended.
 */
export async function readBatches(path: string): Promise<ReadJournal | undefined> {
  const end = await readEnd(path);
  const bytes = await readBytes(path);
  if (!bytes)
    return end?.batches ? { batches: [], tail: BEGINNING, lost: end.batches, isGone: true } : undefined;
  const batches: string[][] = [];
  let tail = BEGINNING;
  let isWhole = end === undefined || end.bytes === 0;
  const read = (hasMore = false): ReadJournal => {
    const lost = isWhole && !hasMore ? undefined : Math.max((end?.batches ?? 0) - tail.batches, 1);
    return { batches, tail, lost, isGone: false };
  };
  let breathedAt = 0;
  for (const { from, to, digest } of checksumLines(bytes)) {
    if (to - breathedAt > CHUNK_CHARACTERS) {
      breathedAt = to;
      await breathe();
    }
    const body = bytes.subarray(tail.bytes, from);
    // What a crash tore is the last there is.
    if (createHash('sha256').update(tail.digest).update(body).digest('hex') !== digest)
      return read(to < bytes.length);
    batches.push(body.toString().split('\n').slice(0, -1));
    tail = { batches: batches.length, bytes: to, digest };
    isWhole ||= end?.bytes === to && end.digest === digest;
  }
  return read();
}

/** Cuts off all behind the tail, for good. */
export async function cutBack(path: string, tail: Tail): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(tail.bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await writeEnd(path, tail);
}

/** The lines that look like the end of a batch; no line of JSON does. */
function* checksumLines(bytes: Buffer): Iterable<{ from: number; to: number; digest: string }> {
  for (let from = 0, feed = bytes.indexOf(10); feed >= 0; from = feed + 1, feed = bytes.indexOf(10, from)) {
    if (feed - from !== CHECKSUM_CHARACTERS) continue;
    const text = bytes.toString('latin1', from, feed);
    if (CHECKSUM.test(text)) yield { from, to: feed + 1, digest: text.slice(-64) };
  }
}
