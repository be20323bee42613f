import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changed, gate } from '../../support/changed-storage.ts';
import { HOME } from '../../support/configuration.ts';
import { startDynamoDb } from '../../support/dynalite.ts';
import { type Rig, said, until } from '../../support/exporter.ts';
import {
  API,
  countersOf,
  ENDPOINT,
  estimateOf,
  lookedUp,
  NAMED,
  shows,
  startWebsocketRig,
  tellOf,
  websocketSections,
} from '../../support/websocket.ts';

const known = { targets: [{ name: 'home', regions: [HOME.region], account_id: HOME.accountId }] };
const discover = { ...known, websocket: { endpoints: [], discover: true } };
const DEV = `${API}.execute-api.eu-west-1.amazonaws.com/dev`;
const BOTH = { endpoints: [NAMED, { ...NAMED, url: `https://${DEV}` }] };
const HOUR_MS = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;
const ANSWERED = 'aws_connections_exporter_aws_request_duration_seconds_count';

async function eventsOf(rig: Rig) {
  const name = 'aws_connections_exporter_intake_events_total';
  const { accepted, over_capacity: refused } = (await rig.metrics()).by('result', name, { event: 'connect' });
  return { accepted, refused };
}

test('an endpoint that is no longer named leaves its room to others, and comes back as it was', async () => {
  const { rig, connect } = await startWebsocketRig({
    ...known,
    websocket: BOTH,
    intake: { max_connections: 3 },
  });
  rig.websockets.removeApi(API);
  rig.websockets.addApi({ apiId: API, stages: ['prod', 'dev'] });
  const ids = await connect(2, { stage: 'dev' });
  await connect(1);
  await rig.pass();
  const reload = async (websocket: object, intake: object) => {
    expect(await rig.reload(websocketSections({ ...known, websocket, intake }))).toMatchObject({
      status: 200,
    });
    await rig.idle();
  };
  await reload({}, { max_connections: 3 });
  await connect(2);
  expect(await eventsOf(rig)).toEqual({ accepted: 5, refused: 0 });
  await reload(BOTH, { max_connections: 9 });
  const before = lookedUp(rig).length;
  await rig.pass();
  const metrics = await rig.metrics();
  expect(countersOf(metrics, DEV)).toEqual([2, 0, 0]);
  expect(estimateOf(metrics, DEV)).toMatchObject({ up: 1, registered: 2, active: 2 });
  expect(lookedUp(rig).slice(before)).toEqual(expect.arrayContaining([...ids]));
  expect(countersOf(metrics)).toEqual([3, 0, 0]);
});

test.each(['restart', 'crash'] as const)(
  'events that came before the first discovery outlive a reload and a %s, in their order and with their time',
  async (end) => {
    let writing = 0;
    const { rig } = await startWebsocketRig({
      ...discover,
      wrapStorage: (storage) =>
        changed(storage, {
          write(...args) {
            writing += 1;
            return storage.write(...args).finally(() => {
              writing -= 1;
            });
          },
        }),
    });
    // What is being saved when an event comes has to end before that event is saved.
    const saved = async () => {
      for (let n = 0; n < 2; n++) {
        await rig.clock.advance(2_000);
        await until(async () => writing === 0);
      }
    };
    const file = join(rig.folder, 'data/websocket/held');
    const tell = (connectionId: string, eventType: 'CONNECT' | 'DISCONNECT') =>
      tellOf(rig, { connectionId, eventType, apiId: API, stage: 'prod' });
    const [left = '', stays = '', young = ''] = [1, 2, 3].map(() => rig.websockets.connect(API));
    rig.simulator.failNext(ALWAYS, 'denied', { action: 'GetApis' });
    await tell(left, 'CONNECT');
    await tell(stays, 'CONNECT');
    await tell(left, 'DISCONNECT');
    await saved();
    expect(await readFile(file, 'utf8')).toContain(stays);
    expect((await rig.reload(websocketSections(discover))).status).toBe(200);
    await rig.idle();
    await rig.clock.advance(10_000);
    await tell(young, 'CONNECT');
    await saved();
    expect(await readFile(file, 'utf8')).toContain(young);
    await rig[end]();
    rig.simulator.clearFaults();
    await rig.clock.advance(12_000);
    expect(await rig.exporter.runOnce()).toBe(true);
    expect(countersOf(await rig.metrics())).toEqual([3, 1, 0]);
    // The young one is not 30 seconds old.
    expect(lookedUp(rig)).toEqual([stays]);
    await rig.clock.advance(4_000);
    await until(async () => !existsSync(file));
  },
);

