import { expect, test } from 'vitest';
import {
  countersOf,
  ENDPOINT,
  estimateOf,
  fallen,
  linesOf,
  lookedUp,
  lookups,
  sampledOf,
  startWebsocketRig,
  tellOf,
  websocketValue,
} from '../../support/websocket.ts';

const SCOPE = `account_id="111122223333",region="eu-west-1",endpoint_id="${ENDPOINT}"`;
const MINUTE = 60_000;

test('the young count as active without being looked up, and are looked up once they are 30 seconds old', async () => {
  const { rig, connect } = await startWebsocketRig();
  expect(await rig.pass()).toBe(true);
  await connect(3);
  await rig.clock.advance(29_999);
  expect(await rig.exporter.runOnce()).toBe(true);
  expect(estimateOf(await rig.metrics())).toEqual({
    up: 1,
    registered: 3,
    active: 3,
    idle: 0,
    lower: 3,
    upper: 3,
  });
  expect(lookedUp(rig)).toEqual([]);

  await rig.clock.advance(1);
  expect(await rig.exporter.runOnce()).toBe(true);
  expect(lookedUp(rig)).toHaveLength(3);
  expect(sampledOf(await rig.metrics())).toEqual({ active: 3 });
});

test('what is said when every connection was looked up is exact, word for word', async () => {
  const { rig, connect, tell } = await startWebsocketRig({ websocket: { concurrency: 1 } });
  const ids = await connect(6);
  await rig.clock.advance(6 * MINUTE);
  for (const id of ids.slice(0, 3)) rig.websockets.talk(id);
  rig.websockets.disconnect(ids[5] ?? '', { isTold: false });
  await tell();
  await tellOf(rig, { connectionId: 'never=', eventType: 'CONNECT' });
  expect(await rig.pass()).toBe(true);
  await connect(2);
  rig.simulator.failNext(1, 'internal-error', { action: 'GetConnection' });
  expect(await rig.pass()).toBe(true);
  await rig.clock.advance(29_000);
  await connect(1);
  await rig.clock.advance(1_000);
  expect(await rig.exporter.runOnce()).toBe(true);

  const metrics = await rig.metrics();
  expect(linesOf(metrics, 'registered_connections')).toEqual([`registered_connections{${SCOPE}} 8`]);
  expect(linesOf(metrics, 'connections{')).toEqual([
    `connections{${SCOPE},status="active"} 6`,
    `connections{${SCOPE},status="idle"} 2`,
  ]);
  expect(linesOf(metrics, 'connections_lower_bound')).toEqual([`connections_lower_bound{${SCOPE}} 8`]);
  expect(linesOf(metrics, 'connections_upper_bound')).toEqual([`connections_upper_bound{${SCOPE}} 8`]);
  expect(linesOf(metrics, 'sampled_connections')).toEqual([
    `sampled_connections{${SCOPE},status="active"} 5`,
    `sampled_connections{${SCOPE},status="idle"} 2`,
    `sampled_connections{${SCOPE},status="gone"} 0`,
    `sampled_connections{${SCOPE},status="invalid"} 0`,
    `sampled_connections{${SCOPE},status="error"} 0`,
  ]);
  expect(linesOf(metrics, 'lookups_total')).toEqual([
    `lookups_total{${SCOPE},status="active"} 13`,
    `lookups_total{${SCOPE},status="idle"} 5`,
    `lookups_total{${SCOPE},status="gone"} 1`,
    `lookups_total{${SCOPE},status="invalid"} 1`,
    `lookups_total{${SCOPE},status="error"} 1`,
  ]);
  expect(linesOf(metrics, 'endpoint_info')).toEqual([
    `endpoint_info{${SCOPE},api_id="a1b2c3d4e5",stage="prod",name="",source="intake"} 1`,
  ]);
  expect(linesOf(metrics, 'last_success')).toEqual([
    `last_success_timestamp_seconds{${SCOPE}} ${rig.clock.now() / 1000}`,
  ]);
});

