/** Rows that changed, each once. */
export class ChangedRows {
  /** Undefined when they were too many to be told apart. */
  #rows: number[] | undefined = [];
  #isMarked = new Uint8Array(64);

  /** How many there are; infinite when they were too many to be told apart. */
  get size(): number {
    return this.#rows?.length ?? Number.POSITIVE_INFINITY;
  }

  /** Those that are told apart. */
  get rows(): readonly number[] {
    return this.#rows ?? [];
  }

  add(row: number): void {
    if (!this.#rows || this.#isMarked[row] === 1) return;
    if (row >= this.#isMarked.length) {
      const longer = new Uint8Array(Math.max(row + 1, this.#isMarked.length * 2));
      longer.set(this.#isMarked);
      this.#isMarked = longer;
    }
    this.#isMarked[row] = 1;
    this.#rows.push(row);
  }

  /** From now on none has changed; or, from now until the next time, they are not told apart. */
  clear({ isTooMany = false } = {}): void {
    for (const row of this.rows) this.#isMarked[row] = 0;
    this.#rows = isTooMany ? undefined : [];
  }
}
