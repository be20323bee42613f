import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toJsonPieces } from '../../src/server/json-rows.ts';

test('the pieces are the JSON of all rows, whatever is in them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 30 }), fc.nat(2_500), async (some, more) => {
      const rows = [...some, ...Array.from({ length: more }, (_, n) => ({ n }))];
      expect(Buffer.concat(await toJsonPieces(rows)).toString()).toBe(JSON.stringify(rows));
    }),
    { numRuns: 30 },
  );
});

test('the same rows are made into JSON once, however many ask', async () => {
  let made = 0;
  const rows = {
    *[Symbol.iterator]() {
      made += 1;
      for (let n = 0; n < 3_000; n++) yield n;
    },
  };
  const [one, two] = await Promise.all([toJsonPieces(rows), toJsonPieces(rows)]);
  expect(await toJsonPieces(rows)).toBe(one);
  expect(two).toBe(one);
  expect(made).toBe(1);
});
