import { expect, test } from 'vitest';
import {
  countersOf,
  estimateOf,
  lookedUp,
  startWebsocketRig,
  tellOf,
  type WebsocketRig,
} from '../../support/websocket.ts';

const HOUR = 3_600_000;

/** Ends connections without a word, and runs the pass that finds it out. */
async function vanish({ rig }: WebsocketRig, ids: readonly string[]) {
  for (const id of ids) rig.websockets.disconnect(id, { isTold: false });
  await rig.pass();
}

async function missed({ rig }: WebsocketRig) {
  return countersOf(await rig.metrics())[2];
}

test('disconnects that nobody told are missed after more than 60 seconds, once each', async () => {
  const all = await startWebsocketRig();
  const { rig, connect } = all;
  await vanish(all, (await connect(10)).slice(0, 4));
  expect(await missed(all)).toBe(0);
  await rig.pass();
  await rig.pass();
  expect(await missed(all)).toBe(0);
  await rig.clock.advance(1);
  await rig.exporter.runOnce();
  expect(await missed(all)).toBe(4);
  for (let n = 0; n < 3; n++) await rig.pass();
  expect(await missed(all)).toBe(4);
});

test('over restarts and a crash each is missed once', async () => {
  const all = await startWebsocketRig();
  const { rig, connect } = all;
  const ids = await connect(6);
  await vanish(all, ids.slice(0, 2));
  await rig.restart();
  await vanish(all, ids.slice(2, 4));
  await rig.restart();
  for (let n = 0; n < 4; n++) await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([6, 0, 4]);
  await rig.crash();
  for (let n = 0; n < 4; n++) await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([6, 0, 4]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 2, active: 2 });
});

test('time in which the exporter was down counts as well', async () => {
  const all = await startWebsocketRig();
  const { rig, connect } = all;
  await vanish(all, await connect(2));
  await rig.restart();
  await rig.clock.advance(HOUR);
  await rig.exporter.runOnce();
  expect(await missed(all)).toBe(2);
});

test('a disconnect told within 60 seconds is not missed', async () => {
  const all = await startWebsocketRig();
  const { rig, connect } = all;
  const [id = ''] = await connect(1);
  await vanish(all, [id]);
  await rig.clock.advance(60_000);
  await tellOf(rig, { connectionId: id, eventType: 'DISCONNECT' });
  for (let n = 0; n < 4; n++) await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([1, 1, 0]);
});

test('a disconnect told later is missed all the same, and counted as closed once', async () => {
  const all = await startWebsocketRig();
  const { rig, connect } = all;
  const [id = ''] = await connect(1);
  await vanish(all, [id]);
  await rig.clock.advance(60_001);
  await tellOf(rig, { connectionId: id, eventType: 'DISCONNECT' });
  for (let n = 0; n < 4; n++) await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([1, 1, 1]);
  await tellOf(rig, { connectionId: id, eventType: 'DISCONNECT' });
  await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([1, 1, 1]);
});

test('a connection of two hours is over without a call, and its disconnect missed a minute later', async () => {
  const all = await startWebsocketRig();
  const { rig, connect } = all;
  await connect(3);
  await rig.pass();
  expect(lookedUp(rig)).toHaveLength(3);
  await rig.clock.advance(2 * HOUR - 30_000);
  await rig.exporter.runOnce();
  expect(lookedUp(rig)).toHaveLength(3);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 0, active: 0, upper: 0 });
  await rig.clock.advance(60_000);
  await rig.exporter.runOnce();
  expect(await missed(all)).toBe(0);
  await rig.clock.advance(1);
  await rig.exporter.runOnce();
  expect(await missed(all)).toBe(3);
});

test('events that come twice, or out of order, count once and raise nobody', async () => {
  const { rig } = await startWebsocketRig();
  const tell = (connectionId: string, eventType: 'CONNECT' | 'DISCONNECT') =>
    tellOf(rig, { connectionId, eventType });
  for (const type of ['CONNECT', 'CONNECT', 'DISCONNECT', 'DISCONNECT', 'CONNECT'] as const)
    await tell('a=', type);
  for (const type of ['DISCONNECT', 'CONNECT'] as const) await tell('b=', type);
  await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([1, 2, 0]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 0, active: 0 });
  expect(lookedUp(rig)).toEqual([]);
});

test('a message tells of a connection whose connect was never told', async () => {
  const { rig, connect, lose } = await startWebsocketRig();
  const id = rig.websockets.connect('a1b2c3d4e5');
  lose();
  await connect(0);
  await tellOf(rig, { connectionId: id, eventType: 'MESSAGE' });
  await rig.pass();
  expect(countersOf(await rig.metrics())).toEqual([0, 0, 0]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 1, active: 1 });
});
