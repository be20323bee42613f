import type { Key } from './keys.ts';

/**
 * Whether an object, of which these are the keys, has a key twice in itself or in an object within it. A mapping template puts a client's query
 * between quotes, and a quote in the query can end them and add a second `connectionId`, which JSON.parse would let win.
 */
export function repeatsKey(keys: readonly Key[]): boolean {
  return keys.some(({ isRepeated }) => isRepeated);
}