test('ghosts are registered in the pass that finds them, and never again', async () => {
  const { rig, connect } = await startWebsocketRig();
  const ids = await connect(4);
  for (const id of ids.slice(0, 3)) rig.websockets.disconnect(id, { isTold: false });
  await rig.pass();
  const first = await rig.metrics();
  expect(estimateOf(first)).toEqual({ up: 1, registered: 4, active: 1, idle: 0, lower: 1, upper: 1 });
  expect(sampledOf(first)).toEqual({ active: 1, gone: 3 });

  await rig.pass();
  const second = await rig.metrics();
  expect(estimateOf(second)).toEqual({ up: 1, registered: 1, active: 1, idle: 0, lower: 1, upper: 1 });
  expect(sampledOf(second)).toEqual({ active: 1 });
  expect(lookedUp(rig)).toHaveLength(5);
});

test('an id that the API never issued is not alive, not asked again and no missed disconnect', async () => {
  const { rig, connect } = await startWebsocketRig();
  await connect(1);
  await tellOf(rig, { connectionId: 'never=', eventType: 'CONNECT' });
  await rig.pass();
  expect(sampledOf(await rig.metrics())).toEqual({ active: 1, invalid: 1 });
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 2, active: 1, lower: 1, upper: 1 });
  for (let n = 0; n < 4; n++) await rig.pass();
  expect(lookedUp(rig).filter((id) => id === 'never=')).toHaveLength(1);
  expect(countersOf(await rig.metrics())).toEqual([2, 0, 0]);
});

test('an id whose disconnect was told is not looked up', async () => {
  const { rig, connect, tell } = await startWebsocketRig();
  const [left = '', stays] = await connect(2);
  rig.websockets.disconnect(left);
  await tell();
  await rig.pass();
  expect(lookedUp(rig)).toEqual([stays]);
  expect(countersOf(await rig.metrics())).toEqual([2, 1, 0]);
});

test.each([
  [5 * MINUTE, { active: 1 }],
  [5 * MINUTE + 1, { idle: 1 }],
])('a connection that was silent for %d ms is counted as %o', async (silentMs, expected) => {
  const { rig, connect } = await startWebsocketRig({ websocket: { idle_after: '5m' } });
  await connect(1);
  await rig.clock.advance(silentMs);
  await rig.exporter.runOnce();
  expect(sampledOf(await rig.metrics())).toEqual(expected);
});

test('histograms hold what was seen in all passes, and no bucket falls', async () => {
  const { rig, connect } = await startWebsocketRig();
  await connect(2);
  await rig.pass();
  const first = await rig.metrics();
  expect(linesOf(first, 'connection_age_seconds')).toEqual([
    ...[30, 60, 300, 600, 1800, 3600, 5400, 7200, '+Inf'].map(
      (le) => `connection_age_seconds_bucket{${SCOPE},le="${le}"} 2`,
    ),
    `connection_age_seconds_sum{${SCOPE}} 60`,
    `connection_age_seconds_count{${SCOPE}} 2`,
  ]);
  await rig.clock.advance(10 * MINUTE);
  await connect(1);
  await rig.pass();
  const second = await rig.metrics();
  expect(fallen(first, second)).toEqual([]);
  expect(second.by('le', 'aws_websocket_connection_age_seconds_bucket')).toEqual({
    30: 3,
    60: 3,
    300: 3,
    600: 3,
    1800: 5,
    3600: 5,
    5400: 5,
    7200: 5,
    '+Inf': 5,
  });
  expect(second.by('le', 'aws_websocket_connection_idle_seconds_bucket')).toEqual({
    1: 0,
    5: 0,
    15: 0,
    30: 3,
    60: 3,
    120: 3,
    300: 3,
    600: 3,
    '+Inf': 5,
  });
});

test('registered is as of the start of the pass', async () => {
  const { rig, connect } = await startWebsocketRig();
  await connect(1);
  await rig.clock.advance(30_000);
  rig.simulator.failNext(1, { slow: 50 }, { action: 'GetConnection' });
  const pass = rig.exporter.runOnce();
  await lookups(rig, 1);
  await connect(1);
  expect(await pass).toBe(true);
  expect(websocketValue(await rig.metrics(), 'registered_connections')).toBe(1);
});

test('an API with nobody connected has exactly nobody, and is up', async () => {
  const { rig } = await startWebsocketRig();
  expect(await rig.pass()).toBe(true);
  expect(estimateOf(await rig.metrics())).toEqual({
    up: 1,
    registered: 0,
    active: 0,
    idle: 0,
    lower: 0,
    upper: 0,
  });
});
