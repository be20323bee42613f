import { expect, onTestFinished, test } from 'vitest';
import { type Item, startDynamoDb } from '../../support/dynalite.ts';
import { said, until } from '../../support/exporter.ts';
import {
  API,
  countersOf,
  ENDPOINT,
  estimateOf,
  lookedUp,
  sampledOf,
  startWebsocketRig,
} from '../../support/websocket.ts';

/** A rig whose ids are the rows of a table, of which the test fills in how it is read. */
async function startFromTable(source: object = {}) {
  const db = await startDynamoDb();
  onTestFinished(() => db.close());
  const { rig } = await startWebsocketRig({
    aws: { endpoint_urls: { dynamodb: db.url } },
    websocket: {
      endpoints: [
        {
          url: `https://${ENDPOINT}`,
          source: {
            type: 'dynamodb',
            table: 'connections',
            key: 'connectionId',
            connected_at: 'connectedAt',
            expires_at: 'ttl',
            refresh: '30s',
            read_capacity_per_second: 10_000,
            ...source,
          },
        },
      ],
    },
    intake: { enabled: false },
  });
  const connect = (count: number) => Array.from({ length: count }, () => rig.websockets.connect(API));
  const row = (id: string, more: Item = {}): Item => ({ connectionId: { S: id }, ...more });
  return { rig, db, connect, row };
}

test('a table that never loses a row: every ghost is found once and missed once, over restarts', async () => {
  const { rig, db, connect, row } = await startFromTable();
  const ids = connect(8);
  for (const id of ids.slice(0, 5)) rig.websockets.disconnect(id);
  await db.fill(
    'connections',
    'connectionId',
    ids.map((id) => row(id)),
  );
  expect(await rig.pass()).toBe(true);
  expect(sampledOf(await rig.metrics())).toEqual({ active: 3, gone: 5 });
  for (let n = 0; n < 5; n++) {
    if (n % 2 === 1) await rig.restart();
    expect(await rig.pass()).toBe(true);
  }
  expect(countersOf(await rig.metrics())).toEqual([undefined, undefined, 5]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 3, active: 3, lower: 3, upper: 3 });
  expect(lookedUp(rig).filter((id) => ids.slice(0, 5).includes(id))).toHaveLength(5);
});

test('expired rows are not looked up, and those of two hours neither', async () => {
  const { rig, db, connect, row } = await startFromTable();
  const [alive = '', expired = '', old = ''] = connect(3);
  const at = Math.floor(rig.clock.now() / 1000);
  await db.fill('connections', 'connectionId', [
    row(alive, { ttl: { N: String(at + 3600) }, connectedAt: { N: String(at - 60) } }),
    row(expired, { ttl: { N: String(at - 1) } }),
    row(old, { connectedAt: { S: new Date((at - 7200) * 1000).toISOString() } }),
  ]);
  expect(await rig.pass()).toBe(true);
  expect(lookedUp(rig)).toEqual([alive]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 1, active: 1 });
});

test('a table that is not there is up 0 with the reason, and looked for again', async () => {
  const { rig, db, connect, row } = await startFromTable();
  expect(await rig.pass()).toBe(false);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 0, registered: undefined });
  const [line = ''] = said(rig.log, 'could not be estimated');
  expect(line).toMatch(
    /dynamodb:Scan failed \(ResourceNotFoundException, HTTP 400\).*check the name of the table/,
  );
  expect((await rig.get('/')).text).toContain('ResourceNotFoundException');
  await db.fill(
    'connections',
    'connectionId',
    connect(2).map((id) => row(id)),
  );
  expect(await rig.pass()).toBe(true);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 2 });
});

test('a table that is throttled is up 0; its registry stays as it was', async () => {
  const { rig, db, connect, row } = await startFromTable();
  await db.fill(
    'connections',
    'connectionId',
    connect(2).map((id) => row(id)),
  );
  await rig.pass();
  const before = await rig.metrics();
  db.throttle(1);
  expect(await rig.pass()).toBe(false);
  expect(estimateOf(await rig.metrics())).toEqual({ ...estimateOf(before), up: 0 });
  expect(said(rig.log, 'could not be estimated')[0]).toContain('read_capacity_per_second');
  expect(await rig.pass()).toBe(true);
});

test('the table is read again only when refresh is over', async () => {
  const { rig, db, connect, row } = await startFromTable({ refresh: '5m' });
  await db.fill(
    'connections',
    'connectionId',
    connect(2).map((id) => row(id)),
  );
  const scans = async () =>
    (await rig.metrics()).value('aws_connections_exporter_aws_requests_total', { operation: 'Scan' });
  for (let n = 0; n < 10; n++) expect(await rig.pass()).toBe(true);
  expect(await scans()).toBe(1);
  await rig.pass();
  expect(await scans()).toBe(2);
});

test('a first reading that takes longer than a pass says how far it is, without an error, and goes on', async () => {
  const { rig, db, connect, row } = await startFromTable({ read_capacity_per_second: 1 });
  // Two rows of 4 KB are a unit: after the first page there is one each second.
  const rows = connect(36).map((id) => row(id, { fat: { S: 'x'.repeat(4_000) } }));
  await db.fill('connections', 'connectionId', rows);
  const name = 'aws_connections_exporter_aws_request_duration_seconds_count';
  const pages = async () => (await rig.metrics()).value(name, { operation: 'Scan' }) ?? 0;
  const first = rig.exporter.runOnce();
  await until(async () => (await pages()) === 1);
  await rig.clock.advance(45_000);
  expect(await first).toBe(false);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 0, registered: undefined });
  expect(said(rig.log, 'could not be estimated')[0]).toMatch(
    /level=INFO .*the first reading of its source is under way: \d+ rows so far/,
  );
  expect((await rig.get('/')).text).toContain('the first reading of its source is under way');

  for (let up: number | undefined = 0; up !== 1; up = estimateOf(await rig.metrics()).up) {
    let isOver = false;
    const next = rig.exporter.runOnce().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const before = await pages();
      await rig.clock.advance(2_000);
      await until(async () => isOver || (await pages()) > before);
    }
    await next;
  }
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 36, active: 36, lower: 36, upper: 36 });
});
