import { createHash } from 'node:crypto';
import { cut } from '../core/cut.ts';

/** The most characters of a label; AWS' own texts are shorter: names of tags have 256 at most. */
export const MOST_CHARACTERS = 256;
/** 128 bits, and more: no two texts that anybody could find have the same. */
const DIGEST_CHARACTERS = 22;

/**
 * A text of at most 256 characters: a longer one is cut, and ends in `…` and 22 characters that tell it from every other that
 * begins as it does.
 */
export function toLabel(text: string): string {
  const short = cut(text, MOST_CHARACTERS);
  if (short === text) return text;
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS);
  // By way of bytes: a slice would keep the whole text in memory.
  return `${Buffer.from(cut(text, MOST_CHARACTERS - DIGEST_CHARACTERS))}${digest}`;
}
