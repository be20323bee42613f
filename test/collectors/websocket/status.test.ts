import { expect, test } from 'vitest';
import { toEndpoint } from '../../../src/collectors/websocket/endpoint.ts';
import type { View } from '../../../src/collectors/websocket/state.ts';
import { toEndpointStatus } from '../../../src/collectors/websocket/status.ts';

const target = { name: 'home', region: 'eu-west-1' };
const stage = { apiId: 'a', stage: 'prod', name: 'chat', url: 'https://a.example.com/prod' };
const endpoint = toEndpoint(stage, target, { type: 'intake' });

/** A view whose last pass came to this estimate. */
function view(estimate: { active: number; idle: number; lower: number; upper: number } | undefined): View {
  const sampled = { active: 0, idle: 0, gone: 0, invalid: 0, error: 0 };
  return {
    accountId: '111122223333',
    region: 'eu-west-1',
    endpointId: endpoint.endpointId,
    endpoint,
    up: true,
    error: undefined,
    lastSuccessAt: 0,
    last: { endpoint, endedAtMonotonic: 0, registered: 9, sampled, estimate, confidence: 0.9 },
    counters: undefined,
  };
}

test('an estimate is rounded, and its total stays within its interval', () => {
  const status = toEndpointStatus(view({ active: 1.3, idle: 1.3, lower: 1, upper: 2 }), () => true);
  expect([...status.connections]).toEqual([
    ['active', 1],
    ['idle', 1],
  ]);
  expect(status.estimated).toEqual({ total: 2, lower: 1, upper: 2, confidence: 0.9 });
  const low = toEndpointStatus(view({ active: 0.4, idle: 0, lower: 1, upper: 2 }), () => true);
  expect(low.estimated?.total).toBe(1);
});

test('what is shown by status adds up to the total', () => {
  const shown = (active: number, idle: number, upper: number) => {
    const status = toEndpointStatus(view({ active, idle, lower: 0, upper }), () => true);
    return [status.estimated?.total, ...status.connections.values()];
  };
  expect(shown(161.6, 26.6, 300)).toEqual([188, 162, 26]);
  expect(shown(1.5, 0, 1)).toEqual([1, 1, 0]);
  expect(shown(0, 1.5, 1)).toEqual([1, 0, 1]);
});

test('nothing is said of what is stale, or where nothing answered', () => {
  const stale = toEndpointStatus(view({ active: 1, idle: 1, lower: 2, upper: 2 }), () => false);
  const silent = toEndpointStatus(view(undefined), () => true);
  for (const { connections, estimated } of [stale, silent])
    expect([connections.size, estimated]).toEqual([0, undefined]);
  expect([stale.stale, silent.stale]).toEqual([true, false]);
});
