import { enlarged, PAGE_ROWS, Page } from './page.ts';

const PAGE_SHIFT = Math.log2(PAGE_ROWS);
/** The bits of a row's number that say which row of its page it is. */
export const IN_PAGE = PAGE_ROWS - 1;

/** What pages held at one moment. */
export interface PagesPicture {
  readonly pages: readonly Page[];
  /** Rows in use or free, of all pages together. */
  readonly rows: number;
}

/** Rows in pages. A page is copied before it is changed while somebody reads a picture of it, so that taking one costs nothing. */
export class Pages {
  readonly #pages: Page[];
  #rows: number;
  #changes = 0;

  /** The rows of a picture. */
  constructor(pages: readonly Page[], rows: number) {
    this.#pages = [...pages];
    this.#rows = rows;
  }

  /** One more than the last row that was ever used. */
  get rows(): number {
    return this.#rows;
  }

  /** The page of a row, to be read. */
  of(row: number): Page {
    const page = this.#pages[row >>> PAGE_SHIFT];
    if (!page) throw new RangeError(`there is no row ${row}`);
    return page;
  }

  /** The page of a row, which nobody else reads. */
  toChange(row: number): Page {
    const page = this.of(row);
    const own = page.readers === 0 ? page : page.copy();
    if (own !== page) this.#pages[row >>> PAGE_SHIFT] = own;
    own.version = ++this.#changes;
    return own;
  }

  /** A row after the last. */
  append(): number {
    const row = this.#rows;
    const last = this.#pages.length - 1;
    const page = this.#pages[last];
    const end = page ? last * PAGE_ROWS + page.capacity : 0;
    if (row === end) {
      // Only the first page begins small.
      if (page?.capacity === PAGE_ROWS) this.#pages.push(Page.empty());
      else this.#pages[Math.max(last, 0)] = enlarged(page);
    }
    this.#rows += 1;
    return row;
  }

  /** Removes every row, and keeps the memory for those that come. */
  clear(): void {
    for (let row = 0; row < this.#rows; row += PAGE_ROWS) this.toChange(row).clear();
    this.#rows = 0;
  }

  /** Everything as of now, however late it is read; `letGo` once it has been. */
  picture(): PagesPicture & { letGo(): void } {
    const pages = this.#pages.slice(0, Math.ceil(this.#rows / PAGE_ROWS));
    for (const page of pages) page.readers += 1;
    const letGo = () => {
      for (const page of pages) page.readers -= 1;
    };
    return { pages, rows: this.#rows, letGo };
  }

  /** Each with the row that it begins with. */
  *[Symbol.iterator](): Iterator<readonly [from: number, page: Page]> {
    for (const [index, page] of this.#pages.entries()) yield [index * PAGE_ROWS, page];
  }
}
