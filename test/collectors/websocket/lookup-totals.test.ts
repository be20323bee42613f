import { expect, test } from 'vitest';
import { LookupTotals } from '../../../src/collectors/websocket/estimate/lookup-totals.ts';
import type { Outcome } from '../../../src/collectors/websocket/estimate/outcome.ts';

const NOW = Date.UTC(2026, 10, 22);
const OPTIONS = { now: NOW, idleAfterMs: 300_000 };

/** A living connection, by how long ago it connected and was active, in milliseconds. */
function alive(connectedMs?: number, activeMs?: number): Outcome {
  const at = (agoMs: number | undefined) => (agoMs === undefined ? undefined : NOW - agoMs);
  return { status: 'alive', connectedAt: at(connectedMs), lastActiveAt: at(activeMs) };
}

function add(totals: LookupTotals, ...outcomes: Outcome[]) {
  return totals.add(new Map(outcomes.map((outcome, index) => [`id ${index}`, outcome])), OPTIONS);
}

test('one pass is counted by status: idle is who was last active longer ago than the limit', () => {
  const counts = add(
    new LookupTotals(),
    alive(1, 300_000),
    alive(1, 300_001),
    alive(),
    { status: 'gone' },
    { status: 'invalid' },
    { status: 'error' },
    { status: 'error' },
  );
  expect(counts).toEqual({ active: 2, idle: 1, gone: 1, invalid: 1, error: 2 });
});

test('age and idle time of the living are observed in seconds, as far as AWS tells them, and none is below zero', () => {
  const totals = new LookupTotals();
  add(totals, alive(30_000, 1_000), alive(30_500, 1_500), alive(-5_000, -5_000), alive(), { status: 'gone' });
  const { age, idle } = totals.state();
  expect(age).toEqual({ counts: [2, 1, 0, 0, 0, 0, 0, 0, 0], sum: 60.5 });
  expect(idle).toEqual({ counts: [2, 1, 0, 0, 0, 0, 0, 0, 0], sum: 2.5 });
});

test('totals add up over passes and go on from what was saved; what was handed out does not change', () => {
  const totals = new LookupTotals();
  add(totals, alive(8_000_000, 700_000));
  const state = totals.state();
  const restored = new LookupTotals(JSON.parse(JSON.stringify(state)));
  expect(add(restored, alive(1_000, 1_000), { status: 'gone' })).toMatchObject({
    active: 1,
    idle: 0,
    gone: 1,
  });
  expect(restored.state()).toEqual({
    lookups: { active: 1, idle: 1, gone: 1, invalid: 0, error: 0 },
    age: { counts: [1, 0, 0, 0, 0, 0, 0, 0, 1], sum: 8_001 },
    idle: { counts: [1, 0, 0, 0, 0, 0, 0, 0, 1], sum: 701 },
  });
  expect(totals.state()).toEqual(state);
  expect(state.lookups).toEqual({ active: 0, idle: 1, gone: 0, invalid: 0, error: 0 });
});
