import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Answers, estimate } from '../../../src/collectors/websocket/estimate/estimate.ts';
import { chanceOfAtLeast } from '../../../src/collectors/websocket/estimate/hypergeometric.ts';
import { exactBounds, largeBounds } from '../../support/hypergeometric.ts';

const NOTHING: Answers = {
  population: 0,
  active: 0,
  idle: 0,
  gone: 0,
  invalid: 0,
  fresh: 0,
  confidence: 0.95,
};

function bounds(population: number, drawn: number, found: number, confidence = 0.95) {
  const estimated = estimate({ ...NOTHING, population, active: found, gone: drawn - found, confidence });
  if (!estimated) throw new Error('no estimate');
  return { lower: estimated.lower, upper: estimated.upper };
}

test('the share of the living among the answers is scaled to the population, by status', () => {
  const answers = { active: 60, idle: 20, gone: 15, invalid: 5 };
  expect(estimate({ ...NOTHING, population: 1000, ...answers })).toEqual({
    active: 600,
    idle: 200,
    ...largeBounds(1000, 100, 80, 0.05),
  });
});

test('invalid ids are not alive, and look-ups that failed only make the sample smaller', () => {
  const gone = estimate({ ...NOTHING, population: 50, active: 10, gone: 10 });
  const invalid = estimate({ ...NOTHING, population: 50, active: 10, gone: 3, invalid: 7 });
  expect(invalid).toEqual(gone);
  expect(invalid?.active).toBe(25);
});

test('fresh ids count as active, in the bounds too, and do not widen them', () => {
  const answers = { population: 1000, active: 60, idle: 20, gone: 20 };
  const without = estimate({ ...NOTHING, ...answers });
  const fresh = estimate({ ...NOTHING, ...answers, fresh: 7 });
  if (!without) throw new Error('no estimate');
  const { active, idle, lower, upper } = without;
  expect(fresh).toEqual({ active: active + 7, idle, lower: lower + 7, upper: upper + 7 });
});

test('without a population there are exactly the fresh ones', () => {
  expect(estimate(NOTHING)).toEqual({ active: 0, idle: 0, lower: 0, upper: 0 });
  expect(estimate({ ...NOTHING, fresh: 3 })).toEqual({ active: 3, idle: 0, lower: 3, upper: 3 });
});

test('without an answer nothing is said of a population', () => {
  expect(estimate({ ...NOTHING, population: 1, fresh: 3 })).toBeUndefined();
});

test.each([1, 2, 3, 200, 999, 4_000_000])('all %i answered: exact', (population) => {
  for (const found of [0, 1, Math.floor(population / 3), population - 1, population]) {
    const idle = Math.floor(found / 2);
    const answers = { active: found - idle, idle, gone: population - found };
    const exact = { active: found - idle, idle, lower: found, upper: found };
    expect(estimate({ ...NOTHING, population, ...answers })).toEqual(exact);
  }
});

test.each([
  { active: -1 },
  { idle: Number.NaN },
  { gone: 0.5 },
  { invalid: Number.POSITIVE_INFINITY },
  { population: -1 },
  { fresh: Number.NaN },
  { population: 9, active: 3, idle: 3, gone: 3, invalid: 1 },
  { population: 0, gone: 1 },
  { confidence: 0 },
  { confidence: 1 },
  { confidence: Number.NaN },
])('%o cannot be', (answers) => {
  expect(() => estimate({ ...NOTHING, population: 10, ...answers })).toThrow(RangeError);
});

test.each([
  [0.5, [50n, 100n]],
  [0.8, [20n, 100n]],
  [0.9, [10n, 100n]],
  [0.95, [5n, 100n]],
  [0.99, [1n, 100n]],
] as const)(
  'at a confidence of %f the interval is the one found by trying everything in whole numbers',
  (confidence, level) => {
    for (let population = 1; population <= 25; population++)
      for (let drawn = 1; drawn <= population; drawn++)
        for (let found = 0; found <= drawn; found++)
          expect([population, drawn, found, bounds(population, drawn, found, confidence)]).toEqual([
            population,
            drawn,
            found,
            exactBounds(population, drawn, found, level),
          ]);
  },
);

/** A population, how many of it answered and how many of those are living. */
const findings = (largest: number) =>
  fc
    .integer({ min: 1, max: largest })
    .chain((population) => fc.tuple(fc.constant(population), fc.integer({ min: 1, max: population })))
    .chain(([population, drawn]) =>
      fc.tuple(fc.constant(population), fc.constant(drawn), fc.integer({ min: 0, max: drawn })),
    );

test('in larger populations the interval is the one that sums of factorials give', () => {
  const agrees = ([population, drawn, found]: readonly [number, number, number]) => {
    expect(bounds(population, drawn, found)).toEqual(largeBounds(population, drawn, found, 0.05));
  };
  fc.assert(fc.property(findings(5000), agrees), { numRuns: 300 });
});

test('the bounds are possible, symmetric, rise with the living, and close in with less confidence', () => {
  const holds = ([population, drawn, found]: readonly [number, number, number]) => {
    const { lower, upper } = bounds(population, drawn, found);
    expect(lower).toBeGreaterThanOrEqual(found);
    expect(upper).toBeGreaterThanOrEqual(lower);
    expect(upper).toBeLessThanOrEqual(population - (drawn - found));
    const mirrored = bounds(population, drawn, drawn - found);
    expect([lower, upper]).toEqual([population - mirrored.upper, population - mirrored.lower]);
    if (found < drawn) {
      const next = bounds(population, drawn, found + 1);
      expect(next.lower).toBeGreaterThanOrEqual(lower);
      expect(next.upper).toBeGreaterThanOrEqual(upper);
    }
    const looser = bounds(population, drawn, found, 0.8);
    expect(looser.lower).toBeGreaterThanOrEqual(lower);
    expect(looser.upper).toBeLessThanOrEqual(upper);
    const total = (population * found) / drawn;
    expect(total).toBeGreaterThan(lower - 1);
    expect(total).toBeLessThan(upper + 1);
  };
  fc.assert(fc.property(fc.oneof(findings(200), findings(4_000_000)), holds), { numRuns: 500 });
});

// Reckoned with 40 digits (mpmath: loggamma, then a sum of the terms).
test.each([
  [{ population: 4_000_000, living: 2_000_000, drawn: 2_000_000 }, 1_000_980, 0.025056386610875864],
  [{ population: 4_000_000, living: 2_000_000, drawn: 2_000_000 }, 998_500, 0.9986545293866034],
  [{ population: 4_000_000, living: 3_900_000, drawn: 205_000 }, 200_000, 0.03492089236603579],
  [{ population: 4_000_000, living: 2_000_000, drawn: 200 }, 120, 0.002841978347079305],
  [{ population: 4_000_000, living: 145, drawn: 100_000 }, 1, 0.9745527878043456],
  [{ population: 4_000_000, living: 40, drawn: 3_900_000 }, 39, 0.7357785786521349],
  [{ population: 4_000_000, living: 40, drawn: 3_900_000 }, 0, 1],
  [{ population: 4_000_000, living: 40, drawn: 3_900_000 }, 41, 0],
])('the tail of %o from %i on is right to twelve places', (urn, x, chance) => {
  expect(Math.abs(chanceOfAtLeast(x, urn) - chance)).toBeLessThan(1e-12);
});
