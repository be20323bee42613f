import { createHash } from 'node:crypto';

/** Characters of a text that is shown; AWS' own are shorter: names of tags have 256 at most. */
export const MOST_CHARACTERS = 256;
/** 128 bits, and more: no two texts that anybody could find have the same. */
const DIGEST_CHARACTERS = 22;

/**
 * A text of at most 256 characters: a longer one is cut, and ends in `…` and 22 characters that tell it from every other that begins
 * as it does. No character is halved.
 */
export function shown(text: string): string {
  // Characters are one or two units: most texts are done with this.
  if (text.length <= MOST_CHARACTERS || isShort(text)) return text;
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS);
  // By way of bytes: a slice would keep the whole text in memory.
  const beginning = Buffer.from(firstOf(text, MOST_CHARACTERS - 1 - DIGEST_CHARACTERS)).toString();
  return `${beginning}…${digest}`;
}

function isShort(text: string): boolean {
  return text.length <= 2 * MOST_CHARACTERS && [...text].length <= MOST_CHARACTERS;
}

function firstOf(text: string, characters: number): string {
  return [...text.slice(0, 2 * characters)].slice(0, characters).join('');
}
