import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { feedIntake } from '../../../src/simulator/websocket/feed.ts';
import type { ProxyEvent } from '../../../src/simulator/websocket/proxy-event.ts';
import { createWebSocketWorld } from '../../../src/simulator/websocket/world.ts';

interface Posted {
  readonly request: IncomingMessage;
  readonly said: ProxyEvent['requestContext'];
}

/** An intake that answers with `status` once `ready` has resolved, and remembers what it was told. */
async function listenAsIntake(status: () => number, ready: () => Promise<void> = async () => {}) {
  const posted: Posted[] = [];
  let [underWay, most] = [0, 0];
  const server = createServer(async (request, response) => {
    most = Math.max(most, ++underWay);
    const { requestContext: said } = JSON.parse(await text(request)) as ProxyEvent;
    await ready();
    posted.push({ request, said });
    underWay--;
    response.writeHead(status()).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, posted, most: () => most };
}

test('every event is posted with the token, in order for each connection, few at a time', async () => {
  const { url, posted, most } = await listenAsIntake(() => 200);
  const world = createWebSocketWorld();
  const apiId = world.addApi();
  const feed = feedIntake({ url, token: 'secret', world, lanes: 4 });
  onTestFinished(() => feed.close());
  const ids = Array.from({ length: 50 }, () => world.connect(apiId));
  for (const id of ids) world.talk(id);
  for (const id of ids) world.disconnect(id);
  await feed.settled();

  expect(feed.tally()).toEqual({ accepted: 150, failed: 0 });
  expect(most()).toBeLessThanOrEqual(4);
  for (const { request } of posted) {
    expect([request.method, request.url, request.headers['x-intake-token']]).toEqual([
      'POST',
      '/websocket',
      'secret',
    ]);
  }
  for (const id of ids) {
    const order = posted.filter(({ said }) => said.connectionId === id).map(({ said }) => said.eventType);
    expect(order).toEqual(['CONNECT', 'MESSAGE', 'DISCONNECT']);
  }
});

test('the events of one connection wait for each other', async () => {
  const turns = async () => {
    for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
  };
  const { url, posted, most } = await listenAsIntake(() => 200, turns);
  const world = createWebSocketWorld();
  const feed = feedIntake({ url, world });
  onTestFinished(() => feed.close());
  const id = world.connect(world.addApi());
  for (let n = 0; n < 30; n++) world.talk(id);
  await feed.settled();
  expect([posted.length, most()]).toEqual([31, 1]);
});

test('refusals and failures are counted, and do not stop what follows', async () => {
  let status = 401;
  const { url } = await listenAsIntake(() => status);
  const world = createWebSocketWorld();
  const apiId = world.addApi();
  const feed = feedIntake({ url, world });
  onTestFinished(() => feed.close());
  const id = world.connect(apiId);
  await feed.settled();
  status = 200;
  world.disconnect(id);
  await feed.settled();
  expect(feed.tally()).toEqual({ accepted: 1, failed: 1 });

  const nobody = feedIntake({ url: 'http://127.0.0.1:1', world });
  onTestFinished(() => nobody.close());
  world.connect(apiId);
  await nobody.settled();
  expect(nobody.tally()).toEqual({ accepted: 0, failed: 1 });
});

test('closing ends what is under way and what waits, and listens no longer', async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const { url } = await listenAsIntake(
    () => 200,
    () => {
      arrived();
      return new Promise(() => {});
    },
  );
  const world = createWebSocketWorld();
  const apiId = world.addApi();
  const feed = feedIntake({ url, world, lanes: 1 });
  world.connect(apiId);
  world.connect(apiId);
  await arrival;
  await feed.close();
  world.connect(apiId);
  await feed.settled();
  expect(feed.tally()).toEqual({ accepted: 0, failed: 0 });
});
