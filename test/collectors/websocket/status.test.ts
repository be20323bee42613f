import { expect, test } from 'vitest';
import { toEndpoint } from '../../../src/collectors/websocket/endpoint.ts';
import type { LastPass } from '../../../src/collectors/websocket/state.ts';
import { toShown } from '../../../src/collectors/websocket/status.ts';

const target = { name: 'home', region: 'eu-west-1' };
const stage = { apiId: 'a', stage: 'prod', name: 'chat', url: 'https://a.example.com/prod' };
const endpoint = toEndpoint(stage, target, { type: 'intake' });

/** A last pass that came to this estimate. */
function last(estimate: LastPass['estimate']): LastPass {
  const sampled = { active: 0, idle: 0, gone: 0, invalid: 0, error: 0 };
  return { endpoint, endedAtMonotonic: 0, registered: 9, sampled, estimate, confidence: 0.9 };
}

test('an estimate is rounded, and its total stays within its interval', () => {
  const { connections, estimated } = toShown(last({ active: 1.3, idle: 1.3, lower: 1, upper: 2 }));
  expect([...connections]).toEqual([
    ['active', 1],
    ['idle', 1],
  ]);
  expect(estimated).toEqual({ total: 2, lower: 1, upper: 2, confidence: 0.9 });
  expect(toShown(last({ active: 0.4, idle: 0, lower: 1, upper: 2 })).estimated?.total).toBe(1);
});

test('what is shown by status adds up to the total', () => {
  const shown = (active: number, idle: number, upper: number) => {
    const { connections, estimated } = toShown(last({ active, idle, lower: 0, upper }));
    return [estimated?.total, ...connections.values()];
  };
  expect(shown(161.6, 26.6, 300)).toEqual([188, 162, 26]);
  expect(shown(1.5, 0, 1)).toEqual([1, 1, 0]);
  expect(shown(0, 1.5, 1)).toEqual([1, 0, 1]);
});

test('nothing is said of what is stale, or where nothing answered', () => {
  for (const { connections, estimated } of [toShown(undefined), toShown(last(undefined))])
    expect([connections.size, estimated]).toEqual([0, undefined]);
});
