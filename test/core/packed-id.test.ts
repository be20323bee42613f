import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ID_WORDS, numberIn, pack, packNumber, unpack } from '../../src/core/columns/packed-id.ts';

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

test('no two ids have the same words', () => {
  const differ = ([a, b]: [string, string]) => {
    const [one, other] = [packed(a), packed(b)];
    if (one && other) expect(String(one) === String(other)).toBe(a === b);
  };
  const id = fc.string({ unit: fc.constantFrom('A', 'B', '/', '_', '='), maxLength: 6 });
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