test('no more events wait than max_connections', async () => {
  const { rig, connect } = await startWebsocketRig({ ...discover, intake: { max_connections: 2 } });
  await connect(3);
  expect(await eventsOf(rig)).toEqual({ accepted: 2, refused: 1 });
  await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([2, 0, 0]);
});

test('an event is not overtaken by one that comes when its endpoint is known, and another is not yet', async () => {
  const isReading = gate();
  const isRead = gate();
  const { rig, connect } = await startWebsocketRig({
    ...discover,
    wrapStorage: (storage) =>
      changed(storage, {
        async readContent(name, ...more) {
          if (name.includes('_dev_')) {
            isReading.open();
            await isRead.opened;
          }
          return storage.readContent(name, ...more);
        },
      }),
  });
  rig.websockets.removeApi(API);
  rig.websockets.addApi({ apiId: API, stages: ['prod', 'dev'] });
  const [id = ''] = await connect(1);
  const pass = rig.pass();
  await isReading.opened;
  await tellOf(rig, { connectionId: id, eventType: 'DISCONNECT', apiId: API, stage: 'prod' });
  isRead.open();
  expect(await pass).toBe(true);
  expect(countersOf(await rig.metrics())).toEqual([1, 1, 0]);
});

test('while the account is not known, those of two hours make room', async () => {
  const { rig, connect } = await startWebsocketRig({ intake: { max_connections: 2 } });
  rig.simulator.failNext(ALWAYS, 'denied', { action: 'GetCallerIdentity' });
  await connect(2);
  expect(await rig.pass()).toBe(false);
  await connect(1);
  expect(await eventsOf(rig)).toEqual({ accepted: 2, refused: 1 });
  await rig.clock.advance(2 * HOUR_MS);
  await until(async () => {
    await rig.clock.advance(2_000);
    await connect(1);
    return (await eventsOf(rig)).accepted === 3;
  });
});

test('a disk that refused a journal before there was one, and takes it again, is said to be well again', async () => {
  let isBroken = false;
  const { rig, connect } = await startWebsocketRig({
    ...known,
    wrapStorage: (storage) =>
      changed(storage, {
        async append(name, lines) {
          if (!isBroken) return storage.append(name, lines);
          // Where a folder stands there can be no file.
          await mkdir(join(rig.folder, 'data', name));
          await storage.append(name, lines).finally(() => rmdir(join(rig.folder, 'data', name)));
        },
      }),
  });
  const isWell = async () =>
    (await rig.metrics()).value('aws_connections_exporter_storage_last_write_successful');
  await connect(1);
  await shows(rig, [1, 0, 0]);
  expect(await isWell()).toBe(1);
  isBroken = true;
  await connect(1);
  await shows(rig, [2, 0, 0]);
  expect(await isWell()).toBe(0);
  isBroken = false;
  await connect(1);
  await shows(rig, [3, 0, 0]);
  expect(await isWell()).toBe(1);
});

