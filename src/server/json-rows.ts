import { breathe } from '../core/clock.ts';

/** Rows between two pauses; a few milliseconds of work. */
const ROWS_AT_A_TIME = 1_000;

const made = new WeakMap<Iterable<unknown>, Promise<readonly Buffer[]>>();

/**
 * The rows as a JSON array, in pieces: all of them can be more than one string holds. Who asks for the same rows, which must
 * not change, gets the same pieces, so that many slow readers take no more memory than one.
 */
export function toJsonPieces(rows: Iterable<unknown>): Promise<readonly Buffer[]> {
  let pieces = made.get(rows);
  if (!pieces) {
    pieces = make(rows);
    made.set(rows, pieces);
  }
  return pieces;
}

async function make(rows: Iterable<unknown>): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  let texts: string[] = [];
  let isFirst = true;
  for (const row of rows) {
    texts.push(`${isFirst ? '[' : ','}${JSON.stringify(row)}`);
    isFirst = false;
    if (texts.length < ROWS_AT_A_TIME) continue;
    pieces.push(Buffer.from(texts.join('')));
    texts = [];
    await breathe();
  }
  return [...pieces, Buffer.from(`${texts.join('')}${isFirst ? '[' : ''}]`)];
}
