import { breathe } from '../../../core/clock.ts';
import { assertByteOrder, BYTE_ORDER, type ColumnsReader, columnParts } from '../../../storage/columns.ts';
import type { Part } from '../../../storage/file.ts';
import { ID_WORDS } from './packed-id.ts';
import { PAGE_ROWS, Page } from './page.ts';
import type { Picture } from './table.ts';

/** What must be known to read the bytes of a picture: how many rows there are, and which columns of numbers each page has (a bit each). */
export interface Layout {
  /** The order of the bytes of a number on the machine that wrote them. */
  readonly order: string;
  readonly rows: number;
  readonly pages: readonly number[];
}

/** Texts of one line. */
const LINE = 1000;

/** The layout of a picture; of `numbers` columns. */
export function layoutOf({ pages, rows }: Picture, numbers: number): Layout {
  const maskOf = (page: Page) =>
    Array.from({ length: numbers }, (_, column) => (page.numbers[column] ? 2 ** column : 0)).reduce(
      (a, b) => a + b,
      0,
    );
  return { order: BYTE_ORDER, rows, pages: pages.map(maskOf) };
}

/** The columns of a picture as they stand in memory, page by page (ids, states, numbers), then the texts as lines of JSON; nothing is copied. */
export function* toParts({ pages, rows, texts }: Picture): Iterable<Part> {
  for (const [index, page] of pages.entries()) {
    const used = rowsIn(index, rows);
    const numbers = page.numbers.filter((column) => column !== undefined);
    yield* columnParts([
      page.ids.subarray(0, used * ID_WORDS),
      page.states.subarray(0, used),
      ...numbers.map((column) => column.subarray(0, used)),
    ]);
  }
  for (let from = 0; from < texts.length; from += LINE) yield JSON.stringify(texts.slice(from, from + LINE));
}

/** The picture that is read next, whose columns go on living in the bytes that are read; throws when they are something else. */
export async function fromColumns(layout: Layout, reader: ColumnsReader): Promise<Picture> {
  const { rows } = layout;
  assertByteOrder(layout.order);
  if (layout.pages.length !== Math.ceil(rows / PAGE_ROWS))
    throw new Error('it has not as many pages as rows');
  const pages = layout.pages.map((mask, index) => {
    const used = rowsIn(index, rows);
    const ids = reader.column(Uint32Array, used * ID_WORDS);
    const states = reader.column(Uint8Array, used);
    const numbers = Array.from({ length: Math.ceil(Math.log2(mask + 1)) }, (_, column) =>
      mask & (2 ** column) ? reader.column(Float64Array, used) : undefined,
    );
    return new Page(ids, states, numbers);
  });
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