test.each(['plain', 'encoded', 'in an ARN'])(
  'ids that an answer repeats (%s) reach no line of the log and no page',
  async (how) => {
    const id = 'L0SM9cOFvHcCIhw=';
    const resource = `arn:aws:execute-api:eu-west-1:********1111:${API}/prod/GET/@connections`;
    const texts: Readonly<Record<string, string>> = {
      plain: `no way to ${id}: ${id}`,
      encoded: `no way to /prod/@connections/${encodeURIComponent(id)}`,
      'in an ARN': `not authorized to perform: execute-api:ManageConnections on resource: ${resource}/${id}`,
    };
    const proxy = createServer((_request, response) => {
      const body = JSON.stringify({ message: texts[how] });
      response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end(body);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { rig } = await startWebsocketRig({ ...known, aws: { endpoint_urls: { 'execute-api': url } } });
    await tellOf(rig, { connectionId: id, eventType: 'CONNECT' });
    expect(await rig.pass()).toBe(false);
    const lines = rig.log.filter((line) => !line.includes('level=DEBUG')).join('\n');
    const page = (await rig.get('/')).text;
    for (const text of [lines, page]) {
      expect(text).toContain('[id]');
      expect(text).not.toContain('L0SM9cOFvHcCIhw');
    }
  },
);

test('targets that are discovered at the same time take turns at the file of what was discovered', async () => {
  let atATime = 0;
  let most = 0;
  const { rig } = await startWebsocketRig({
    ...discover,
    targets: [{ name: 'home', regions: [HOME.region, 'us-east-1'], account_id: HOME.accountId }],
    wrapStorage: (storage) =>
      changed(storage, {
        async write(name, format, lines) {
          if (name !== 'websocket/discovered') return storage.write(name, format, lines);
          most = Math.max(most, ++atATime);
          // Both have been discovered by then, and whoever would write as well is here.
          await until(async () => (await rig.metrics()).value(ANSWERED, { operation: 'GetStages' }) === 2);
          await storage.write(name, format, lines);
          atATime -= 1;
        },
      }),
  });
  rig.websockets.addApi({ apiId: 'u1u1u1u1u1', region: 'us-east-1' });
  expect(await rig.pass()).toBe(true);
  expect(most).toBe(1);
  expect(said(rig.log, 'was not written')).toEqual([]);
  const text = await readFile(join(rig.folder, 'data/websocket/discovered'), 'utf8');
  expect(text).toContain(API);
  expect(text).toContain('u1u1u1u1u1');
});

test('a discovery that hangs leaves time for the endpoints known before', async () => {
  const { rig, connect } = await startWebsocketRig({
    ...discover,
    aws: { request_timeout: '1h' },
  });
  await connect(3);
  await rig.pass();
  rig.simulator.failNext(ALWAYS, 'hang', { action: 'GetApis' });
  await rig.clock.advance(5 * 60_000);
  const apis = () => rig.simulator.requests().filter(({ action }) => action === 'GetApis').length;
  const before = apis();
  const pass = rig.exporter.runOnce();
  await until(async () => apis() > before);
  // Of 50 seconds.
  await rig.clock.advance(15_000);
  expect(await pass).toBe(false);
  expect(lookedUp(rig)).toHaveLength(6);
  expect(estimateOf(await rig.metrics(), ENDPOINT)).toMatchObject({ up: 1, registered: 3 });
});

test.each([
  ['nothing else', { sample_size: 10 }],
  ['the endpoints', { endpoints: [{ ...NAMED, url: `https://${DEV}` }] }],
])(
  'while a disk hangs, a reload that changes %s is refused in time, and events still come in',
  async (_, websocket) => {
    let isHung = false;
    const asked = gate();
    const mended = gate();
    const { rig, connect } = await startWebsocketRig({
      ...known,
      wrapStorage: (storage) =>
        changed(storage, {
          append(...args) {
            if (!isHung) return storage.append(...args);
            asked.open();
            return mended.opened;
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
    let status: number | undefined;
    const reloading = rig.reload(websocketSections({ ...known, websocket })).then((answer) => {
      status = answer.status;
      return answer;
    });
    for (let second = 0; second < 10 && status === undefined; second++) {
      await rig.clock.advance(1_000);
      for (let n = 0; n < 5; n++) await rig.get('/-/healthy');
    }
    expect(await reloading).toMatchObject({
      status: 400,
      text: expect.stringContaining('the disk does not answer'),
    });
    await tellOf(rig, { connectionId: 'after=', eventType: 'CONNECT' });
    expect(said(rig.log, 'The disk does not answer')).toHaveLength(1);
  },
);

test('a first reading that takes long keeps no other endpoint from being looked up in the same pass', async () => {
  const db = await startDynamoDb();
  onTestFinished(() => db.close());
  const source = { type: 'dynamodb', table: 'connections', key: 'connectionId', read_capacity_per_second: 1 };
  const { rig, connect } = await startWebsocketRig({
    ...known,
    aws: { endpoint_urls: { dynamodb: db.url } },
    websocket: { endpoints: [NAMED, { url: `https://${DEV}`, source }] },
  });
  // Two rows of 4 KB are a unit: after the first page there is one each second, and the pass has 50.
  const rows = Array.from({ length: 200 }, (_, n) => ({
    connectionId: { S: `slow${n}=` },
    fat: { S: 'x'.repeat(4_000) },
  }));
  await db.fill('connections', 'connectionId', rows);
  await connect(3);
  await rig.clock.advance(30_000);
  const pass = rig.exporter.runOnce();
  await until(async () => (await rig.metrics()).value(ANSWERED, { operation: 'Scan' }) === 1);
  // A fifth of the pass is what look-ups wait for readings.
  await rig.clock.advance(10_000);
  await until(async () => lookedUp(rig).length === 3);
  await rig.clock.advance(35_000);
  expect(await pass).toBe(false);
  const metrics = await rig.metrics();
  expect(estimateOf(metrics)).toMatchObject({ up: 1, registered: 3, active: 3 });
  expect(estimateOf(metrics, DEV)).toMatchObject({ up: 0, registered: undefined });
});
