import { Oldest } from './oldest.ts';
import type { Connection } from './record.ts';

/** Looked at in one step. */
const AT_A_TIME = 2_000;

/** Chooses, of connections that come one after the other, those that get series: those that had them keep their place, then the oldest. */
export class ExportChoice {
  readonly #max: number;
  readonly #places: ReadonlyMap<string, number>;
  /** By their place; those that are gone leave holes. */
  readonly #kept: Connection[] = [];
  #keptCount = 0;
  /** In the order in which they came; how many there is room for is known when all have come. */
  #others: Connection[] = [];
  readonly #oldest = new Oldest();
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
    if (place === undefined) this.#others.push(connection);
    else {
      this.#kept[place] = connection;
      this.#keptCount += 1;
    }
  }

  /** Finds, when all have been offered, the oldest of those that had no series, in steps. */
  *settle(): Generator<void, void> {
    const others = this.#others;
    this.#others = [];
    for (const [index, connection] of others.entries()) {
      this.#oldest.add(connection, this.#max - this.#keptCount);
      if (index % AT_A_TIME === AT_A_TIME - 1) yield;
    }
  }

  /** Those that get series, and how many had to be left out. */
  chosen(): { readonly exported: readonly Connection[]; readonly leftOut: number } {
    for (const _ of this.settle());
    const exported = [...this.#kept.filter(() => true), ...this.#oldest.sorted()].slice(0, this.#max);
    return { exported, leftOut: this.#candidates - exported.length };
  }
}
