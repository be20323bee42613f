import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawSample } from '../../../src/collectors/websocket/estimate/sample.ts';
import { Registry } from '../../../src/collectors/websocket/registry/registry.ts';
import { createRandom } from '../../../src/simulator/wire/random.ts';
import { START } from '../../support/registry-disk.ts';

const MINUTE = 60_000;
const NOW = START + 10 * MINUTE;
/** Enough for several pages and several steps of counting. */
const MANY = 300_000;

/** What can happen to an id before it is counted, and whether it can be drawn then. */
const LIVES = [
  { isDrawable: true, happen: [['connect', 0]] },
  { isDrawable: false, happen: [['connect', 10 * MINUTE - 1]] },
  {
    isDrawable: false,
    happen: [
      ['connect', 0],
      ['disconnect', MINUTE],
    ],
  },
  { isDrawable: false, happen: [['disconnect', 0]] },
  { isDrawable: true, happen: [['message', 0]] },
] as const;

function live(registry: Registry, connectionId: string, life: number): boolean {
  const { isDrawable, happen } = LIVES[life % LIVES.length] ?? LIVES[0];
  for (const [type, at] of happen)
    registry.take({ type, connectionId, connectedAt: undefined }, START + at, () => true);
  return isDrawable;
}

function toEnd<T>(steps: Generator<void, T>, between: (step: number) => void = () => {}): T {
  for (let step = 0; ; step += 1) {
    const { done, value } = steps.next();
    if (done) return value;
    between(step);
  }
}

test('what is drawn is what drawing from a list of all that can be drawn would give', () => {
  const isSame = (lives: readonly number[], size: number, seed: number) => {
    const registry = new Registry('events');
    const drawable = [...lives.keys()]
      .map((n) => `id${n}=`)
      .filter((id, n) => live(registry, id, lives[n] ?? 0));
    const drawn = toEnd(registry.drawing(size, NOW, createRandom(seed).fraction));
    const open = lives.filter((life) => life % LIVES.length <= 1 || life % LIVES.length === 4).length;
    expect(drawn).toEqual({
      population: drawable.length,
      young: open - drawable.length,
      ids: drawSample(drawable, size, createRandom(seed).fraction),
    });
  };
  fc.assert(fc.property(fc.array(fc.nat(99), { maxLength: 200, size: 'max' }), fc.nat(60), fc.nat(), isSame));
});

test('of many pages too, as many as there are', () => {
  const registry = new Registry('events');
  const drawable: string[] = [];
  for (let n = 0; n < 20_000; n += 1) if (live(registry, `id${n}=`, n)) drawable.push(`id${n}=`);
  for (const size of [3, 5_000, Number.POSITIVE_INFINITY]) {
    const { population, ids } = toEnd(registry.drawing(size, NOW, createRandom(1).fraction));
    expect(population).toBe(drawable.length);
    expect(ids).toEqual(drawSample(drawable, size, createRandom(1).fraction));
  }
});

test('what happens between the steps is taken into account: the draw is as of its end', () => {
  const registry = new Registry('events');
  for (let n = 0; n < MANY; n += 1)
    registry.take({ type: 'message', connectionId: `id${n}=`, connectedAt: undefined }, START, () => true);
  let steps = 0;
  const { population, young, ids } = toEnd(
    registry.drawing(Number.POSITIVE_INFINITY, NOW, () => 0),
    (step) => {
      steps += 1;
      for (const n of [0, 1, MANY - 1])
        registry.take(
          { type: 'disconnect', connectionId: `id${n + 10 * step}=`, connectedAt: undefined },
          NOW,
          () => true,
        );
      registry.take(
        { type: 'connect', connectionId: `new${step}=`, connectedAt: undefined },
        NOW,
        () => true,
      );
      registry.take({ type: 'message', connectionId: `old${step}=`, connectedAt: START }, NOW, () => true);
    },
  );
  expect(steps).toBeGreaterThan(0);
  expect([population, young]).toEqual([registry.open - steps, steps]);
  expect(ids).toHaveLength(population);
  expect(new Set(ids).size).toBe(population);
  expect(ids.filter((id) => id === 'id0=' || id.startsWith('new'))).toEqual([]);
  expect(ids.filter((id) => id.startsWith('old'))).toHaveLength(steps);
});
