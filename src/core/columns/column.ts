const FIRST_LENGTH = 256;

/** Values by place; what was never set is undefined. */
export interface Column<T> {
  get(at: number): T | undefined;
  set(at: number, value: T | undefined): void;
}

/** Values of any kind by place; while there are none it takes no room. */
export class ValueColumn<T> implements Column<T> {
  readonly #values: (T | undefined)[] = [];

  get(at: number): T | undefined {
    return this.#values[at];
  }

  set(at: number, value: T | undefined): void {
    if (value === undefined && at >= this.#values.length) return;
    while (this.#values.length < at) this.#values.push(undefined);
    this.#values[at] = value;
  }
}

/** Numbers by place, in eight bytes each. */
export class NumberColumn implements Column<number> {
  #values = new Float64Array(FIRST_LENGTH).fill(Number.NaN);

  get(at: number): number | undefined {
    const value = this.#values[at];
    return Number.isNaN(value) ? undefined : value;
  }

  set(at: number, value: number | undefined): void {
    if (at >= this.#values.length) this.#values = grown(this.#values, at);
    this.#values[at] = value ?? Number.NaN;
  }
}

function grown(before: Float64Array<ArrayBuffer>, at: number): Float64Array<ArrayBuffer> {
  const after = new Float64Array(Math.max(at + 1, 2 * before.length)).fill(Number.NaN, before.length);
  after.set(before);
  return after;
}
