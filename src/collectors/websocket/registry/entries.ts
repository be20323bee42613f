import { type DeadEntry, type Entry, isDead, type OpenEntry } from './entry.ts';

/** An id with what is known of it; undefined for one that was forgotten. */
export type Change = readonly [id: string, entry: Entry | undefined];

/** Whether so many changes of so many entries are better written down by writing all entries anew. */
export function isTooMany(changes: number, entries: number): boolean {
  return changes > Math.max(10_000, 2 * entries);
}

/** What is remembered, by connection id, and which of it has changed; the dead never become open again. */
export class Entries {
  readonly #open = new Map<string, OpenEntry>();
  readonly #dead = new Map<string, DeadEntry>();
  /** Ids changed since changes were last handed out; undefined when they were too many to be told apart. */
  #changed: Set<string> | undefined = new Set();

  constructor(saved: Iterable<readonly [string, Entry]> = []) {
    for (const [id, entry] of saved) this.#place(id, entry);
  }

  /** Those that can be alive. */
  get open(): ReadonlyMap<string, OpenEntry> {
    return this.#open;
  }

  /** The dead, roughly in the order in which they died. */
  get dead(): ReadonlyMap<string, DeadEntry> {
    return this.#dead;
  }

  get size(): number {
    return this.#open.size + this.#dead.size;
  }

  /** Whether the id is remembered, alive or dead. */
  has(id: string): boolean {
    return this.#open.has(id) || this.#dead.has(id);
  }

  /** Remembers this of the id from now on. */
  set(id: string, entry: Entry): void {
    this.#place(id, entry);
    this.#mark(id);
  }

  forget(id: string): void {
    this.#open.delete(id);
    this.#dead.delete(id);
    this.#mark(id);
  }

  /** When the first of the dead ended, milliseconds since 1970; undefined if there are none. */
  get oldestDeadAt(): number | undefined {
    return this.#dead.values().next().value?.endedAt;
  }

  /** Forgets the first of the dead, so many of them. */
  forgetOldestDead(count: number): void {
    let left = count;
    for (const id of this.#dead.keys()) {
      if (left-- <= 0) return;
      this.forget(id);
    }
  }

  /** How many changes there are to hand out; infinite when they were too many to be told apart. */
  get changed(): number {
    return this.#changed?.size ?? Number.POSITIVE_INFINITY;
  }

  /** Hands out what changed since something was last handed out, as it is now. */
  takeChanges(): Iterable<Change> {
    const ids = [...(this.#changed ?? [])];
    this.#changed = new Set();
    return zip(
      ids,
      ids.map((id) => this.#open.get(id) ?? this.#dead.get(id)),
    );
  }

  /** Hands out everything as it is now, however late it is read. */
  takeAll(): Iterable<readonly [string, Entry]> {
    this.#changed = new Set();
    const ids = [...this.#open.keys(), ...this.#dead.keys()];
    return zip(ids, [...this.#open.values(), ...this.#dead.values()]);
  }

  #place(id: string, entry: Entry): void {
    if (!isDead(entry)) this.#open.set(id, entry);
    else {
      this.#open.delete(id);
      this.#dead.set(id, entry);
    }
  }

  #mark(id: string): void {
    this.#changed?.add(id);
    if (isTooMany(this.changed, this.size)) this.#changed = undefined;
  }
}

function* zip<A, B>(as: readonly A[], bs: readonly B[]): Iterable<readonly [A, B]> {
  for (const [index, a] of as.entries()) yield [a, bs[index] as B];
}
