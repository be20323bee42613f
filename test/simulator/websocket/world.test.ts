import fc from 'fast-check';
import { expect, test } from 'vitest';
import { livelyWebSockets } from '../../../src/simulator/websocket/lively.ts';
import type { ProxyEvent } from '../../../src/simulator/websocket/proxy-event.ts';
import { createWebSocketWorld } from '../../../src/simulator/websocket/world.ts';

const start = Date.UTC(2026, 8, 25, 0, 23, 3, 782);
const hourMs = 60 * 60 * 1000;

function handWorld(options: { seed?: number; isLimited?: boolean } = {}) {
  let now = start;
  const world = createWebSocketWorld({ ...options, now: () => now });
  const events: ProxyEvent[] = [];
  world.listen((event) => events.push(event));
  const advance = (ms: number) => {
    now += ms;
  };
  return { world, events, advance };
}

test('events are those that API Gateway hands to a Lambda function', () => {
  const { world, events, advance } = handWorld();
  world.addApi({ apiId: '34jmzjm04l', region: 'us-east-1', stages: ['dev', 'other'] });
  const id = world.connect('34jmzjm04l', { stage: 'other', sourceIp: '192.0.2.7', userAgent: 'probe' });
  advance(10_000);
  world.talk(id, '{"action":"hello"}');
  advance(10_000);
  world.disconnect(id, { reason: 'probe-complete' });

  expect(id).toMatch(/^[\w-]{18}==$/);
  const host = '34jmzjm04l.execute-api.us-east-1.amazonaws.com';
  const common = {
    messageDirection: 'IN',
    stage: 'other',
    connectedAt: start,
    identity: { userAgent: 'probe', sourceIp: '192.0.2.7' },
    domainName: host,
    connectionId: id,
    apiId: '34jmzjm04l',
    extendedRequestId: expect.stringMatching(/^.{15}=$/),
    requestId: expect.stringMatching(/^.{15}=$/),
  };
  const [connect, message, disconnect] = events;
  expect(connect).toEqual({
    headers: expect.objectContaining({ Host: host, 'User-Agent': 'probe', 'X-Forwarded-For': '192.0.2.7' }),
    multiValueHeaders: expect.objectContaining({ Host: [host] }),
    requestContext: {
      ...common,
      routeKey: '$connect',
      eventType: 'CONNECT',
      requestTime: '25/Sep/2026:00:23:03 +0000',
      requestTimeEpoch: start,
    },
    isBase64Encoded: false,
  });
  expect(message).toEqual({
    requestContext: {
      ...common,
      routeKey: '$default',
      eventType: 'MESSAGE',
      messageId: expect.stringMatching(/^[\w-]{18}==$/),
      requestTime: '25/Sep/2026:00:23:13 +0000',
      requestTimeEpoch: start + 10_000,
    },
    body: '{"action":"hello"}',
    isBase64Encoded: false,
  });
  expect(disconnect).toEqual({
    headers: { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: expect.anything(),
    requestContext: {
      ...common,
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      disconnectStatusCode: 1000,
      disconnectReason: 'probe-complete',
      requestTime: '25/Sep/2026:00:23:23 +0000',
      requestTimeEpoch: start + 20_000,
    },
    isBase64Encoded: false,
  });
});

test('clients come through the domain they called, or the only one there is', () => {
  const { world, events } = handWorld();
  const domains = [{ domain: 'ws.example.com', key: 'chat', stage: 'prod' }];
  world.connect(world.addApi({ domains, isDefaultDisabled: true }));
  const both = world.addApi({ domains });
  world.connect(both);
  world.connect(both, { domain: 'ws.example.com' });
  expect(events.map(({ requestContext }) => requestContext.domainName)).toEqual([
    'ws.example.com',
    `${both}.execute-api.eu-west-1.amazonaws.com`,
    'ws.example.com',
  ]);
});

test('after any moves the truth is who came and did not go, and who was told is who was to be told', () => {
  const move = fc.record({
    kind: fc.constantFrom('connect', 'talk', 'leave', 'vanish'),
    api: fc.nat(1),
    which: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
      const { world, events } = handWorld();
      const apis = [world.addApi(), world.addApi()] as const;
      const alive = new Map<string, string>();
      const expected: string[] = [];
      const all: string[] = [];
      for (const { kind, api, which } of moves) {
        const id = [...alive.keys()][which % Math.max(alive.size, 1)];
        if (kind === 'connect' || id === undefined) {
          const opened = world.connect(apis[api === 0 ? 0 : 1]);
          alive.set(opened, apis[api === 0 ? 0 : 1]);
          all.push(opened);
          expected.push(`CONNECT ${opened}`);
        } else if (kind === 'talk') {
          world.talk(id);
          expected.push(`MESSAGE ${id}`);
        } else {
          world.disconnect(id, { isTold: kind === 'leave' });
          alive.delete(id);
          if (kind === 'leave') expected.push(`DISCONNECT ${id}`);
        }
      }
      expect(events.map(({ requestContext: said }) => `${said.eventType} ${said.connectionId}`)).toEqual(
        expected,
      );
      for (const apiId of apis) {
        expect(world.alive(apiId)).toBe([...alive.values()].filter((home) => home === apiId).length);
        for (const id of all) {
          const known = world.look(apiId, id);
          const shown = typeof known === 'string' ? known : 'alive';
          const isHome = events.some(
            ({ requestContext: said }) => said.connectionId === id && said.apiId === apiId,
          );
          expect(shown).toBe(!isHome ? 'invalid' : alive.has(id) ? 'alive' : 'gone');
        }
      }
    }),
  );
});

