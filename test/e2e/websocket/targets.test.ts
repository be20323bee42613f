import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { startRig } from '../../support/exporter.ts';
import {
  API,
  countersOf,
  ENDPOINT,
  estimateOf,
  lookedUp,
  NAMED,
  sampledOf,
  startWebsocketRig,
  tellOf,
  websocketSections,
} from '../../support/websocket.ts';

const ROLE = 'arn:aws:iam::444455556666:role/connections-exporter';
const OTHER = '444455556666';
const THEIRS = 'f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com/prod';

test('two targets each look at their own endpoints, in their own account', async () => {
  const rig = await startRig(
    websocketSections({
      targets: [
        { name: 'home', regions: [HOME.region] },
        { name: 'other', regions: [HOME.region], role_arn: ROLE },
      ],
      websocket: {
        endpoints: [
          { ...NAMED, target: 'home' },
          { ...NAMED, url: `https://${THEIRS}`, target: 'other' },
        ],
      },
    }),
  );
  rig.websockets.addApi({ apiId: API });
  rig.websockets.addApi({ apiId: 'f6g7h8i9j0', accountId: OTHER });
  for (const apiId of [API, 'f6g7h8i9j0', 'f6g7h8i9j0']) {
    const connectionId = rig.websockets.connect(apiId);
    await tellOf(rig, { connectionId, eventType: 'CONNECT', apiId, stage: 'prod' });
  }
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.by('account_id', 'aws_websocket_registered_connections')).toEqual({
    [HOME.accountId]: 1,
    [OTHER]: 2,
  });
  expect(sampledOf(metrics, THEIRS)).toEqual({ active: 2 });
  expect(metrics.by('account_id', 'aws_connections_exporter_target_up', { collector: 'websocket' })).toEqual({
    [HOME.accountId]: 1,
    [OTHER]: 1,
  });
});

test('an endpoint in a region that its target does not name is looked at there', async () => {
  const far = `${API}.execute-api.ap-southeast-2.amazonaws.com/prod`;
  const rig = await startRig(
    websocketSections({ websocket: { endpoints: [{ ...NAMED, url: `https://${far}` }] } }),
  );
  rig.websockets.addApi({ apiId: API, region: 'ap-southeast-2' });
  const connectionId = rig.websockets.connect(API);
  await tellOf(rig, { connectionId, eventType: 'CONNECT' });
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.by('region', 'aws_websocket_up')).toEqual({ 'ap-southeast-2': 1 });
  expect(metrics.by('region', 'aws_connections_exporter_target_up', { collector: 'websocket' })).toEqual({
    'ap-southeast-2': 1,
  });
});

test('two targets that reach the same account and region look at what they discover once', async () => {
  const { rig, connect } = await startWebsocketRig({
    targets: [
      { name: 'one', regions: [HOME.region] },
      { name: 'two', regions: [HOME.region] },
    ],
    websocket: { endpoints: [], discover: true },
  });
  await connect(2);
  for (let n = 0; n < 2; n++) expect(await rig.pass()).toBe(true);
  expect(lookedUp(rig)).toHaveLength(4);
  expect((await rig.metrics()).all('aws_websocket_up')).toHaveLength(1);
});

test('a target that discovered while the first could not stands back when the first can', async () => {
  const { rig, connect } = await startWebsocketRig({
    targets: [
      { name: 'one', regions: [HOME.region] },
      { name: 'two', regions: [HOME.region], account_id: HOME.accountId },
    ],
    websocket: { endpoints: [], discover: true },
  });
  await connect(2);
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'denied', { action: 'GetCallerIdentity' });
  expect(await rig.pass()).toBe(false);
  const before = await rig.metrics();
  expect(countersOf(before)).toEqual([2, 0, 0]);
  rig.simulator.clearFaults();
  expect(await rig.pass()).toBe(true);
  const asked = lookedUp(rig).length;
  await connect(1);
  expect(await rig.pass()).toBe(true);
  expect(lookedUp(rig).length - asked).toBe(3);
  expect(countersOf(await rig.metrics())).toEqual([3, 0, 0]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 3, active: 3 });
});

