import { closest } from 'fastest-levenshtein';

/** The one of `known`, which must not be empty, that is spelled most like `word`. */
export function nearest(word: string, known: readonly string[]): string {
  return closest(word.toLowerCase(), known);
}
