/** The few ids that cannot be packed, by number. */
export class Texts {
  readonly #numbers = new Map<string, number>();
  readonly #texts: (string | undefined)[];
  readonly #free: number[] = [];

  /** Texts by their numbers; undefined for a number that is nobody's. */
  constructor(texts: readonly (string | undefined)[] = []) {
    this.#texts = [...texts];
    for (const [number, text] of texts.entries())
      if (text === undefined) this.#free.push(number);
      else this.#numbers.set(text, number);
  }

  /** The number of a text; undefined for one that is not there. */
  numberOf(text: string): number | undefined {
    return this.#numbers.get(text);
  }

  /** The text of a number that is somebody's. */
  at(number: number): string {
    return this.#texts[number] ?? '';
  }

  /** Keeps a text that is not there yet; its number. */
  add(text: string): number {
    const number = this.#free.pop() ?? this.#texts.length;
    this.#texts[number] = text;
    this.#numbers.set(text, number);
    return number;
  }

  remove(number: number): void {
    this.#numbers.delete(this.at(number));
    this.#texts[number] = undefined;
    this.#free.push(number);
  }

  /** All of them, as the constructor takes them. */
  all(): readonly (string | undefined)[] {
    return [...this.#texts];
  }
}
