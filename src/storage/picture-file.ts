import { breathe } from '../core/clock.ts';
import { ID_WORDS } from '../core/columns/packed-id.ts';
import { PAGE_ROWS, Page } from '../core/columns/page.ts';
import type { Picture } from '../core/columns/table.ts';
import { alignedLine, assertByteOrder, BYTE_ORDER, type ColumnsReader, columnParts } from './columns.ts';
import type { Part } from './file.ts';
import { type Form, pack, unpack } from './packed-numbers.ts';

/** What must be known to read a picture. */
export interface Layout {
  /** The order of the bytes of a number on the machine that wrote them. */
  readonly order: string;
  readonly rows: number;
}

/** Texts of one line. */
const LINE = 1000;

/** The layout of a picture. */
export function layoutOf({ rows }: Picture): Layout {
  return { order: BYTE_ORDER, rows };
}

/**
 * A picture page by page: a line of JSON with the forms of its columns of numbers, its ids and states as they stand in memory, and those
 * numbers; then the texts, as lines of JSON.
 */
export function* toParts({ pages, rows, texts }: Picture): Iterable<Part> {
  for (const [index, { ids, states, numbers }] of pages.entries()) {
    const used = rowsIn(index, rows);
    const packed = Array.from(numbers, (column) => pack(column?.subarray(0, used)));
    yield alignedLine(JSON.stringify(packed.map(({ form }) => form)));
    yield* columnParts([ids.subarray(0, used * ID_WORDS), states.subarray(0, used)]);
    yield* columnParts(packed.map(({ column }) => column));
  }
  for (let from = 0; from < texts.length; from += LINE) yield JSON.stringify(texts.slice(from, from + LINE));
}

/** The picture that is read next, in steps; ids and states go on living in the bytes that are read. Rejects when they are something else. */
export async function fromColumns({ order, rows }: Layout, reader: ColumnsReader): Promise<Picture> {
  assertByteOrder(order);
  const pages: Page[] = [];
  for (let index = 0; index * PAGE_ROWS < rows; index += 1) {
    const used = rowsIn(index, rows);
    const forms = JSON.parse(reader.line()) as readonly Form[];
    const ids = reader.column(Uint32Array, used * ID_WORDS);
    const states = reader.column(Uint8Array, used);
    const numbers = forms.map((form) => unpack(form, reader, used));
    pages.push(new Page(ids, states, numbers));
    await breathe();
  }
  const texts: (string | undefined)[] = [];
  while (!reader.isAtEnd) {
    for (const text of JSON.parse(reader.line()) as (string | null)[]) texts.push(text ?? undefined);
    await breathe();
  }
  return { pages, rows, texts };
}

/** Rows of a page: all but the last are full. */
function rowsIn(page: number, rows: number): number {
  return Math.min(PAGE_ROWS, rows - page * PAGE_ROWS);
}
