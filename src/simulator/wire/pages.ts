import { createHmac, randomBytes } from 'node:crypto';
import type { Random } from './random.ts';

/** Something with a fixed place in listings; no two have the same. */
export interface Ranked {
  readonly rank: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The rank after which the next page begins; absent on the last page. */
  readonly next?: number;
}

/** A rank before every other: where a listing begins. */
export const beginning = -1;

/**
 * The items that match and rank after `after`, at most `limit`. Because a place never changes, pages that follow each
 * other show everything that stays exactly once, whatever comes and goes between them.
 */
export function cutPage<T extends Ranked>(
  ordered: readonly T[],
  matches: (item: T) => boolean,
  after: number,
  limit: number,
): Page<T> {
  const items: T[] = [];
  for (let index = firstAfter(ordered, after); index < ordered.length; index++) {
    const item = ordered[index];
    if (item === undefined || !matches(item)) continue;
    const last = items.at(-1);
    if (last && items.length === limit) return { items, next: last.rank };
    items.push(item);
  }
  return { items };
}

/** Draws places in listings, none of them twice: by lot first, by age among equals. */
export function createRanks(random: Random): () => number {
  let drawn = 0;
  return () => random.below(2 ** 32) * 2 ** 20 + (drawn++ % 2 ** 20);
}

/** The index of the first item that ranks after `after`, by halving. */
function firstAfter(ordered: readonly Ranked[], after: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.rank ?? Number.POSITIVE_INFINITY) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Page tokens: opaque, each different from all before, good for one listing only. */
export interface Tokens {
  /** A token for the place after `after` in the listing that `scope` describes. */
  issue(scope: string, after: number): string;
  /** The place that a token stands for; undefined when it was not issued for this scope. */
  read(scope: string, token: string): number | undefined;
}

/** A maker of tokens that keeps none of them: the place is in the token, sealed together with its scope. */
export function createTokens(): Tokens {
  const key = randomBytes(32);
  let issued = 0;

  const seal = (scope: string, place: Buffer) =>
    Buffer.concat([place, createHmac('sha256', key).update(scope).update(place).digest()]).toString('base64');

  return {
    issue(scope, after) {
      const place = Buffer.alloc(12);
      place.writeDoubleLE(after);
      place.writeUInt32LE(issued++ >>> 0, 8);
      return seal(scope, place);
    },
    read(scope, token) {
      const place = Buffer.from(token, 'base64').subarray(0, 12);
      return place.length === 12 && seal(scope, place) === token ? place.readDoubleLE() : undefined;
    },
  };
}
