import { HEX_ID_LENGTH, packHex, unpackHex } from './hex-id.ts';

/** How many words hold an id. */
export const ID_WORDS = 4;

const CHARACTERS_PER_WORD = 5;
const MOST_CHARACTERS = ID_WORDS * CHARACTERS_PER_WORD;
const CHARACTERS = 0x1f;
/** Stands where the number of characters does: the words hold the number of a text that is kept elsewhere. */
const IS_TEXT = 0x1f;
/** Stands there too: the words hold the id of a Client VPN connection. */
const IS_HEX = 0x1e;
const PADDING_SHIFT = 5;
const IS_URL = 0x80;
const PADDING = 61;

const PLAIN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${PLAIN.slice(0, -2)}-_`;
const CODES_PLAIN = Uint8Array.from(PLAIN, (letter) => letter.charCodeAt(0));
const CODES_URL = Uint8Array.from(URL_SAFE, (letter) => letter.charCodeAt(0));
const NOT_ONE = 64;
const SIX_BITS = new Uint8Array(128).fill(NOT_ONE);
for (const alphabet of [CODES_PLAIN, CODES_URL])
  for (const [bits, code] of alphabet.entries()) SIX_BITS[code] = bits;

const unpacked = Buffer.alloc(MOST_CHARACTERS + 3);
const ascii = Buffer.alloc(HEX_ID_LENGTH);

/**
 * Writes an id as AWS makes them into four words of 32 bits: that of a Client VPN connection, or, as those of WebSocket connections are, one of
 * base64, plain or for URLs, of up to 20 characters and three of padding: five characters in each word, and two bits of their number, their padding
 * and their alphabet. False, writing nothing of use, for any other text.
 */
export function pack(id: string, words: Uint32Array, at: number): boolean {
  if (id.length === HEX_ID_LENGTH) return packBytes(ascii, 0, ascii.write(id), words, at);
  let count = id.length;
  while (count > 0 && id.charCodeAt(count - 1) === PADDING) count -= 1;
  const padding = id.length - count;
  if (count > MOST_CHARACTERS || padding > 3) return false;
  let isPlain = false;
  let isUrl = false;
  let place = 0;
  for (let index = 0; index < ID_WORDS; index += 1) {
    let word = 0;
    for (let end = place + CHARACTERS_PER_WORD; place < end; place += 1) {
      const code = place < count ? id.charCodeAt(place) : (CODES_PLAIN[0] ?? 0);
      const bits = code < 128 ? (SIX_BITS[code] ?? NOT_ONE) : NOT_ONE;
      if (bits === NOT_ONE) return false;
      if (bits > 61) {
        if (code === CODES_PLAIN[bits]) isPlain = true;
        else isUrl = true;
      }
      word = (word << 6) | bits;
    }
    words[at + index] = word;
  }
  if (isPlain && isUrl) return false;
  writeHeader(words, at, count | (padding << PADDING_SHIFT) | (isUrl ? IS_URL : 0));
  return true;
}

/** The same of the id of a Client VPN connection that stands between these two; false for what else may stand there. */
export function packBytes(
  bytes: Uint8Array,
  from: number,
  to: number,
  words: Uint32Array,
  at: number,
): boolean {
  words[at + ID_WORDS - 1] = 0;
  if (to - from !== HEX_ID_LENGTH || !packHex(bytes, from, words, at)) return false;
  writeHeader(words, at, IS_HEX);
  return true;
}

/** Writes the number of a text that `pack` refuses, below 2^30. */
export function packNumber(number: number, words: Uint32Array, at: number): void {
  words.fill(0, at, at + ID_WORDS);
  words[at] = number;
  writeHeader(words, at, IS_TEXT);
}

/** The number that `packNumber` wrote; undefined for an id that `pack` wrote. */
export function numberIn(words: Uint32Array, at: number): number | undefined {
  return (headerOf(words, at) & CHARACTERS) === IS_TEXT ? (words[at] ?? 0) & 0x3fffffff : undefined;
}

/** The id that `pack` wrote. */
export function unpack(words: Uint32Array, at: number): string {
  const header = headerOf(words, at);
  const count = header & CHARACTERS;
  if (count === IS_HEX) return unpackHex(words, at);
  const length = count + ((header >> PADDING_SHIFT) & 3);
  const codes = header & IS_URL ? CODES_URL : CODES_PLAIN;
  for (let place = 0; place < count; place += 1) {
    const index = Math.trunc(place / CHARACTERS_PER_WORD);
    const shift = 6 * (CHARACTERS_PER_WORD - 1 - (place - index * CHARACTERS_PER_WORD));
    unpacked[place] = codes[((words[at + index] ?? 0) >>> shift) & 63] ?? 0;
  }
  unpacked.fill(PADDING, count, length);
  return unpacked.toString('latin1', 0, length);
}

/** Two bits of it stand above the characters of each word. */
function writeHeader(words: Uint32Array, at: number, header: number): void {
  for (let index = 0; index < ID_WORDS; index += 1)
    words[at + index] = (words[at + index] ?? 0) | (((header >> (2 * index)) & 3) << 30);
}

function headerOf(words: Uint32Array, at: number): number {
  let header = 0;
  for (let index = 0; index < ID_WORDS; index += 1)
    header |= ((words[at + index] ?? 0) >>> 30) << (2 * index);
  return header;
}
