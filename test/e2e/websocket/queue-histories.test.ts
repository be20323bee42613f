import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ProxyEvent } from '../../../src/simulator/websocket/proxy-event.ts';
import { type Rig, startRig } from '../../support/exporter.ts';
import { API, countersOf, ENDPOINT, websocketSections, websocketValue } from '../../support/websocket.ts';

const MINUTE = 60_000;
const QUEUE = { type: 'sqs', queue_url: 'https://sqs.eu-west-1.amazonaws.com/111122223333/ws-events' };
/** Longer than a message that was received by a process that died is hidden, and than any is delayed. */
const ALL_VISIBLE_MS = 61_000;
const TICK_MS = 50;

const move = fc.record({
  what: fc.constantFrom(
    'connect',
    'connect',
    'connect',
    'refused',
    'garbage',
    'disconnect',
    'disconnect',
    'pass',
    'pass',
    'fail',
    'outage',
    'undeletable',
    'restart',
    'crash',
  ),
  count: fc.integer({ min: 1, max: 15 }),
  waitMs: fc.constantFrom(0, 1_000, 20_000, MINUTE, 4 * MINUTE),
  delaySeconds: fc.constantFrom(0, 0, 5, 30),
  isDoubled: fc.boolean(),
  fault: fc.constantFrom('throttled', 'internal-error', 'reset-mid-body', 'empty-200', 'html-503'),
  action: fc.constantFrom('ReceiveMessage', 'ReceiveMessage', 'DeleteMessageBatch'),
  ticks: fc.nat(20),
  pick: fc.nat(100),
} as const);
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

async function startHistory() {
  const rig = await startRig({
    ...websocketSections({
      websocket: { endpoints: [{ url: `https://${ENDPOINT}`, source: QUEUE }] },
      intake: { enabled: false },
    }),
    aws: { max_attempts: 1 },
  });
  rig.websockets.addApi({ apiId: API, name: 'chat' });
  return { rig, queue: rig.queues.addQueue({ name: 'ws-events' }) };
}

/** Lets time go on for so many ticks, or until it is done. */
async function goOn(rig: Rig, isDone: () => boolean, ticks = Number.POSITIVE_INFINITY) {
  for (let n = 0; n < ticks && !isDone(); n++) {
    await rig.get('/-/healthy');
    await rig.clock.advance(TICK_MS);
  }
}

/** A pass that is begun, and whether it has ended. */
function begin(rig: Rig) {
  const pass = { isDone: false };
  const ended = rig.exporter.runOnce().finally(() => {
    pass.isDone = true;
  });
  ended.catch(() => {});
  return { ended, isDone: () => pass.isDone };
}

async function whole(rig: Rig): Promise<boolean> {
  await rig.idle();
  const { ended, isDone } = begin(rig);
  await goOn(rig, isDone);
  return ended;
}