test('where limits hold, two hours or ten silent minutes end a connection at that moment, and it is told', () => {
  const { world, events, advance } = handWorld({ isLimited: true });
  const apiId = world.addApi();
  const silent = world.connect(apiId);
  const talker = world.connect(apiId);
  advance(hourMs / 6 - 1);
  world.talk(talker);
  expect(world.alive(apiId)).toBe(2);
  advance(1);
  expect(world.look(apiId, silent)).toBe('gone');
  expect(() => world.talk(silent)).toThrow('no connection');
  for (let n = 0; n < 21; n++) {
    advance(5 * 60_000);
    world.talk(talker);
  }
  expect(world.alive(apiId)).toBe(1);
  advance(10 * 60_000);
  expect(world.alive(apiId)).toBe(0);
  expect(
    events
      .map(({ requestContext: said }) => said)
      .filter(({ eventType }) => eventType === 'DISCONNECT')
      .map((said) => [said.connectionId, said.requestTimeEpoch - start, said.disconnectStatusCode]),
  ).toEqual([
    [silent, hourMs / 6, 1001],
    [talker, 2 * hourMs, 1001],
  ]);
});

test('without limits a connection stays as long as a test likes', () => {
  const { world, advance } = handWorld();
  const apiId = world.addApi();
  world.connect(apiId);
  advance(24 * hourMs);
  expect(world.alive(apiId)).toBe(1);
});

test('what has ended is remembered for a day, so that memory is bounded', () => {
  const { world, advance } = handWorld();
  const apiId = world.addApi();
  const [first, second] = [world.connect(apiId), world.connect(apiId)];
  world.disconnect(first);
  advance(24 * hourMs);
  expect(world.look(apiId, first)).toBe('gone');
  world.disconnect(second);
  expect([world.look(apiId, first), world.look(apiId, second)]).toEqual(['invalid', 'gone']);
});

test('moves that cannot be are refused', () => {
  const { world } = handWorld();
  const apiId = world.addApi();
  const id = world.connect(apiId);
  expect(() => world.connect(apiId, { id })).toThrow('already');
  expect(() => world.addApi({ apiId })).toThrow('already');
  expect(() => world.connect(apiId, { stage: 'nope' })).toThrow('no stage nope');
  expect(() => world.alive('nope')).toThrow('no API');
  world.disconnect(id);
  expect(() => world.disconnect(id)).toThrow('no connection');
  expect(() => world.connect(apiId, { id })).toThrow('already');
});

test('a lively world begins with the living and ghosts registered, and goes on with a quarter of its departures untold', () => {
  for (const seed of [1, 2, 3]) {
    let now = start;
    const { world, current } = livelyWebSockets({ seed, now: () => now });
    const registered = current().map(({ requestContext }) => requestContext);
    expect(world.apis().map(({ name, region, stages }) => [name, region, ...stages])).toEqual([
      ['chat', 'eu-west-1', 'prod'],
      ['dashboards', 'eu-west-1', 'live'],
      ['tracking', 'us-east-1', 'main'],
    ]);
    for (const { apiId } of world.apis()) {
      const here = registered.filter((said) => said.apiId === apiId);
      const seen = here.map(({ connectionId }) => world.look(apiId, connectionId));
      const ghosts = seen.filter((known) => known === 'gone').length;
      expect(seen.length - ghosts).toBe(world.alive(apiId));
      expect(ghosts / seen.length).toBeGreaterThan(0.15);
      expect(ghosts / seen.length).toBeLessThan(0.5);
    }
    expect(registered.length).toBeGreaterThan(300);
    for (const { connectedAt } of registered) {
      expect(connectedAt).toBeLessThanOrEqual(now);
      expect(connectedAt).toBeGreaterThan(now - 2 * hourMs);
    }

    const before = world.apis().reduce((sum, { apiId }) => sum + world.alive(apiId), 0);
    let [connects, told, messages] = [0, 0, 0];
    world.listen(({ requestContext: { eventType } }) => {
      if (eventType === 'CONNECT') connects++;
      else if (eventType === 'DISCONNECT') told++;
      else messages++;
    });
    for (let second = 0; second < 1800; second++) {
      now += 1_000;
      world.step(1);
    }
    const after = world.apis().reduce((sum, { apiId }) => sum + world.alive(apiId), 0);
    const departures = before + connects - after;
    const untoldShare = 1 - told / departures;
    expect(untoldShare).toBeGreaterThan(0.15);
    expect(untoldShare).toBeLessThan(0.35);
    expect(Math.min(connects, departures)).toBeGreaterThan(500);
    expect(messages).toBeGreaterThan(1000);
  }
});

test('equal seeds give equal worlds whether or not anybody listens, other seeds other ones', () => {
  const history = (seed: number, isHeard: boolean) => {
    let now = start;
    const { world } = livelyWebSockets({ seed, now: () => now });
    if (isHeard) world.listen(() => {});
    for (let n = 0; n < 60; n++, now += 2_000) world.step(2);
    return world.apis().map(({ apiId }) => world.connections(apiId));
  };
  expect(history(7, false)).toEqual(history(7, true));
  expect(history(7, false)).not.toEqual(history(8, false));
});
