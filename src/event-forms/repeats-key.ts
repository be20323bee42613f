import { toKeys } from './keys.ts';

/**
 * Whether an object, as valid JSON, has a key twice in itself or in an object within it. A mapping template puts a client's query between
 * quotes, and a quote in the query can end them and add a second `connectionId`, which JSON.parse would let win.
 */
export function repeatsKey(json: string): boolean {
  for (const { isRepeated } of toKeys(json)) if (isRepeated) return true;
  return false;
}
