import { endianness } from 'node:os';
import { breathe } from '../../../core/clock.ts';
import { ID_WORDS } from '../../../core/columns/packed-id.ts';
import { PAGE_ROWS, Page } from '../../../core/columns/page.ts';
import type { Picture } from '../../../core/columns/table.ts';

/** What must be known to read the bytes of a picture: how many rows there are, and which columns of numbers each page has (a bit each). */
export interface Layout {
  /** The order of the bytes of a number on the machine that wrote them. */
  readonly order: string;
  readonly rows: number;
  readonly pages: readonly number[];
}

/** Columns begin where the machine can read them as they are. */
export const ALIGNMENT = 8;
/** Texts of one line. */
const LINE = 1000;

/** The layout of a picture; of `numbers` columns. */
export function layoutOf({ pages, rows }: Picture, numbers: number): Layout {
  const maskOf = (page: Page) =>
    Array.from({ length: numbers }, (_, column) => (page.numbers[column] ? 2 ** column : 0)).reduce(
      (a, b) => a + b,
      0,
    );
  return { order: endianness(), rows, pages: pages.map(maskOf) };
}

/** The columns of a picture as they stand in memory, page by page (ids, states, numbers), then the texts as lines of JSON; nothing is copied. */
export function* toParts({ pages, rows, texts }: Picture): Iterable<Uint8Array | string> {
  for (const [index, page] of pages.entries()) {
    const used = rowsIn(index, rows);
    yield bytesOf(page.ids.subarray(0, used * ID_WORDS));
    yield page.states.subarray(0, used);
    yield new Uint8Array(padding(used));
    for (const column of page.numbers) if (column) yield bytesOf(column.subarray(0, used));
  }
  for (let from = 0; from < texts.length; from += LINE) yield JSON.stringify(texts.slice(from, from + LINE));
}

/** The picture of which these are the bytes, whose columns go on living in them; throws when they are something else. */
export async function fromBytes(layout: Layout, bytes: Uint8Array): Promise<Picture> {
  const { rows } = layout;
  if (layout.order !== endianness())
    throw new Error(`its numbers were written by a machine of another kind (${layout.order})`);
  const aligned = bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes);
  let at = 0;
  const next = (length: number) => {
    at += length;
    if (at > aligned.length) throw new Error('its columns are cut short');
    return [aligned.buffer, aligned.byteOffset + at - length] as const;
  };
  if (layout.pages.length !== Math.ceil(rows / PAGE_ROWS))
    throw new Error('it has not as many pages as rows');
  const pages = layout.pages.map((mask, index) => {
    const used = rowsIn(index, rows);
    const ids = new Uint32Array(...next(used * ID_WORDS * 4), used * ID_WORDS);
    const states = new Uint8Array(...next(used), used);
    next(padding(used));
    const numbers = Array.from({ length: Math.ceil(Math.log2(mask + 1)) }, (_, column) =>
      mask & (2 ** column) ? new Float64Array(...next(used * 8), used) : undefined,
    );
    return new Page(ids, states, numbers);
  });
  const texts: (string | undefined)[] = [];
  for (let end = aligned.indexOf(10, at); end >= 0; end = aligned.indexOf(10, at)) {
    const line = JSON.parse(Buffer.from(aligned.subarray(at, end)).toString()) as (string | null)[];
    for (const text of line) texts.push(text ?? undefined);
    at = end + 1;
    await breathe();
  }
  if (at !== aligned.length) throw new Error('there is something behind its columns');
  return { pages, rows, texts };
}

/** Rows of a page: all but the last are full. */
function rowsIn(page: number, rows: number): number {
  return Math.min(PAGE_ROWS, rows - page * PAGE_ROWS);
}

function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
