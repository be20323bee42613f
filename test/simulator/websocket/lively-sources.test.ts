import { expect, test } from 'vitest';
import { createQueueWorld } from '../../../src/simulator/sqs/world.ts';
import { CHAT_LOG_GROUP, livelyWebSockets } from '../../../src/simulator/websocket/lively.ts';
import type { ProxyEvent } from '../../../src/simulator/websocket/proxy-event.ts';
import { feedQueue } from '../../../src/simulator/websocket/queue-feed.ts';

const CHAT = 'c4a7chat01';
const DASHBOARDS = 'd8b2dash02';

function idsOf(events: readonly ProxyEvent[], apiId: string): readonly string[] {
  const own = events.filter(({ requestContext }) => requestContext.apiId === apiId);
  return own.map(({ requestContext }) => requestContext.connectionId).sort();
}

test('a lively world may log the connects of one API and queue those of another, from the first on', () => {
  let now = Date.UTC(2026, 0, 1);
  const { world, current } = livelyWebSockets({ now: () => now, isLogged: true });
  const queues = createQueueWorld({ now: () => now });
  const queue = queues.addQueue({ name: 'dashboards' });
  const stop = feedQueue({ world, apiId: DASHBOARDS, queues, queue }, current());
  const told = [...current()];
  world.listen((event) => told.push(event));
  for (let second = 0; second < 60; second++) {
    now += 1_000;
    world.step(1);
  }
  stop();
  world.connect(DASHBOARDS, { stage: 'live' });
  now += 60_000;
  const [group] = world.logs.groups('111122223333', 'eu-west-1');
  const rows = [...(group?.forward({ timestamp: 0, ingestionTime: 0, number: 0 }, now) ?? [])];
  const logged = rows.map(({ message }) => JSON.parse(message) as { apiId: string; connectionId: string });
  expect(group?.name).toBe(CHAT_LOG_GROUP);
  expect(logged.map(({ connectionId }) => connectionId).sort()).toEqual(idsOf(told, CHAT));
  const queued = queues
    .queue(queue.arn)
    ?.bodies(now)
    .map((body) => JSON.parse(body) as ProxyEvent);
  expect(idsOf(queued ?? [], DASHBOARDS)).toEqual(idsOf(told.slice(0, -1), DASHBOARDS));
  expect(logged.length).toBeGreaterThan(200);
  expect(queued?.length).toBeGreaterThan(150);
});

test('the world goes the same way whether or not anything is logged', () => {
  const living = (isLogged: boolean) => {
    let now = Date.UTC(2026, 0, 1);
    const { world } = livelyWebSockets({ now: () => now, isLogged });
    for (let second = 0; second < 60; second++) {
      now += 1_000;
      world.step(1);
    }
    return world.apis().flatMap(({ apiId }) => world.connections(apiId).map(({ id }) => id));
  };
  expect(living(true)).toEqual(living(false));
});
