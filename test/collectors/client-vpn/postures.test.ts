import { expect, test } from 'vitest';
import { foldPostures } from '../../../src/collectors/client-vpn/postures.ts';

/** `posture 1` with one connection, `posture 2` with two, and so on. */
function postures(count: number): [string, number][] {
  return Array.from({ length: count }, (_, index) => [`posture ${index + 1}`, index + 1]);
}

test('twenty postures are shown by themselves', () => {
  const all = new Map(postures(20));
  expect(foldPostures(all)).toEqual({ values: all, folded: 0 });
});

test('past twenty the rarest are _other together', () => {
  const { values, folded } = foldPostures(new Map(postures(23)));
  expect(folded).toBe(3);
  expect(values).toEqual(new Map([...postures(23).slice(3), ['_other', 1 + 2 + 3]]));
});

test.each([
  ['frequent', 100, 1 + 2 + 3, 3],
  ['rare', 0.5, 1 + 2, 3],
])('a %s posture that is really named _other is added to the rest', (_, connections, rest, folded) => {
  const all = new Map<string, number>([...postures(22), ['_other', connections]]);
  const result = foldPostures(all);
  expect(result.folded).toBe(folded);
  expect(result.values.get('_other')).toBe(connections + rest);
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
  expect(sum(result.values.values())).toBe(sum(all.values()));
});

test('of postures as frequent as each other the first by name are shown', () => {
  const all = new Map(
    Array.from({ length: 22 }, (_, index) => [String.fromCharCode(118 - index), 1] as const),
  );
  const { values } = foldPostures(all);
  expect([...values.keys()]).toEqual([...'abcdefghijklmnopqrst', '_other']);
});
