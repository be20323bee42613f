import { rm } from 'node:fs/promises';
import { BrokenFile, readBytes, readLines, writeLines } from './file.ts';

/** How far a journal has come, and the checksum of its last batch. */
export interface Tail {
  readonly batches: number;
  readonly bytes: number;
  readonly digest: string;
}

const ENDING = '.end';
const FORMAT = 'aws-connections-exporter journal-end 1';

/** The name of the file beside a journal that says where it ends: a journal alone cannot tell that it was cut between two batches. */
export function endOf(journal: string): string {
  return `${journal}${ENDING}`;
}

/** Whether a file says where a journal ends. */
export function isEnd(file: string): boolean {
  return file.endsWith(ENDING);
}

/** Notes where a journal ends, of which everything before is on disk. Not synced: after a power cut an older end is as true. */
export async function writeEnd(journal: string, { batches, bytes, digest }: Tail): Promise<void> {
  await writeLines(endOf(journal), FORMAT, [JSON.stringify([batches, bytes, digest])], { isSynced: false });
}

/** Where a journal ended at least; undefined if nobody noted it. Rejects with a `BrokenFile` when the note cannot be read. */
export async function readEnd(journal: string): Promise<Tail | undefined> {
  const path = endOf(journal);
  const lines = await readLines(path, FORMAT).catch(async (error: unknown) => {
    // A power cut leaves what was never synced empty, or full of zeros.
    if (error instanceof BrokenFile && (await readBytes(path))?.every((byte) => byte === 0)) return undefined;
    throw error;
  });
  if (!lines) return undefined;
  const [batches, bytes, digest] = JSON.parse(lines[0] ?? '') as [number, number, string];
  return { batches, bytes, digest };
}

/** Forgets where a journal ended; to be called before the journal itself is removed. */
export async function removeEnd(journal: string): Promise<void> {
  await rm(endOf(journal), { force: true });
}
