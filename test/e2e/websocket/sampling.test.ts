import { expect, test } from 'vitest';
import {
  API,
  ENDPOINT,
  estimateOf,
  INTAKE,
  lookedUp,
  lookups,
  NAMED,
  sampledOf,
  startWebsocketRig,
  tellOf,
  websocketValue,
} from '../../support/websocket.ts';

const OTHER = `${API}.execute-api.eu-west-1.amazonaws.com/dev`;
const endpoints = [NAMED, { ...NAMED, url: `https://${OTHER}` }];

test('no more ids are looked up than sample_size, no id twice, and the interval holds the truth', async () => {
  const { rig, connect } = await startWebsocketRig({ websocket: { sample_size: 50 } });
  const ids = await connect(100);
  for (const id of ids.slice(0, 30)) rig.websockets.disconnect(id, { isTold: false });
  expect(await rig.pass()).toBe(true);
  expect(lookedUp(rig)).toHaveLength(50);
  expect(new Set(lookedUp(rig)).size).toBe(50);
  const metrics = await rig.metrics();
  const { active = 0, gone = 0 } = sampledOf(metrics);
  expect(active + gone).toBe(50);
  const { lower, upper, registered, ...estimate } = estimateOf(metrics);
  expect(registered).toBe(100);
  expect(estimate).toEqual({ up: 1, active: (100 * active) / 50, idle: 0 });
  expect(lower).toBeLessThanOrEqual(70);
  expect(upper).toBeGreaterThanOrEqual(70);
  expect(lower).toBeLessThan(upper ?? 0);
});

test('pass after pass finds every ghost out, and asks for none of them again', async () => {
  const { rig, connect } = await startWebsocketRig({ websocket: { sample_size: 50, idle_after: '1h' } });
  const ids = await connect(100);
  const ghosts = ids.filter((_, index) => index % 10 !== 0);
  for (const id of ghosts) rig.websockets.disconnect(id, { isTold: false });
  for (let n = 0; n < 12; n++) expect(await rig.pass()).toBe(true);
  const asked = lookedUp(rig).filter((id) => ghosts.includes(id));
  expect(asked).toHaveLength(90);
  expect(new Set(asked).size).toBe(90);
  const end = { up: 1, registered: 10, active: 10, idle: 0, lower: 10, upper: 10 };
  expect(estimateOf(await rig.metrics())).toEqual(end);
});

test('endpoints share 80 % of the calls that a pass has time for, and take turns', async () => {
  const { rig } = await startWebsocketRig({
    // 80 % of 5 calls a second for 10 s are 40: 20 for each of two endpoints.
    websocket: { requests_per_second: 5, timeout: '10s', stale_after: '3y', concurrency: 1, endpoints },
  });
  rig.websockets.removeApi(API);
  rig.websockets.addApi({ apiId: API, stages: ['prod', 'dev'] });
  for (const stage of ['prod', 'dev'])
    for (let n = 0; n < 30; n++) {
      const connectionId = rig.websockets.connect(API, { stage });
      await tellOf(rig, { connectionId, eventType: 'CONNECT', apiId: API, stage });
    }
  await rig.clock.advance(30_000);
  const pass = rig.exporter.runOnce();
  // A burst of a second's worth, then one each 200 ms.
  await lookups(rig, 5);
  for (let count = 6; count <= 40; count++) {
    await rig.clock.advance(200);
    await lookups(rig, count);
  }
  expect(await pass).toBe(true);
  const stages = rig.simulator
    .requests()
    .filter(({ action }) => action === 'GetConnection')
    .map(({ params }) => params.stage);
  expect(stages).toHaveLength(40);
  for (let round = 0; round < 40; round += 2)
    expect([stages[round], stages[round + 1]].sort()).toEqual(['dev', 'prod']);
  const metrics = await rig.metrics();
  expect(sampledOf(metrics)).toEqual({ active: 20 });
  expect(sampledOf(metrics, OTHER)).toEqual({ active: 20 });
});

test('no more look-ups are under way at a time than concurrency', async () => {
  const { rig, connect } = await startWebsocketRig({ websocket: { concurrency: 3 } });
  await connect(10);
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: 'GetConnection' });
  await rig.clock.advance(30_000);
  const pass = rig.exporter.runOnce();
  await lookups(rig, 3);
  await rig.clock.advance(50_000);
  expect(await pass).toBe(false);
  expect(lookedUp(rig)).toHaveLength(3);
});

test('a share that leaves an endpoint no look-up says so, and estimates nothing', async () => {
  const { rig, connect } = await startWebsocketRig({
    websocket: { requests_per_second: 1, timeout: '2s', endpoints },
    intake: INTAKE,
  });
  await connect(2);
  await rig.pass();
  const metrics = await rig.metrics();
  expect(lookedUp(rig)).toEqual([]);
  expect(websocketValue(metrics, 'up', { endpoint_id: ENDPOINT })).toBe(0);
  expect(metrics.all('aws_websocket_connections', { endpoint_id: ENDPOINT })).toEqual([]);
  expect(rig.log.join('\n')).toContain('requests_per_second and timeout leave this endpoint no look-up');
});
