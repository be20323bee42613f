import type { Connection } from './record.ts';

/** Chooses, of connections that come one after the other, those that get series: those that had them keep their place, then the oldest. */
export class ExportChoice {
  readonly #max: number;
  readonly #places: ReadonlyMap<string, number>;
  /** By their place; those that are gone leave holes. */
  readonly #kept: Connection[] = [];
  /** The oldest of the others are among them. */
  readonly #others: Connection[] = [];
  /** Younger than so many others that there is no room for it, nor for any that is younger still. */
  #tooYoung: Connection | undefined;
  #candidates = 0;

  /** At most `max`, `previous` being those that had series. */
  constructor(previous: readonly Connection[], max: number) {
    this.#max = max;
    this.#places = new Map(previous.map(({ id }, place) => [id, place]));
  }

  /** Offers a connection; one that is terminated gets no series. */
  add(connection: Connection): void {
    if (connection.status === 'terminated') return;
    this.#candidates += 1;
    const place = this.#places.get(connection.id);
    if (place !== undefined) this.#kept[place] = connection;
    else if (!this.#tooYoung || oldestFirst(connection, this.#tooYoung) < 0) this.#others.push(connection);
    // Twice as many as there can be room for, so that they are seldom sorted.
    if (this.#others.length > 2 * this.#max) this.#prune();
  }

  /** Those that get series, and how many had to be left out. */
  chosen(): { readonly exported: readonly Connection[]; readonly leftOut: number } {
    this.#prune();
    const exported = [...this.#kept.filter(() => true), ...this.#others].slice(0, this.#max);
    return { exported, leftOut: this.#candidates - exported.length };
  }

  #prune(): void {
    this.#others.sort(oldestFirst);
    this.#tooYoung = this.#others[this.#max] ?? this.#tooYoung;
    this.#others.length = Math.min(this.#others.length, this.#max);
  }
}

function oldestFirst(a: Connection, b: Connection): number {
  const [from, to] = [a.establishedAt ?? Number.MAX_VALUE, b.establishedAt ?? Number.MAX_VALUE];
  return from - to || (a.id < b.id ? -1 : 1);
}
