/** The id of a Client VPN connection is this and 17 hexadecimal digits, of which a word holds seven. */
const PREFIX = Buffer.from('cvpn-connection-');
const DIGITS = 17;
const DIGITS_PER_WORD = 7;
const NONE = 16;
const HEX = Buffer.from('0123456789abcdef');
const FOUR_BITS = new Uint8Array(256).fill(NONE);
for (const [bits, code] of HEX.entries()) FOUR_BITS[code] = bits;

/** How many characters such an id has. */
export const HEX_ID_LENGTH = PREFIX.length + DIGITS;

const id = Buffer.alloc(HEX_ID_LENGTH);
PREFIX.copy(id);

/** Writes the id that begins here, which is as long as they are, into 28 bits of each of three words; false, writing nothing of use, for any other text. */
export function packHex(bytes: Uint8Array, from: number, words: Uint32Array, at: number): boolean {
  for (let place = 0; place < PREFIX.length; place += 1)
    if (bytes[from + place] !== PREFIX[place]) return false;
  let seen = 0;
  let digit = from + PREFIX.length;
  const end = digit + DIGITS;
  for (let word = at; digit < end; word += 1) {
    let value = 0;
    for (const last = Math.min(digit + DIGITS_PER_WORD, end); digit < last; digit += 1) {
      const bits = FOUR_BITS[bytes[digit] ?? 0] ?? NONE;
      seen |= bits;
      value = (value << 4) | bits;
    }
    words[word] = value;
  }
  return seen < NONE;
}

/** The id that `packHex` wrote; what stands above its bits does not matter. */
export function unpackHex(words: Uint32Array, at: number): string {
  for (let digit = 0; digit < DIGITS; digit += 1) {
    const word = Math.trunc(digit / DIGITS_PER_WORD);
    const last = Math.min((word + 1) * DIGITS_PER_WORD, DIGITS) - 1;
    id[PREFIX.length + digit] = HEX[((words[at + word] ?? 0) >>> (4 * (last - digit))) & 15] ?? 0;
  }
  return id.toString('latin1');
}
