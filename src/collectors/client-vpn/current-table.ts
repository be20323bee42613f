import type { ReadableState } from './family-makers.ts';
import type { State, View } from './state.ts';
import { toTable } from './table.ts';

/** The connections of the last passes as rows; the same object as long as they are the same, so that they are made into text once. */
export class CurrentTable {
  readonly #published: State['published'];
  #last: { readonly of: readonly View[]; readonly rows: Iterable<unknown> } | undefined;

  constructor({ published }: State) {
    this.#published = published;
  }

  /** Undefined while there are passes that did not keep their connections. */
  rows({ views, isFresh }: ReadableState): Iterable<unknown> | undefined {
    const fresh = [...views()].filter(({ last }) => last && isFresh(last));
    const isFilled =
      this.#published.targets.length > 0 && fresh.every(({ last }) => last?.listing.connections);
    if (!isFilled) return undefined;
    const { of } = this.#last ?? {};
    const isSame = fresh.length === of?.length && fresh.every((view, index) => view === of[index]);
    if (!isSame) this.#last = { of: fresh, rows: { [Symbol.iterator]: () => rowsOf(fresh) } };
    return this.#last?.rows;
  }
}

function* rowsOf(views: readonly View[]): Iterator<unknown> {
  for (const view of views) yield* toTable(view, view.last?.listing.connections ?? []);
}
