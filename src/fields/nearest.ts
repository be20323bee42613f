import { closest, distance } from 'fastest-levenshtein';

/** Of more than these, which only a machine can have written, the rest is not looked through. */
const MOST_NAMES = 1_000;
/** A longer word is like no other for its beginning alone. */
const LONGEST_WORD = 100;

/** The one of `known`, which must not be empty, that is spelled most like `word`. */
export function nearest(word: string, known: readonly string[]): string {
  return closest(word.slice(0, LONGEST_WORD).toLowerCase(), known.slice(0, MOST_NAMES));
}

/** The same where at least half of it is spelled as in `word`; undefined where none is. */
export function near(word: string, known: readonly string[]): string | undefined {
  const found = nearest(word, known);
  return distance(word, found) <= Math.max(word.length, found.length) / 2 ? found : undefined;
}
