import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawSample, inRounds, sampleSize } from '../../../src/collectors/websocket/estimate/sample.ts';
import { createRandom } from '../../../src/simulator/wire/random.ts';

const LETTERS = [...'abcdef'];

test('every arrangement comes of exactly one way in which chance can fall', () => {
  const ways: number[][] = [];
  for (let a = 0; a < 6; a++)
    for (let b = 0; b < 5; b++) for (let c = 0; c < 4; c++) ways.push([a / 6, b / 5, c / 4]);
  const drawn = ways.map((way) => {
    const falls = way.map((fraction) => fraction + 0.01).values();
    return drawSample(LETTERS, 3, () => falls.next().value ?? 1).join('');
  });
  expect(new Set(drawn).size).toBe(6 * 5 * 4);
  expect(drawn.every((letters) => new Set(letters).size === 3)).toBe(true);
});

/** How far the counts are from all alike. */
function chiSquare(outcomes: readonly string[], kinds: number): number {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const expected = outcomes.length / kinds;
  const seen = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return seen + (kinds - counts.size) * expected;
}

const sorted = (letters: readonly string[]) => [...letters].sort().join('');

// The last number is passed by chance alone once in a million seeds.
test.each([
  ['id', 6, (drawn: readonly string[]) => drawn, 37],
  [
    'pair of ids',
    15,
    ([a = '', b = '', c = '']: readonly string[]) =>
      [
        [a, b],
        [a, c],
        [b, c],
      ].map(sorted),
    56,
  ],
  ['sample', 20, (drawn: readonly string[]) => [sorted(drawn)], 64],
  ['first one', 6, (drawn: readonly string[]) => drawn.slice(0, 1), 37],
  ['sample cut short after two', 15, (drawn: readonly string[]) => [sorted(drawn.slice(0, 2))], 56],
  ['order', 120, (drawn: readonly string[]) => [drawn.join('')], 207],
] as const)('each %s is as likely as any other', (_, kinds, outcomesOf, bound) => {
  const { fraction } = createRandom(20_260_101);
  const outcomes = Array.from({ length: 60_000 }, () => outcomesOf(drawSample(LETTERS, 3, fraction))).flat();
  expect(chiSquare(outcomes, kinds)).toBeLessThan(bound);
});

test('a sample has the size asked for, or all there is, each item once, and leaves the items as they were', () => {
  const isSample = (length: number, size: number, seed: number) => {
    const items = Object.freeze(Array.from({ length }, (_, i) => i));
    const drawn = drawSample(items, size, createRandom(seed).fraction);
    expect(drawn.length).toBe(Math.min(size, length));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.every((item) => Number.isInteger(item) && item >= 0 && item < length)).toBe(true);
    expect(items).toEqual(Array.from({ length }, (_, i) => i));
  };
  fc.assert(fc.property(fc.nat(60), fc.nat(80), fc.integer(), isSample));
});

test('chance at its ends stays inside the items', () => {
  expect(drawSample(LETTERS, 6, () => 0)).toEqual(LETTERS);
  expect(drawSample(LETTERS, 6, () => 1 - 2 ** -53).toSorted()).toEqual(LETTERS);
});

test('of a large list only what is drawn is read', () => {
  let reads = 0;
  const items = new Proxy(new Array<number>(4_000_000), {
    get(target, key) {
      if (key === 'length') return target.length;
      reads++;
      return Number(key);
    },
  });
  expect(drawSample(items, 200, createRandom(1).fraction).every(Number.isInteger)).toBe(true);
  expect(reads).toBe(200);
});

test.each([
  [{ sampleSize: 200, requestsPerSecond: 10, timeoutMs: 50_000, endpoints: 1 }, 200],
  [{ sampleSize: 200, requestsPerSecond: 10, timeoutMs: 50_000, endpoints: 2 }, 200],
  [{ sampleSize: 200, requestsPerSecond: 10, timeoutMs: 50_000, endpoints: 3 }, 133],
  [{ sampleSize: 200, requestsPerSecond: 10, timeoutMs: 50_000, endpoints: 401 }, 0],
  [{ sampleSize: 5000, requestsPerSecond: 10, timeoutMs: 50_000, endpoints: 1 }, 400],
  [{ sampleSize: 5000, requestsPerSecond: 0.5, timeoutMs: 50_000, endpoints: 1 }, 20],
  [{ sampleSize: 5000, requestsPerSecond: 3, timeoutMs: 35_000, endpoints: 7 }, 12],
])('of %o an endpoint looks up %i', (limits, size) => {
  expect(sampleSize(limits)).toBe(size);
});

const lists = fc
  .array(fc.nat(12), { maxLength: 8 })
  .map((lengths) => lengths.map((length, list) => Array.from({ length }, (_, i) => `${list}:${i}`)));

test('in rounds every item comes once, in the order of its list', () => {
  const isWhole = (given: readonly (readonly string[])[], seed: number) => {
    const turns = [...inRounds(given, createRandom(seed).fraction)];
    for (const [index, list] of given.entries())
      expect(turns.filter((turn) => turn.list === index).map(({ item }) => item)).toEqual(list);
    expect(turns.length).toBe(given.flat().length);
  };
  fc.assert(fc.property(lists, fc.integer(), isWhole));
});

test('cut short anywhere, a list that has any left has had no fewer turns than another, but for one', () => {
  const isFair = (given: readonly (readonly string[])[], seed: number) => {
    const turns = given.map(() => 0);
    for (const { list } of inRounds(given, createRandom(seed).fraction)) {
      turns[list] = (turns[list] ?? 0) + 1;
      const waiting = turns.filter((taken, index) => taken < (given[index]?.length ?? 0));
      expect(Math.max(...turns)).toBeLessThanOrEqual(Math.min(...waiting, Infinity) + 1);
    }
  };
  fc.assert(fc.property(lists, fc.integer(), isFair));
});

test('each order of the lists is as likely as any other, in the first round and in the next', () => {
  const { fraction } = createRandom(7);
  const rounds = Array.from({ length: 20_000 }, () => {
    const turns = [
      ...inRounds(
        [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
        fraction,
      ),
    ].map(({ list }) => list);
    return turns.join('');
  });
  expect(chiSquare(rounds, 36)).toBeLessThan(93);
});
