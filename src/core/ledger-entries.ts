import { ExactColumn, NumberColumn } from './columns.ts';
import type { Exact } from './exact.ts';

/** What the ledger remembers of a connection, as plain data. */
export interface Entry {
  readonly status: string;
  /** The latest time that a row taken gave. */
  readonly updatedAt: number | undefined;
  /** The last good reading per counter; undefined where there was none yet. */
  readonly readings: readonly (Exact | undefined)[];
  /** Whether the connection was in the opening listing. */
  readonly opening: boolean;
  /** Whether a row said that it is over: its status stays. */
  readonly isOver: boolean;
  /** Whether its end was already settled (observed, or before the ledger began). */
  readonly ended: boolean;
  /** Listed time at the first of the complete listings that have all lacked it; undefined while it is listed. */
  readonly absentSinceMs: number | undefined;
}

const OPENING = 1;
const OVER = 2;
const ENDED = 4;

/** The entries of a ledger by key, in columns: each has a place, and places of those forgotten are taken anew. */
export class LedgerEntries {
  readonly #places = new Map<string, number>();
  readonly #free: number[] = [];
  /** Undefined where a place is free. */
  readonly #keys: (string | undefined)[] = [];
  readonly #statuses: string[] = [];
  readonly #flags: number[] = [];
  readonly #listings: number[] = [];
  readonly #updatedAt = new NumberColumn();
  readonly #absentSinceMs = new NumberColumn();
  readonly #readings: readonly ExactColumn[];

  /** Entries of `width` readings each. */
  constructor(width: number) {
    this.#readings = Array.from({ length: width }, () => new ExactColumn());
  }

  get size(): number {
    return this.#places.size;
  }

  /** The place of a key; undefined where there is no such entry. */
  find(key: string): number | undefined {
    return this.#places.get(key);
  }

  /** Adds an entry whose key is not there, as of this listing; its place. */
  add(key: string, entry: Entry, listing: number): number {
    const at = this.#free.pop() ?? this.#keys.length;
    this.#places.set(key, at);
    this.#keys[at] = key;
    this.set(at, entry, listing);
    return at;
  }

  /** The entry at a place, as it is now. */
  get(at: number): Entry {
    const flags = this.#flags[at] ?? 0;
    return {
      status: this.#statuses[at] ?? '',
      updatedAt: this.#updatedAt.get(at),
      readings: this.#readings.map((column) => column.get(at)),
      opening: (flags & OPENING) !== 0,
      isOver: (flags & OVER) !== 0,
      ended: (flags & ENDED) !== 0,
      absentSinceMs: this.#absentSinceMs.get(at),
    };
  }

  /** Puts another in its place, as of this listing. */
  set(at: number, entry: Entry, listing: number): void {
    this.#statuses[at] = entry.status;
    this.#flags[at] = (entry.opening ? OPENING : 0) | (entry.isOver ? OVER : 0) | (entry.ended ? ENDED : 0);
    this.#listings[at] = listing;
    this.#updatedAt.set(at, entry.updatedAt);
    this.#absentSinceMs.set(at, entry.absentSinceMs);
    for (let index = 0; index < this.#readings.length; index += 1)
      this.#readings[index]?.set(at, entry.readings[index]);
  }

  /** Marks the end of an entry as settled. */
  settleEnd(at: number): void {
    this.#flags[at] = (this.#flags[at] ?? 0) | ENDED;
  }

  /** Notes for each entry that this listing lacked that it has been lacking since then, unless it was before; forgets, and gives the places of, those that listings have lacked since `forgetMs` or before. */
  *age(listing: number, nowMs: number, forgetMs: number): Iterable<number> {
    for (let at = 0; at < this.#keys.length; at += 1) {
      const key = this.#keys[at];
      if (key === undefined || this.#listings[at] === listing) continue;
      const since = this.#absentSinceMs.get(at) ?? nowMs;
      this.#absentSinceMs.set(at, since);
      if (since > forgetMs) continue;
      this.#places.delete(key);
      this.#keys[at] = undefined;
      this.#free.push(at);
      yield at;
    }
  }

  *[Symbol.iterator](): Iterator<[string, Entry]> {
    for (const [key, at] of this.#places) yield [key, this.get(at)];
  }
}
