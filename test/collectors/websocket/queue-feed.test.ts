import { expect, test } from 'vitest';
import { QueueFeed } from '../../../src/collectors/websocket/feeds/queue-feed.ts';
import { Registry } from '../../../src/collectors/websocket/registry/registry.ts';
import { USUAL_KEYS } from '../../../src/event-forms/access-log-row.ts';
import { createHandClock } from '../../support/hand-clock.ts';

const NEVER = new AbortController().signal;
const HOUR = 60 * 60_000;

/** A feed of a queue that always has ten messages for who asks, sent so long before; every call takes 100 ms. */
function setUp(agesMs: readonly number[]) {
  const clock = createHandClock();
  const registry = new Registry('queue');
  let sent = 0;
  const feed = new QueueFeed({
    name: 'ws-events',
    keys: USUAL_KEYS,
    clock,
    queue: {
      async receive() {
        await clock.advance(100);
        return Array.from({ length: 10 }, (_, n) => {
          const sentAt = clock.now() - (agesMs[n % agesMs.length] ?? 0);
          const body = JSON.stringify({ connectionId: `c${sent++}`, eventType: 'CONNECT' });
          return { body, handle: 'h', sentAt };
        });
      },
      remove: async () => [],
      hasRedrive: async () => false,
    },
    open: async () => [{ registry }],
    tell: (event, at) => registry.take(event, at, () => true, clock.now()),
    save: async () => true,
    onEvent: () => {},
  });
  return { clock, registry, feed };
}

test('a queue with more for every call is read to its end once all that comes was sent after the turn began', async () => {
  const { clock, registry, feed } = setUp([20, 10]);
  expect(await feed.turn(NEVER, true)).toBe(true);
  expect(feed.status).toMatchObject({ isComplete: true, delayMs: 10 });
  const { listedAt = 0, opened } = registry.state();
  expect(opened).toBe(feed.status.rows);
  // What a process received that died comes back within a minute.
  expect(clock.now() - listedAt).toBeLessThan(61_000);
});

test('of a queue that stays behind every turn ends within seconds, and says that there is more', async () => {
  const { clock, registry, feed } = setUp([HOUR, 10]);
  const beganAt = clock.now();
  for (let turns = 1; turns <= 3; turns += 1) {
    expect(await feed.turn(NEVER, true)).toBe(true);
    expect(clock.now() - beganAt).toBeLessThan(turns * 12_000);
  }
  expect(feed.status).toMatchObject({ isComplete: false, delayMs: 10 });
  expect(registry.state()).toMatchObject({ listedAt: undefined, opened: registry.size });
  expect(registry.size).toBeGreaterThan(3 * 80);
});

test('few messages of many say nothing of the others: only a call that finds none says that all are read', async () => {
  const clock = createHandClock();
  const registry = new Registry('queue');
  const sentAt = clock.now() - HOUR;
  const waiting = Array.from({ length: 40 }, (_, n) => ({
    body: JSON.stringify({ connectionId: `c${n}`, eventType: 'CONNECT' }),
    handle: 'h',
    sentAt,
  }));
  const feed = new QueueFeed({
    name: 'ws-events',
    keys: USUAL_KEYS,
    clock,
    queue: {
      receive: async () => waiting.splice(0, 3),
      remove: async () => [],
      hasRedrive: async () => false,
    },
    open: async () => [{ registry }],
    tell: (event, at) => registry.take(event, at, () => true, clock.now()),
    save: async () => true,
    onEvent: () => {},
  });
  expect(await feed.turn(NEVER, true)).toBe(true);
  expect([waiting.length, feed.status.isComplete, registry.state().opened]).toEqual([0, true, 40]);
});
