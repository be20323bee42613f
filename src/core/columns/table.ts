import { HashIndex, hash } from './hash-index.ts';
import { ID_WORDS, numberIn, pack, packNumber, unpack } from './packed-id.ts';
import type { Page } from './page.ts';
import { IN_PAGE, Pages, type PagesPicture } from './pages.ts';
import { Texts } from './texts.ts';

/** The id in a row of a table. */
export interface RowId {
  readonly table: Table;
  readonly row: number;
}

/** The words of an id that was packed, which begin at this place. */
export interface WordsId {
  readonly words: Uint32Array;
  readonly at: number;
}

/** An id, a row that holds it, or its words: then nothing need be made of it. */
export type AnyId = string | RowId | WordsId;

/** Everything that a table held at one moment. */
export interface Picture extends PagesPicture {
  readonly texts: readonly (string | undefined)[];
}

/**
 * Connection ids with a state (1 to 255; 0 is nobody's row) and numbers each, in columns of typed arrays: some 50 bytes an id, of which the
 * garbage collector sees nothing. A row keeps its place until it is removed; then another id may take it.
 *
 * An id stands in its row as four words, or as the number of a text where it cannot be packed.
 */
export class Table {
  readonly #pages: Pages;
  #texts: Texts;
  readonly #index: HashIndex;
  readonly #free: number[] = [];
  /** The words of the id that is looked for. */
  readonly #sought = new Uint32Array(ID_WORDS);

  /** A table as it was when this picture was taken; `fill` must be run to its end before anything else. */
  constructor({ pages, rows, texts }: Picture = { pages: [], rows: 0, texts: [] }) {
    this.#pages = new Pages(pages, rows);
    this.#texts = new Texts(texts);
    this.#index = new HashIndex(rows);
  }

  /** Finds out which row holds which id, in steps of a page each. */
  *fill(): Generator<void> {
    for (let row = 0; row < this.rows; row += 1) {
      if (this.state(row) === 0) this.#free.push(row);
      else this.#index.add(row, this.#hashAt(row));
      if ((row & IN_PAGE) === IN_PAGE) yield;
    }
  }

  /** One more than the last row that was ever used. */
  get rows(): number {
    return this.#pages.rows;
  }

  /** The row of an id; -1 if it has none. */
  find(id: AnyId): number {
    if (!this.#seek(id)) return -1;
    // By index: as a pattern it would be gone through by an iterator.
    const sought = this.#sought;
    const w0 = sought[0] ?? 0;
    const w1 = sought[1] ?? 0;
    const w2 = sought[2] ?? 0;
    const w3 = sought[3] ?? 0;
    const h = hash(w0, w1, w2, w3);
    for (let row = this.#index.first(h); row >= 0; row = this.#index.after(row, h)) {
      const ids = this.#pages.of(row).ids;
      const at = (row & IN_PAGE) * ID_WORDS;
      if (ids[at] === w0 && ids[at + 1] === w1 && ids[at + 2] === w2 && ids[at + 3] === w3) return row;
    }
    return -1;
  }

  /** Gives an id that has none a row, with this state and no numbers. */
  add(id: AnyId, state: number): number {
    const isPacked = this.#seek(id);
    const row = this.#free.pop() ?? this.#pages.append();
    const { ids, states } = this.#pages.toChange(row);
    if (!isPacked) packNumber(this.#texts.add(textOf(id)), this.#sought, 0);
    ids.set(this.#sought, (row & IN_PAGE) * ID_WORDS);
    states[row & IN_PAGE] = state;
    this.#index.add(row, this.#hashAt(row));
    return row;
  }

  remove(row: number): void {
    const page = this.#pages.toChange(row);
    const at = row & IN_PAGE;
    this.#index.remove(row);
    const number = numberIn(page.ids, at * ID_WORDS);
    if (number !== undefined) this.#texts.remove(number);
    page.states[at] = 0;
    page.ids.fill(0, at * ID_WORDS, (at + 1) * ID_WORDS);
    for (const column of page.numbers.keys()) page.write(column, at, undefined);
    this.#free.push(row);
  }

  /** Removes every row, and keeps the memory for those that come. */
  clear(): void {
    this.#pages.clear();
    this.#free.length = 0;
    this.#texts = new Texts();
    this.#index.clear();
  }

  /** The id of a row that is somebody's. */
  idAt(row: number): string {
    const { ids } = this.#pages.of(row);
    const at = (row & IN_PAGE) * ID_WORDS;
    const number = numberIn(ids, at);
    return number === undefined ? unpack(ids, at) : this.#texts.at(number);
  }

  state(row: number): number {
    return this.#pages.of(row).states[row & IN_PAGE] ?? 0;
  }

  setState(row: number, state: number): void {
    if (this.state(row) !== state) this.#pages.toChange(row).states[row & IN_PAGE] = state;
  }

  /** The number of a row in a column; undefined for none. */
  number(row: number, column: number): number | undefined {
    return this.#pages.of(row).read(column, row & IN_PAGE);
  }

  setNumber(row: number, column: number, value: number | undefined): void {
    if (this.number(row, column) !== value) this.#pages.toChange(row).write(column, row & IN_PAGE, value);
  }

  /** The columns themselves, to be read at once: those of each page, with the row that they begin with. */
  pages(): Iterable<readonly [from: number, page: Readonly<Pick<Page, 'states' | 'numbers' | 'version'>>]> {
    return this.#pages;
  }

  /** Everything as of now, however late it is read; `letGo` once it has been. */
  picture(): Picture & { letGo(): void } {
    return { ...this.#pages.picture(), texts: this.#texts.all() };
  }

  /** Puts the words of an id where they are sought; false if it has none yet, for it cannot be packed. */
  #seek(id: AnyId): boolean {
    if (typeof id === 'string') {
      if (pack(id, this.#sought, 0)) return true;
    } else if ('words' in id) {
      this.#copy(id.words, id.at);
      return true;
    } else {
      const { ids } = id.table.#pages.of(id.row);
      const at = (id.row & IN_PAGE) * ID_WORDS;
      if (numberIn(ids, at) === undefined) {
        this.#copy(ids, at);
        return true;
      }
    }
    const number = this.#texts.numberOf(textOf(id));
    if (number === undefined) return false;
    packNumber(number, this.#sought, 0);
    return true;
  }

  #copy(words: Uint32Array, at: number): void {
    for (let index = 0; index < ID_WORDS; index += 1) this.#sought[index] = words[at + index] ?? 0;
  }

  #hashAt(row: number): number {
    const ids = this.#pages.of(row).ids;
    const at = (row & IN_PAGE) * ID_WORDS;
    return hash(ids[at] ?? 0, ids[at + 1] ?? 0, ids[at + 2] ?? 0, ids[at + 3] ?? 0);
  }
}

/** An id as a text. */
export function textOf(id: AnyId): string {
  if (typeof id === 'string') return id;
  return 'words' in id ? unpack(id.words, id.at) : id.table.idAt(id.row);
}