test.each(['L0SM9cOFvHcCIhw=', 'gbgBR89uMQAYKEiZJA==', 'a-b_c~d.e=', "k!$&'()*+;:@="])(
  'the id %s arrives at AWS as API Gateway gave it',
  async (id) => {
    const { rig } = await startWebsocketRig();
    rig.websockets.connect(API, { id });
    const headers = { ConnectionId: id, EventType: 'CONNECT' };
    expect((await fetch(`${rig.intakeUrl}/websocket`, { method: 'POST', headers })).status).toBe(200);
    await rig.pass();
    expect(lookedUp(rig)).toEqual([id]);
    expect(sampledOf(await rig.metrics())).toEqual({ active: 1 });
  },
);

test('connection ids, tokens and addresses of clients are in no series, no line of the log and no answer', async () => {
  const { rig, connect, tell } = await startWebsocketRig({ websocket: { concurrency: 1 } });
  const ids = [...(await connect(40, { sourceIp: '198.51.100.23', userAgent: 'secret-agent' }))];
  await tellOf(rig, {
    connectionId: 'unroutable=',
    eventType: 'CONNECT',
    apiId: 'zzzzzzzzzz',
    stage: 'prod',
  });
  ids.push('unroutable=');
  await rig.pass();
  rig.websockets.disconnect(ids[0] ?? '', { isTold: false });
  rig.websockets.disconnect(ids[1] ?? '');
  await tell();
  for (const fault of ['internal-error', 'reset-mid-body', 'denied', 'throttled', 'empty-200'] as const) {
    rig.simulator.failNext(1, fault, { action: 'GetConnection' });
    await rig.pass();
  }
  await rig.restart();
  await rig.pass();
  const paths = ['/metrics', '/', '/config', '/-/healthy', '/-/ready', '/api/v1/connections'];
  const answers = await Promise.all(paths.map(async (path) => (await rig.get(path)).text));
  const all = [...rig.log, ...answers].join('\n');
  expect(answers[0]).toContain(ENDPOINT);
  for (const id of [...ids, '198.51.100.23', 'secret-agent']) expect(all).not.toContain(id);
});

test('no more than max_connections are remembered, and the longest dead make room first', async () => {
  const { rig, connect, tell } = await startWebsocketRig({ intake: { max_connections: 5 } });
  const ids = await connect(5);
  await connect(2);
  await rig.pass();
  const taken = async (result: string) =>
    (await rig.metrics()).value('aws_connections_exporter_intake_events_total', { event: 'connect', result });
  expect([await taken('accepted'), await taken('over_capacity')]).toEqual([5, 2]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 5, active: 5 });
  expect(countersOf(await rig.metrics())).toEqual([5, 0, 0]);
  for (const id of ids.slice(0, 2)) rig.websockets.disconnect(id);
  await tell();
  await connect(3);
  await rig.pass();
  expect([await taken('accepted'), await taken('over_capacity')]).toEqual([7, 3]);
  expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 5, active: 5 });
  expect(countersOf(await rig.metrics())).toEqual([7, 2, 0]);
  expect(rig.log.filter((line) => line.includes('intake.max_connections are remembered'))).toHaveLength(1);
});

test('a file of one endpoint that cannot be read takes no other endpoint down', async () => {
  const { rig, connect } = await startWebsocketRig({
    websocket: {
      endpoints: [
        NAMED,
        {
          url: `https://${API}.execute-api.eu-west-1.amazonaws.com/dev`,
          source: { type: 'file', path: 'nowhere.jsonl' },
        },
      ],
    },
  });
  await connect(2);
  expect(await rig.pass()).toBe(false);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 2, active: 2 });
});
