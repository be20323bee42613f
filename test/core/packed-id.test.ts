import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ID_WORDS, numberIn, pack, packBytes, packNumber, unpack } from '../../src/core/columns/packed-id.ts';

/** The words of an id; undefined for one that cannot be packed. */
function packed(id: string): Uint32Array | undefined {
  const words = new Uint32Array(ID_WORDS);
  return pack(id, words, 0) ? words : undefined;
}

const base64 = fc.constantFrom('+/', '-_').chain((last) =>
  fc.tuple(
    fc.string({
      unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', ...last),
      maxLength: 20,
    }),
    fc.constantFrom('', '=', '==', '==='),
  ),
);

test('ids of base64 come back from four words as they were, those of AWS among them', () => {
  const comesBack = (id: string) => {
    const words = packed(id);
    expect(words && [unpack(words, 0), numberIn(words, 0)]).toEqual([id, undefined]);
  };
  for (const id of ['', 'A', '/', '_', 'L0SM9cOFvHcCIhw=', 'gbgBR89uMQAYKEiZJA==', '9'.repeat(20)])
    comesBack(id);
  fc.assert(
    fc.property(base64, ([characters, padding]) => comesBack(characters + padding)),
    { numRuns: 2000 },
  );
});

const hex = fc
  .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 17, maxLength: 17 })
  .map((digits) => `cvpn-connection-${digits}`);

test('ids of Client VPN connections come back, and are the same from bytes', () => {
  const comesBack = (id: string, before: number) => {
    const words = new Uint32Array(ID_WORDS + 1).fill(0xffffffff);
    const bytes = Buffer.from(`${'x'.repeat(before)}${id}x`);
    expect(packBytes(bytes, before, before + id.length, words, 1)).toBe(true);
    expect([unpack(words, 1), numberIn(words, 1)]).toEqual([id, undefined]);
    expect(words.subarray(1)).toEqual(packed(id));
  };
  fc.assert(fc.property(hex, fc.nat(9), comesBack), { numRuns: 2000 });
});

test('whatever is no such id cannot be packed, however like one it is', () => {
  const id = 'cvpn-connection-0123456789abcdef0';
  const differs = (at: number, character: string) => {
    const other = id.slice(0, at) + character + id.slice(at + 1);
    fc.pre(!(at >= 16 && /[0-9a-f]/.test(character)) && other !== id);
    expect(packed(other)).toBeUndefined();
    expect(packBytes(Buffer.from(other), 0, Buffer.byteLength(other), new Uint32Array(4), 0)).toBe(false);
  };
  const character = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('A', 'g', ' ', 'é', ''),
  );
  fc.assert(fc.property(fc.nat(32), character, differs), { numRuns: 2000 });
  for (const longer of [`${id}0`, id.slice(1)]) expect(packed(longer)).toBeUndefined();
});

test('no two ids have the same words', () => {
  const differ = ([a, b]: [string, string]) => {
    const [one, other] = [packed(a), packed(b)];
    if (one && other) expect(String(one) === String(other)).toBe(a === b);
  };
  const id = fc.oneof(
    fc.string({ unit: fc.constantFrom('A', 'B', '/', '_', '='), maxLength: 6 }),
    fc.string({ unit: fc.constantFrom('A', 'B', '9', '/'), minLength: 19, maxLength: 20 }),
    fc.integer({ min: 0, max: 3 }).map((n) => `cvpn-connection-${String(n).padEnd(17, '0')}`),
  );
  fc.assert(fc.property(fc.tuple(id, id), differ), { numRuns: 5000 });
});

test.each(['A'.repeat(21), 'A====', 'A=B', '+_', '~odd~', 'é', 'a b', '\ud800', 'a'.repeat(500)])(
  '%s cannot be packed',
  (id) => {
    expect(packed(id)).toBeUndefined();
  },
);

test('the number of a text is told from an id', () => {
  const words = new Uint32Array(2 * ID_WORDS).fill(0xffffffff);
  for (const number of [0, 1, 2 ** 29 + 5, 2 ** 30 - 1]) {
    packNumber(number, words, ID_WORDS);
    expect(numberIn(words, ID_WORDS)).toBe(number);
  }
});
