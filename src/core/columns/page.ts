import { ID_WORDS } from './packed-id.ts';

/** Rows of a full page. */
export const PAGE_ROWS = 4096;
/** Rows that a table has room for before it needs more memory; most tables are small. */
const FIRST_ROWS = 16;

/** Some rows of a table, a column each for ids (four words), states (0 is nobody's row) and numbers; a column of numbers is there once it has one. */
export class Page {
  readonly ids: Uint32Array;
  readonly states: Uint8Array;
  readonly numbers: (Float64Array | undefined)[];
  /** How many read it as it is now: while there are any it must be copied before it is changed. */
  readers = 0;
  /** Tells its state from every other state of any page of its table. */
  version = 0;

  constructor(ids: Uint32Array, states: Uint8Array, numbers: readonly (Float64Array | undefined)[]) {
    this.ids = ids;
    this.states = states;
    this.numbers = [...numbers];
  }

  /** A page without rows. */
  static empty(rows = PAGE_ROWS): Page {
    return new Page(new Uint32Array(rows * ID_WORDS), new Uint8Array(rows), []);
  }

  get capacity(): number {
    return this.states.length;
  }

  /** A copy with room for more, or as many, rows. */
  copy(rows = this.capacity): Page {
    const ids = new Uint32Array(rows * ID_WORDS);
    ids.set(this.ids);
    const states = new Uint8Array(rows);
    states.set(this.states);
    return new Page(
      ids,
      states,
      this.numbers.map((column) => column && filled(rows, column)),
    );
  }

  /** Makes every row nobody's, without numbers. */
  clear(): void {
    this.states.fill(0);
    for (const column of this.numbers) column?.fill(Number.NaN);
  }

  /** Writes a number, undefined for none. */
  write(column: number, row: number, value: number | undefined): void {
    let numbers = this.numbers[column];
    if (!numbers) {
      if (value === undefined) return;
      numbers = filled(this.capacity);
      this.numbers[column] = numbers;
    }
    numbers[row] = value ?? Number.NaN;
  }

  read(column: number, row: number): number | undefined {
    const value = this.numbers[column]?.[row] ?? Number.NaN;
    return Number.isNaN(value) ? undefined : value;
  }
}

/** A page with the rows of a page that is full and room for as many again, or the first of all. */
export function enlarged(page: Page | undefined): Page {
  if (!page) return Page.empty(FIRST_ROWS);
  return page.copy(Math.min(page.capacity * 2, PAGE_ROWS));
}

function filled(rows: number, from?: Float64Array): Float64Array {
  const column = new Float64Array(rows);
  if (from) column.set(from);
  column.fill(Number.NaN, from?.length ?? 0);
  return column;
}
