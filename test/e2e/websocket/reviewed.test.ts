import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../../../src/collectors/websocket/ask.ts';
import { changed, gate } from '../../support/changed-storage.ts';
import { HOME } from '../../support/configuration.ts';
import { startDynamoDb } from '../../support/dynalite.ts';
import { said, until } from '../../support/exporter.ts';
import {
  API,
  countersOf,
  estimateOf,
  fallen,
  lookedUp,
  NAMED,
  sampledOf,
  shows,
  startWebsocketRig,
  tellOf,
  websocketSections,
  websocketValue,
} from '../../support/websocket.ts';

const known = { targets: [{ name: 'home', regions: [HOME.region], account_id: HOME.accountId }] };
const FROM_FILE = {
  url: `https://${API}.execute-api.eu-west-1.amazonaws.com/dev`,
  source: { type: 'file', path: 'ids.jsonl' },
};
const HOUR_MS = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;
const EVENTS = 'aws_connections_exporter_intake_events_total';

/** The address of a proxy that passes every request on to `to()`, once `wait` of it is over; it ends with the test. */
async function startProxy(to: () => string, wait: (request: IncomingMessage) => Promise<void>) {
  const proxy = createServer((incoming, response) => {
    const pass = async () => {
      await wait(incoming);
      const { method = 'GET', headers, url = '/' } = incoming;
      const outgoing = request(new URL(url, to()), { method, headers, agent: false }, (answer) => {
        answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    };
    void pass();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test('what was told is not unsaid: no counter falls when a slow disk has events saved while a pass ends', async () => {
  let writes = 0;
  const mended = gate();
  const { rig, connect } = await startWebsocketRig({
    ...known,
    websocket: { endpoints: [NAMED], discover: true },
    wrapStorage: (storage) =>
      changed(storage, {
        async write(name, format, lines) {
          if (name !== 'websocket/held') return storage.write(name, format, lines);
          writes += 1;
          if (writes === 1) await mended.opened;
          await storage.write(name, format, lines);
        },
      }),
  });
  onTestFinished(mended.open);
  rig.simulator.failNext(ALWAYS, 'denied', { action: 'GetApis' });
  const hold = (connectionId: string) =>
    tellOf(rig, { connectionId, eventType: 'CONNECT', apiId: 'f6g7h8i9j0', stage: 'prod' });
  await connect(10);
  await rig.pass();
  await shows(rig, [10, 0, 0]);
  await connect(5);
  await hold('early1=');
  // Saving begins, and hangs.
  await rig.clock.advance(2_000);
  await until(async () => writes === 1);
  await connect(7);
  await rig.exporter.runOnce();
  const before = await rig.metrics();
  expect(countersOf(before)).toEqual([22, 0, 0]);
  mended.open();
  // The next saving begins when the one before has published what it had.
  await hold('early2=');
  await until(async () => {
    await rig.clock.advance(2_000);
    return writes === 2;
  });
  const after = await rig.metrics();
  expect(fallen(before, after)).toEqual([]);
  expect(websocketValue(after, 'lookups_total', { status: 'active' })).toBe(20);
});

test('a target that discovers while the first of its account is slow gives it up to the first, and neither is left out', async () => {
  const asked = gate();
  const answered = gate();
  const sts = await startProxy(
    () => rig.simulator.url,
    () => {
      asked.open();
      return answered.opened;
    },
  );
  const { rig, connect } = await startWebsocketRig({
    targets: [
      { name: 'one', regions: [HOME.region] },
      { name: 'two', regions: [HOME.region], account_id: HOME.accountId },
    ],
    aws: { endpoint_urls: { sts }, request_timeout: '40s' },
    websocket: { endpoints: [], discover: true },
  });
  onTestFinished(answered.open);
  await connect(2);
  await rig.clock.advance(30_000);
  const first = rig.exporter.runOnce();
  await asked.opened;
  // Targets wait five seconds for each other's accounts.
  await rig.clock.advance(6_000);
  await until(async () => lookedUp(rig).length === 2);
  answered.open();
  expect(await first).toBe(true);
  for (let n = 1; n <= 4; n++) {
    const metrics = await rig.metrics();
    expect(estimateOf(metrics)).toMatchObject({ up: 1, registered: n + 1, active: n + 1 });
    expect(countersOf(metrics)).toEqual([n + 1, 0, 0]);
    await connect(1);
    expect(await rig.pass()).toBe(true);
  }
  expect((await rig.metrics()).by('result', EVENTS, { event: 'connect' })).toMatchObject({
    accepted: 6,
    unroutable: 0,
    over_capacity: 0,
  });
});

test('that two targets reach the same account and region is said once', async () => {
  const { rig } = await startWebsocketRig({
    targets: ['one', 'two'].map((name) => ({ name, regions: [HOME.region] })),
    websocket: { endpoints: [], discover: true },
  });
  for (let n = 0; n < 3; n++) expect(await rig.pass()).toBe(true);
  const message =
    'Two targets reach the same account and region; its APIs are discovered once, by one of them';
  const lines = said(rig.log, message);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/level=WARN .*target=two polled_by=one/);
});

test.each(['goes on', 'restarts'] as const)(
  'a table that was last read whole three hours ago is no reason to say that nobody is connected (the exporter %s)',
  async (how) => {
    const db = await startDynamoDb();
    onTestFinished(() => db.close());
    let isHung = false;
    let held = 0;
    const mended = gate();
    const url = await startProxy(
      () => db.url,
      async () => {
        if (!isHung) return;
        held += 1;
        await mended.opened;
      },
    );
    const source = { type: 'dynamodb', table: 'connections', key: 'connectionId', refresh: '30s' };
    const { rig } = await startWebsocketRig({
      ...known,
      aws: { endpoint_urls: { dynamodb: url }, request_timeout: '1h' },
      websocket: { endpoints: [{ ...NAMED, source }] },
      intake: { enabled: false },
    });
    onTestFinished(mended.open);
    const rows = [1, 2].map(() => ({ connectionId: { S: rig.websockets.connect(API) } }));
    await db.fill('connections', 'connectionId', rows);
    expect(await rig.pass()).toBe(true);
    const good = estimateOf(await rig.metrics());
    expect(good).toMatchObject({ up: 1, registered: 2, active: 2 });
    isHung = true;
    await rig.clock.advance(3 * HOUR_MS);
    if (how === 'restarts') await rig.restart();
    for (let n = 1; n <= 2; n++) {
      const pass = rig.exporter.runOnce();
      await until(async () => held >= n);
      await rig.clock.advance(45_000);
      expect(await pass).toBe(false);
      // The last good numbers stay for stale_after, which is long here; a restart forgets them.
      const shown = how === 'restarts' ? {} : good;
      expect(estimateOf(await rig.metrics())).toEqual({ ...shown, up: 0 });
    }
    isHung = false;
    mended.open();
    await rig.pass();
    expect(await rig.pass()).toBe(true);
    expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1 });
  },
);

test('how old and how idle a connection is, is as of its own look-up', async () => {
  const url = await startProxy(
    () => rig.simulator.url,
    () => rig.clock.advance(5_000),
  );
  const { rig, connect } = await startWebsocketRig({
    ...known,
    aws: { endpoint_urls: { 'execute-api': url } },
    websocket: { concurrency: 1, idle_after: '62s' },
  });
  await connect(8);
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  // 35, 40 ... 70 seconds after they came and were last active.
  for (const name of ['connection_age_seconds', 'connection_idle_seconds']) {
    expect(websocketValue(metrics, `${name}_count`)).toBe(8);
    expect(websocketValue(metrics, `${name}_sum`)).toBe(420);
  }
  expect(sampledOf(metrics)).toEqual({ active: 6, idle: 2 });
});

test.each([
  ['on', [NAMED, FROM_FILE], {}, 60],
  ['off', [FROM_FILE], { enabled: false }, 0],
])(
  'after a reload that met a disk that hung, what comes in is saved every second or, with the intake off, never (%s)',
  async (_, endpoints, intake, savings) => {
    let isHung = false;
    const asked = gate();
    const mended = gate();
    const { rig, connect } = await startWebsocketRig({
      ...known,
      websocket: { endpoints: [NAMED, FROM_FILE] },
      wrapStorage: (storage) =>
        changed(storage, {
          async append(...args) {
            if (isHung) {
              asked.open();
              await mended.opened;
            }
            await storage.append(...args);
          },
        }),
    });
    onTestFinished(mended.open);
    await connect(1);
    await shows(rig, [1, 0, 0]);
    isHung = true;
    await connect(1);
    await rig.clock.advance(2_000);
    await asked.opened;
    const sections = websocketSections({ ...known, websocket: { endpoints, sample_size: 10 }, intake });
    let isAnswered = false;
    const reloading = rig.reload(sections).finally(() => {
      isAnswered = true;
    });
    await until(async () => {
      await rig.clock.advance(1_000);
      return isAnswered;
    });
    const { status } = await reloading;
    isHung = false;
    mended.open();
    // One that was refused comes again.
    if (status !== 200) expect(await rig.reload(sections)).toMatchObject({ status: 200 });
    await rig.idle();
    let seen = 0;
    const { after } = rig.clock;
    rig.clock.after = (ms, fn) => {
      if (ms === 1_000) seen += 1;
      return after(ms, fn);
    };
    for (let second = 0; second < 60; second++) await rig.clock.advance(1_000);
    await rig.idle();
    expect(seen).toBe(savings);
  },
);

test('requests that say nothing of an event are counted from nought', async () => {
  const { rig } = await startWebsocketRig();
  const counts = (await rig.metrics()).by('result', EVENTS, { event: 'unknown' });
  expect(counts).toEqual({ unreadable: 0, unauthorized: 0 });
});

test('a check of what is discovered says that looking connections up was not asked', async () => {
  async function* none() {}
  const rows = ask(
    {
      source: {
        accountId: async () => HOME.accountId,
        knownAccount: () => HOME.accountId,
        lookUp: async () => ({ status: 'gone' }),
        apis: none,
        stages: none,
        domains: none,
        mappings: none,
      },
      scan: async () => ({ rows: [], nextKey: undefined, capacityUnits: 0 }),
      readLog: async () => ({ rows: [], next: undefined }),
      queueOf: () => ({ receive: async () => [], remove: async () => [], hasRedrive: async () => false }),
      now: () => 0,
      readerOf: () => undefined,
      endpoints: [],
      discoverOrigin: { type: 'intake' },
      isExcluded: () => false,
    },
    { name: 'home', region: HOME.region },
    new AbortController().signal,
  );
  const verdicts: unknown[] = [];
  for await (const verdict of rows) verdicts.push(verdict);
  expect(verdicts).toEqual([
    expect.objectContaining({ action: 'apigateway:GET', answer: 'allowed' }),
    {
      action: 'execute-api:ManageConnections',
      resource: `arn:aws:execute-api:${HOME.region}:${HOME.accountId}:*/*/GET/@connections/*`,
      answer: 'not asked',
      isFailure: false,
      reason: expect.stringContaining('learned by a pass'),
    },
  ]);
});
