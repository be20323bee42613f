import { expect, test } from 'vitest';
import { changed } from '../../support/changed-storage.ts';
import { HOME } from '../../support/configuration.ts';
import { said } from '../../support/exporter.ts';
import {
  countersOf,
  ENDPOINT,
  estimateOf,
  fallen,
  sampledOf,
  shows,
  startWebsocketRig,
  websocketValue,
} from '../../support/websocket.ts';

const known = { targets: [{ name: 'home', regions: [HOME.region], account_id: HOME.accountId }] };

test('events are counted within five seconds, without a pass', async () => {
  const { rig, connect, tell } = await startWebsocketRig(known);
  const ids = await connect(3);
  await shows(rig, [3, 0, 0]);
  for (const id of ids.slice(1)) rig.websockets.disconnect(id);
  await tell();
  await shows(rig, [3, 2, 0]);
  const metrics = await rig.metrics();
  expect(websocketValue(metrics, 'up')).toBeUndefined();
  expect(
    metrics.value('aws_connections_exporter_intake_events_total', { event: 'connect', result: 'accepted' }),
  ).toBe(3);
  expect(metrics.value('aws_connections_exporter_passes_total')).toBe(0);
});

test('after a restart counters come from disk at once, and gauges with the first pass', async () => {
  const { rig, connect, tell } = await startWebsocketRig(known);
  const ids = await connect(5);
  await rig.pass();
  rig.websockets.disconnect(ids[0] ?? '');
  await tell();
  const before = await rig.metrics();
  await rig.restart();
  const between = await rig.metrics();
  expect(fallen(before, between)).toEqual([]);
  expect(countersOf(between)).toEqual([5, 1, 0]);
  for (const gauge of ['up', 'registered_connections', 'connections', 'last_success_timestamp_seconds'])
    expect(between.all(`aws_websocket_${gauge}`)).toEqual([]);
  await rig.pass();
  const after = await rig.metrics();
  expect(fallen(between, after)).toEqual([]);
  expect(estimateOf(after)).toMatchObject({ up: 1, registered: 4, active: 4 });
});

test('where the account must be asked for, counters come as soon as it is known', async () => {
  const { rig, connect } = await startWebsocketRig();
  await connect(2);
  await rig.pass();
  await rig.restart();
  expect((await rig.metrics()).series.filter(({ name }) => name.startsWith('aws_websocket_'))).toEqual([]);
  await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([2, 0, 0]);
});

test('no counter that was scraped falls after a crash, whenever it comes', async () => {
  const { rig, connect, tell } = await startWebsocketRig(known);
  let before = await rig.metrics();
  const all: string[] = [];
  for (let round = 0; round < 3; round++) {
    all.push(...(await connect(4)));
    rig.websockets.disconnect(all.shift() ?? '', { isTold: round !== 1 });
    await tell();
    if (round > 0) await rig.pass();
    else await shows(rig, [4, 1, 0]);
    before = await rig.metrics();
    await rig.crash();
    expect(fallen(before, await rig.metrics())).toEqual([]);
  }
  expect(countersOf(before)).toEqual([12, 2, 0]);
  await rig.pass();
  const after = await rig.metrics();
  expect(fallen(before, after)).toEqual([]);
  expect(estimateOf(after)).toMatchObject({ up: 1, registered: 9, active: 9 });
  expect(said(rig.log, 'level=ERROR')).toEqual([]);
});

test('what shutting down finds in memory is on disk: events of the last moment are counted', async () => {
  const { rig, connect } = await startWebsocketRig(known);
  await connect(7);
  await rig.restart();
  expect(countersOf(await rig.metrics())).toEqual([7, 0, 0]);
});

test('a pass that is broken off by shutting down is no pass, and takes nothing back', async () => {
  const { rig, connect } = await startWebsocketRig(known);
  await connect(3);
  await rig.pass();
  const before = await rig.metrics();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: 'GetConnection' });
  await rig.clock.advance(30_000);
  const pass = rig.exporter.runOnce();
  await rig.restart();
  expect(await pass).toBe(false);
  rig.simulator.clearFaults();
  const after = await rig.metrics();
  expect(fallen(before, after)).toEqual([]);
  expect(said(rig.log, 'level=ERROR')).toEqual([]);
  expect(said(rig.log, 'Pass stopped')).toHaveLength(1);
  expect(await rig.pass()).toBe(true);
  expect(sampledOf(await rig.metrics())).toEqual({ active: 3 });
});

test('a folder that cannot be written costs the next start, not this one', async () => {
  let isFull = false;
  const { rig, connect } = await startWebsocketRig({
    ...known,
    wrapStorage: (storage) =>
      changed(storage, {
        write: (...args) => (isFull ? Promise.reject(new Error('no space left')) : storage.write(...args)),
        append: (...args) => (isFull ? Promise.reject(new Error('no space left')) : storage.append(...args)),
      }),
  });
  await connect(2);
  await rig.pass();
  isFull = true;
  await connect(2);
  expect(await rig.pass()).toBe(true);
  expect(countersOf(await rig.metrics())).toEqual([4, 0, 0]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, active: 4 });
  expect(said(rig.log, 'Known connections were not written')).toHaveLength(1);
  expect(said(rig.log, 'Known connections were not written')[0]).toContain(`endpoint_id=${ENDPOINT}`);
  isFull = false;
  await rig.pass();
  await rig.restart();
  expect(countersOf(await rig.metrics())).toEqual([4, 0, 0]);
});
