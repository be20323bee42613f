/** What stands for everything past a cap. */
export const OTHER = '_other';

/** Gives a place of their own to the first names that come, and one place together, `_other`, to all others. */
export class Slots {
  readonly #max: number;
  readonly #taken: Set<string>;
  readonly #folded = new Set<string>();

  /** At most `max` places, some of which are taken from the start. */
  constructor(max: number, taken: Iterable<string>) {
    this.#max = max;
    this.#taken = new Set(taken);
  }

  /** The place of a name: its own, or `_other`. */
  of(name: string): string {
    if (this.#taken.has(name)) return name;
    if (name !== OTHER && this.#taken.size < this.#max) {
      this.#taken.add(name);
      return name;
    }
    this.#folded.add(name);
    return OTHER;
  }

  /** Counts `folded` anew. */
  begin(): void {
    this.#folded.clear();
  }

  /** How many names went to `_other` since `begin`. */
  get folded(): number {
    return this.#folded.size;
  }
}
