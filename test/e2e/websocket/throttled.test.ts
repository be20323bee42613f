import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { said, startRig } from '../../support/exporter.ts';
import {
  API,
  answers,
  ENDPOINT,
  estimateOf,
  INTAKE,
  lookedUp,
  NAMED,
  sampledOf,
  startWebsocketRig,
  tellOf,
  websocketSections,
  websocketValue,
} from '../../support/websocket.ts';

const FAILED = 'A WebSocket endpoint could not be estimated';
const one = { concurrency: 1 };

test('throttled after 30 answers, a pass is published as it is', async () => {
  const { rig, connect } = await startWebsocketRig({
    websocket: one,
    simulator: { lookups: { throttleAbove: 30 } },
  });
  await connect(40);
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(estimateOf(metrics)).toMatchObject({ up: 1, registered: 40, active: 40, lower: 38, upper: 40 });
  expect(sampledOf(metrics)).toEqual({ active: 30, error: 1 });
  expect(
    metrics.value('aws_connections_exporter_aws_request_errors_total', {
      operation: 'GetConnection',
      error: 'throttled',
    }),
  ).toBe(1);
  expect(said(rig.log, 'cut_short=')[0]).toMatch(
    /LimitExceededException, HTTP 429.*lower websocket\.requests_per_second/,
  );
});

test('throttled after 29 answers, nothing is published and nothing learned: the next pass asks again', async () => {
  const { rig, connect } = await startWebsocketRig({
    websocket: one,
    simulator: { lookups: { throttleAbove: 29 } },
  });
  const ids = await connect(40);
  for (const id of ids) rig.websockets.disconnect(id, { isTold: false });
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(estimateOf(metrics)).toEqual({
    up: 0,
    registered: undefined,
    lower: undefined,
    upper: undefined,
  });
  expect(metrics.by('status', 'aws_websocket_lookups_total')).toEqual({
    active: 0,
    idle: 0,
    gone: 29,
    invalid: 0,
    error: 1,
  });
  const [line = ''] = said(rig.log, FAILED);
  expect(line).toContain('only 29 look-ups were answered before the sample was cut short');
  expect((await rig.get('/')).text).toContain('only 29 look-ups were answered');

  const asked = lookedUp(rig);
  expect(await rig.pass()).toBe(false);
  expect([...lookedUp(rig).slice(asked.length)].sort()).toEqual([...asked].sort());
});

test('throttling stops every endpoint of its target, and no other target', async () => {
  const regions = ['eu-west-1', 'us-east-1'];
  const urls = [
    `https://${API}.execute-api.eu-west-1.amazonaws.com/prod`,
    `https://${API}.execute-api.eu-west-1.amazonaws.com/dev`,
    'https://f6g7h8i9j0.execute-api.us-east-1.amazonaws.com/prod',
  ];
  const rig = await startRig(
    websocketSections({
      targets: [{ name: 'home', regions }],
      websocket: { ...one, endpoints: urls.map((url) => ({ ...NAMED, url })) },
      intake: INTAKE,
    }),
  );
  rig.websockets.addApi({ apiId: API, stages: ['prod', 'dev'] });
  rig.websockets.addApi({ apiId: 'f6g7h8i9j0', region: 'us-east-1' });
  for (const [apiId, stage] of [
    [API, 'prod'],
    [API, 'dev'],
    ['f6g7h8i9j0', 'prod'],
  ] as const)
    for (let n = 0; n < 5; n++) {
      const connectionId = rig.websockets.connect(apiId, { stage });
      await tellOf(rig, { connectionId, eventType: 'CONNECT', apiId, stage });
    }
  rig.simulator.failNext(1, 'throttled', { action: 'GetConnection', region: HOME.region });
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_websocket_up')).toEqual({
    [`${API}.execute-api.eu-west-1.amazonaws.com/prod`]: 0,
    [`${API}.execute-api.eu-west-1.amazonaws.com/dev`]: 0,
    'f6g7h8i9j0.execute-api.us-east-1.amazonaws.com/prod': 1,
  });
  expect(metrics.by('region', 'aws_connections_exporter_target_up', { collector: 'websocket' })).toEqual({
    'eu-west-1': 0,
    'us-east-1': 1,
  });
  expect(lookedUp(rig)).toHaveLength(6);
});

test.each([
  [60, 1, 52],
  [20, 0, undefined],
])('AWS that hangs ends the pass before its timeout: of %i ids, up is %i', async (count, up, answered) => {
  const { rig, connect } = await startWebsocketRig({ websocket: { concurrency: 9, timeout: '50s' } });
  await connect(count);
  rig.simulator.failNext(8, 'hang', { action: 'GetConnection' });
  await rig.clock.advance(30_000);
  const pass = rig.exporter.runOnce();
  await answers(rig, count - 8);
  await rig.clock.advance(45_000);
  expect(await pass).toBe(up === 1);
  const metrics = await rig.metrics();
  expect(websocketValue(metrics, 'up', { endpoint_id: ENDPOINT })).toBe(up);
  expect(sampledOf(metrics).active).toBe(answered);
  expect(said(rig.log, 'the pass took longer than its timeout')).toEqual([]);
  expect(rig.log.join('\n')).toContain('the time of the pass for look-ups is over');
});