async function follow(moves: readonly Move[]) {
  const { rig, queue } = await startHistory();
  const { websockets, queues, simulator, clock } = rig;
  let delaySeconds = 0;
  const sent = { CONNECT: new Set<string>(), DISCONNECT: new Set<string>() };
  websockets.listen((event) => {
    const { eventType, connectionId } = event.requestContext;
    if (eventType !== 'MESSAGE') sent[eventType].add(connectionId);
    queues.send(queue, JSON.stringify(event), delaySeconds);
  });
  const living = () => websockets.connections(API).map(({ id }) => id);

  /** How many ids were told of that type, at least (nothing of them is in the queue any more), and at most. */
  const bounds = (type: 'CONNECT' | 'DISCONNECT') => {
    const waiting = new Set(
      queue.bodies(clock.now()).flatMap((body) => {
        if (!body.startsWith('{"')) return [];
        const { requestContext } = JSON.parse(body) as Partial<ProxyEvent>;
        return requestContext?.eventType === type ? [requestContext.connectionId] : [];
      }),
    );
    return [sent[type].size - waiting.size, sent[type].size] as const;
  };
  let before: readonly (number | undefined)[] = [];
  const check = async () => {
    const metrics = await rig.metrics();
    const counters = countersOf(metrics);
    // Nothing is published of a queue before it has been read to its end once, whatever was deleted by then.
    if (counters.every((value) => value === undefined)) {
      expect(before).toEqual([]);
      return;
    }
    const [opened = Number.NaN, closed = Number.NaN, missed] = counters;
    for (const [value, [least, most]] of [
      [opened, bounds('CONNECT')],
      [closed, bounds('DISCONNECT')],
    ] as const) {
      expect(value).toBeGreaterThanOrEqual(least);
      expect(value).toBeLessThanOrEqual(most);
    }
    expect(missed).toBe(0);
    for (const [index, value] of counters.entries()) expect(value).toBeGreaterThanOrEqual(before[index] ?? 0);
    before = counters;
  };
  /** Reads all that AWS holds: then what is counted and known is the truth. */
  const settle = async () => {
    simulator.clearFaults();
    let isWhole = false;
    // The first that reads a queue to its end may have no time left for look-ups, and what was to be undeletable still is.
    for (let tries = 0; tries < 5 && !isWhole; tries++) {
      await clock.advance(ALL_VISIBLE_MS);
      isWhole = await whole(rig);
    }
    if (!isWhole) throw new Error(rig.log.slice(-5).join('\n'));
    await check();
    const metrics = await rig.metrics();
    expect(queue.bodies(clock.now())).toEqual([]);
    expect(countersOf(metrics)).toEqual([sent.CONNECT.size, sent.DISCONNECT.size, 0]);
    expect(websocketValue(metrics, 'registered_connections')).toBe(living().length);
  };

  for (const step of moves) {
    const { what, count, waitMs, isDoubled, fault, action, ticks, pick } = step;
    delaySeconds = step.delaySeconds;
    await clock.advance(waitMs);
    for (const { id, connectedAt } of websockets.connections(API))
      if (clock.now() - connectedAt > 60 * MINUTE) websockets.disconnect(id);
    if (isDoubled) queues.plague('duplicate', count);
    if (what === 'connect') for (let n = 0; n < count; n++) websockets.connect(API);
    else if (what === 'refused')
      queues.send(queue, JSON.stringify({ connectionId: `no${pick}=`, eventType: 'CONNECT', status: '403' }));
    else if (what === 'garbage') queues.send(queue, 'what is this?');
    else if (what === 'disconnect')
      for (const id of living().slice(pick % 10, (pick % 10) + count)) websockets.disconnect(id);
    else if (what === 'pass') await whole(rig);
    else if (what === 'fail') {
      simulator.failNext(1, fault, { action });
      await whole(rig);
    } else if (what === 'outage') {
      simulator.failNext(Number.POSITIVE_INFINITY, fault, { action });
      for (let minutes = 0; minutes < 3; minutes++) {
        await clock.advance(MINUTE);
        await whole(rig);
        await check();
      }
    } else if (what === 'undeletable') {
      queues.plague('undeletable', (count % 3) + 1);
      await whole(rig);
    } else {
      // In the middle of a pass: what it has not deleted by then it never deletes.
      const { ended, isDone } = begin(rig);
      await goOn(rig, isDone, ticks);
      if (what === 'restart') await rig.restart();
      else {
        const allow = simulator.deny('DeleteMessageBatch');
        await rig.crash();
        allow();
      }
      await ended.catch(() => false);
      // What the process before had received is hidden from this one: all that it knows of it is on disk.
      await whole(rig);
    }
    simulator.clearFaults();
    await check();
    if (pick % 4 === 0) await settle();
  }
  await settle();
  return [sent.CONNECT.size, sent.DISCONNECT.size] as const;
}

test('whatever is late, doubled, out of order, refused or interrupted, what a queue told is the truth', async () => {
  let [opened, closed] = [0, 0];
  const property = fc.asyncProperty(fc.array(move, { maxLength: 25, size: 'max' }), async (moves) => {
    const [connects, disconnects] = await follow(moves);
    opened = Math.max(opened, connects);
    closed = Math.max(closed, disconnects);
  });
  await fc.assert(property, { numRuns: 8 });
  // The histories are such that there is something to count.
  expect([opened > 10, closed > 5]).toEqual([true, true]);
}, 300_000);
