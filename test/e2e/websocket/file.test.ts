import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { said } from '../../support/exporter.ts';
import {
  API,
  countersOf,
  ENDPOINT,
  estimateOf,
  lookedUp,
  sampledOf,
  startWebsocketRig,
} from '../../support/websocket.ts';

/** A rig whose ids are rows of ids.jsonl, and a way to write them. */
async function startFromFile() {
  const { rig } = await startWebsocketRig({
    websocket: { endpoints: [{ url: `https://${ENDPOINT}`, source: { type: 'file', path: 'ids.jsonl' } }] },
    intake: { enabled: false },
  });
  const file = join(rig.folder, 'ids.jsonl');
  const list = (ids: readonly string[]) => writeFile(file, ids.map((id) => `${id}\n`).join(''));
  const connect = (count: number) => Array.from({ length: count }, () => rig.websockets.connect(API));
  return { rig, file, list, connect };
}

test('the ids of a file are looked up, and those that were removed are not', async () => {
  const { rig, list, connect } = await startFromFile();
  const ids = connect(5);
  await list(ids);
  expect(await rig.pass()).toBe(true);
  expect(estimateOf(await rig.metrics())).toEqual({
    up: 1,
    registered: 5,
    active: 5,
    idle: 0,
    lower: 5,
    upper: 5,
  });
  await list(ids.slice(3));
  expect(await rig.pass()).toBe(true);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 2, active: 2 });
  expect(lookedUp(rig)).toHaveLength(7);
  expect(countersOf(await rig.metrics())).toEqual([undefined, undefined, 0]);
  expect((await rig.metrics()).all('aws_websocket_endpoint_info', { source: 'file' })).toHaveLength(1);
});

test('a file that is gone is up 0 with the reason, and its ids stay known until it is back', async () => {
  const { rig, file, list, connect } = await startFromFile();
  const ids = connect(3);
  await list(ids);
  await rig.pass();
  const before = await rig.metrics();
  await rm(file);
  expect(await rig.pass()).toBe(false);
  const during = await rig.metrics();
  expect(estimateOf(during)).toEqual({ ...estimateOf(before), up: 0 });
  const [line = ''] = said(rig.log, 'could not be estimated');
  expect(line).toContain(`reading connection ids from ${file}`);
  expect(line).toContain('ENOENT');
  expect((await rig.get('/')).text).toContain('ids.jsonl');
  await list(ids);
  expect(await rig.pass()).toBe(true);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 3, active: 3 });
});

test('an id that stays in the file after its end is a missed disconnect, once, over restarts', async () => {
  const { rig, file, list, connect } = await startFromFile();
  const ids = connect(4);
  await list(ids);
  for (const id of ids.slice(0, 2)) rig.websockets.disconnect(id);
  await rig.pass();
  expect(sampledOf(await rig.metrics())).toEqual({ active: 2, gone: 2 });
  for (let n = 0; n < 4; n++) {
    // Written anew each time, with the same ids.
    await rm(file);
    await list(ids);
    await rig.restart();
    await rig.pass();
  }
  expect(countersOf(await rig.metrics())).toEqual([undefined, undefined, 2]);
  expect(lookedUp(rig).filter((id) => ids.slice(0, 2).includes(id))).toHaveLength(2);
});

test('an id that is removed within a minute of its end is no missed disconnect', async () => {
  const { rig, list, connect } = await startFromFile();
  const ids = connect(4);
  await list(ids);
  for (const id of ids.slice(0, 2)) rig.websockets.disconnect(id);
  await rig.pass();
  await list(ids.slice(2));
  for (let n = 0; n < 4; n++) await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([undefined, undefined, 0]);
});

test('connect times in the file are believed: the old are not looked up, nor are the young', async () => {
  const { rig, file, connect } = await startFromFile();
  const [old, young, plain] = connect(3);
  const at = rig.clock.now();
  const rows = [
    { connectionId: old, connectedAt: new Date(at - 2 * 3_600_000).toISOString() },
    { connectionId: young, connectedAt: (at + 20_000) / 1000 },
    { connectionId: plain, connectedAt: at - 60_000 },
  ];
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await rig.pass();
  expect(lookedUp(rig)).toEqual([plain]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 2, active: 2, lower: 2, upper: 2 });
});

test('lines that are no ids are counted, and the rest is read', async () => {
  const { rig, list, connect } = await startFromFile();
  await list([...connect(2), '{"connectionId": 7}', 'no id at all']);
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(estimateOf(metrics)).toMatchObject({ registered: 2, active: 2 });
  expect(
    metrics.value('aws_connections_exporter_records_rejected_total', {
      collector: 'websocket',
      field: 'line',
    }),
  ).toBe(2);
});

test('an id that stays in a file that nobody touches is a missed disconnect as well', async () => {
  const { rig, list, connect } = await startFromFile();
  const ids = connect(4);
  await list(ids);
  for (const id of ids.slice(0, 2)) rig.websockets.disconnect(id);
  for (let n = 0; n < 6; n++) await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([undefined, undefined, 2]);
});
