import fc from 'fast-check';

/** Bytes as text, one character a byte, so that inputs can be cut anywhere, shrunk, and kept as JSON. */
export type Bytes = string;

/** The bytes that such a text stands for. */
export function toBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes, 'latin1');
}

/** The text in UTF-8 as such bytes. */
export function toBytes(text: string): Bytes {
  return Buffer.from(text).toString('latin1');
}

/** What can happen to bytes on their way, by what it is called in the table. */
const MUTATIONS = {
  cut: (bytes, { from }) => bytes.slice(0, from),
  gap: (bytes, { from, to }) => bytes.slice(0, from) + bytes.slice(to),
  doubled: (bytes, { from, to }) => bytes.slice(0, to) + bytes.slice(from),
  repeated: (bytes, { from, to, times }) =>
    bytes.slice(0, from) + bytes.slice(from, Math.min(to, from + 40)).repeat(times) + bytes.slice(from),
  flipped: (bytes, { from, bit }) =>
    bytes.slice(0, from) + flip(bytes.slice(from, from + 1), bit) + bytes.slice(from + 1),
  inserted: (bytes, { from, piece }) => bytes.slice(0, from) + piece + bytes.slice(from),
  replaced: (bytes, { from, to, piece }) => bytes.slice(0, from) + piece + bytes.slice(to),
  long: (bytes, { from, times, piece }) =>
    bytes.slice(0, from) + piece.slice(0, 40).repeat(times * LONG) + bytes.slice(from),
  swapped: (bytes, { from, to }) =>
    bytes.slice(0, from) +
    bytes.slice(to, to + to - from) +
    bytes.slice(from, to) +
    bytes.slice(to + to - from),
} satisfies Readonly<Record<string, (bytes: Bytes, place: Place) => Bytes>>;

type Kind = keyof typeof MUTATIONS;

interface Place {
  readonly from: number;
  readonly to: number;
  readonly bit: number;
  readonly times: number;
  readonly piece: Bytes;
}

const KINDS = Object.keys(MUTATIONS) as Kind[];
const MOST_REPEATS = 3_000;
const LONG = 15;
const ODD_PIECES = [
  '\0',
  '\xff',
  '\xc3',
  '\xed\xa0\x80',
  '\xef\xbb\xbf',
  '\xf0\x9f\x98',
  '\r\n',
  '\n',
  ' ',
  '',
  '0',
  '-1',
];
const ODD_NUMBERS = [
  '9'.repeat(400),
  '1e999',
  'NaN',
  'Infinity',
  '1.5',
  '0x10',
  '9007199254740993',
  '\xd9\xa3',
];

/** Bytes that begin as `whole` and are then changed, by the kind of change; `pieces` are what the format is made of. */
export function mutated(
  whole: fc.Arbitrary<Bytes>,
  pieces: readonly Bytes[],
): Readonly<Record<'valid' | Kind | 'mixed', fc.Arbitrary<Bytes>>> {
  const kinds = Object.entries(changesOf(pieces)).map(
    ([kind, all]) => [kind, fc.tuple(whole, all).map(([bytes, changes]) => changed(bytes, changes))] as const,
  );
  return { valid: whole, ...(Object.fromEntries(kinds) as Record<Kind | 'mixed', fc.Arbitrary<Bytes>>) };
}

/** Changes of bytes that are known later, by their kind. */
export function changesOf(
  pieces: readonly Bytes[],
): Readonly<Record<Kind | 'mixed', fc.Arbitrary<readonly Change[]>>> {
  const some = (kinds: readonly Kind[], most: number) =>
    fc.array(changes(kinds, pieces), { minLength: 1, maxLength: most });
  const single = Object.fromEntries(KINDS.map((kind) => [kind, some([kind], 2)]));
  return { ...(single as Record<Kind, fc.Arbitrary<Change[]>>), mixed: some(KINDS, 6) };
}

/** The bytes after these changes. */
export function changed(bytes: Bytes, changes: readonly Change[]): Bytes {
  return changes.reduce(apply, bytes);
}

/** One thing that happens to bytes; places are shares of their length. */
export interface Change {
  readonly kind: Kind;
  readonly at: number;
  readonly length: number;
  readonly bit: number;
  readonly times: number;
  readonly piece: Bytes;
}

function changes(kinds: readonly Kind[], pieces: readonly Bytes[]): fc.Arbitrary<Change> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof(fc.nat(4), fc.nat(60), fc.nat(2_000)),
    bit: fc.nat(7),
    times: fc.oneof(fc.nat(5), fc.nat(MOST_REPEATS)),
    piece: fc.oneof(
      fc.constantFrom(...pieces),
      fc.constantFrom(...ODD_PIECES, ...ODD_NUMBERS),
      fc.string({ unit: 'binary', maxLength: 6 }).map(toBytes),
    ),
  });
}

function apply(bytes: Bytes, { kind, at, length, ...rest }: Change): Bytes {
  const from = Math.floor(at * bytes.length);
  return MUTATIONS[kind](bytes, { from, to: Math.min(from + length + 1, bytes.length), ...rest });
}

function flip(character: string, bit: number): string {
  return character === '' ? '' : String.fromCharCode(character.charCodeAt(0) ^ (1 << bit));
}
