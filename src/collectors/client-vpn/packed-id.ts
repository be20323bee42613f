const PREFIX = 'cvpn-connection-';
const DIGITS = 17;
/** Half a byte is a digit; the first half holds none. */
export const ID_BYTES = (DIGITS + 1) / 2;

const NO_DIGIT = 16;
const DIGIT_OF = new Uint8Array(128).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit += 1) DIGIT_OF[digit.toString(16).charCodeAt(0)] = digit;

/** Writes the digits of an id as AWS makes them, `cvpn-connection-` and 17 hexadecimal ones; false, having written nothing of use, for any other text. */
export function packId(id: string, bytes: Uint8Array, at: number): boolean {
  if (id.length !== PREFIX.length + DIGITS || !id.startsWith(PREFIX)) return false;
  let high = 0;
  for (let place = 0; place < DIGITS; place += 1) {
    const code = id.charCodeAt(PREFIX.length + place);
    const digit = code < DIGIT_OF.length ? (DIGIT_OF[code] ?? NO_DIGIT) : NO_DIGIT;
    if (digit === NO_DIGIT) return false;
    if (place % 2 === 0) bytes[at + place / 2] = high | digit;
    else high = digit << 4;
  }
  return true;
}

/** The id that `packId` wrote. */
export function unpackId(bytes: Buffer, at: number): string {
  return PREFIX + bytes.toString('hex', at, at + ID_BYTES).slice(1);
}
