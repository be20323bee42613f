import type { Connection } from './record.ts';

/** The oldest of many connections, as many as there is room for; a heap, whose first is the youngest. */
export class Oldest {
  readonly #heap: Connection[] = [];

  /** Keeps a connection if it is among the oldest, with room for so many. */
  add(connection: Connection, room: number): void {
    const [youngest] = this.#heap;
    if (this.#heap.length < room) {
      this.#heap.push(connection);
      this.#rise();
    } else if (youngest && oldestFirst(connection, youngest) < 0) this.#sink(connection);
  }

  /** All that are kept, the oldest first. */
  sorted(): readonly Connection[] {
    return this.#heap.toSorted(oldestFirst);
  }

  #rise(): void {
    const heap = this.#heap;
    let at = heap.length - 1;
    const one = heap[at];
    while (one && at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || oldestFirst(one, parent) <= 0) break;
      heap[at] = parent;
      heap[above] = one;
      at = above;
    }
  }

  /** Puts it in the place of the first, which goes, and the younger ones below it above it. */
  #sink(one: Connection): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [first, second] = [heap[left], heap[left + 1]];
      if (!first) break;
      const [below, child] =
        second && oldestFirst(second, first) > 0 ? ([left + 1, second] as const) : ([left, first] as const);
      if (oldestFirst(child, one) <= 0) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = one;
  }
}

/** The order of connections by when they were established; those of which that is not known are the youngest. */
function oldestFirst(a: Connection, b: Connection): number {
  const [from, to] = [a.establishedAt ?? Number.MAX_VALUE, b.establishedAt ?? Number.MAX_VALUE];
  return from - to || (a.id < b.id ? -1 : 1);
}
