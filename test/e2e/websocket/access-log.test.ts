import { expect, test } from 'vitest';
import {
  CLF_FORMAT,
  CONSOLE_JSON_FORMAT,
  JSON_FORMAT,
} from '../../../src/simulator/websocket/access-log-format.ts';
import { GROUP, startAccessLogRig, untilInTime } from '../../support/access-log.ts';
import { type Rig, said } from '../../support/exporter.ts';
import { API, ENDPOINT, estimateOf, websocketSections } from '../../support/websocket.ts';

const OTHER = 'f6g7h8i9j0';
const MAPPED =
  '{"id":"$context.requestId","what":"$context.eventType","code":"$context.status","cid":"$context.connectionId"}';

test.each<[string, { format?: string; source?: object }]>([
  ['the recommended format', {}],
  ["the console's JSON", { format: CONSOLE_JSON_FORMAT }],
  ["the console's CLF", { format: CLF_FORMAT }],
  [
    'a format of its own',
    { format: MAPPED, source: { keys: { connection_id: 'cid', event_type: 'what', status: 'code' } } },
  ],
])(
  '%s: two hours back at first, as an opening balance; then each connect and disconnect once',
  async (_, own) => {
    const { rig, connect, pass, counts, events } = await startAccessLogRig(own);
    const [first = '', second = ''] = connect(3);
    rig.websockets.talk(second);
    rig.websockets.refuse(API);
    await rig.clock.advance(60 * 60_000);
    rig.websockets.disconnect(first);
    expect(await pass()).toBe(true);
    expect(await counts()).toEqual([2, 0, 0]);
    expect(estimateOf(await rig.metrics())).toMatchObject({ registered: 2, active: 0, idle: 2, lower: 2 });
    expect(await events()).toEqual({ 'connect accepted': 3, 'connect refused': 1, 'disconnect accepted': 1 });

    connect(2);
    rig.websockets.disconnect(second);
    expect(await pass()).toBe(true);
    expect(await counts()).toEqual([3, 2, 1]);
    await rig.restart();
    expect(await pass()).toBe(true);
    expect(await counts()).toEqual([3, 2, 1]);
  },
);

test('rows that are doubled, late, lost, cut or come after their disconnect count once, or not at all', async () => {
  const { rig, connect, pass, counts, events } = await startAccessLogRig();
  const { accessLog } = rig.websockets;
  expect(await pass()).toBe(true);
  accessLog.spoil({ late: 90_000 });
  accessLog.spoil('doubled');
  accessLog.spoil('malformed');
  accessLog.spoil('lost');
  const [late = '', doubled = '', cut = '', lost = ''] = connect(4);
  rig.websockets.disconnect(late);
  rig.websockets.disconnect(lost);
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([1, 1, 2]);
  for (let n = 0; n < 4; n++) expect(await pass()).toBe(true);
  // The late connect counts as opened and raises nobody; the one that was cut nobody can know.
  expect(await counts()).toEqual([1, 2, 2]);
  expect(await events()).toMatchObject({ 'connect accepted': 2, 'unknown unreadable': 1 });
  expect(said(rig.log, 'A row of an access log cannot be read')).toHaveLength(1);
  rig.websockets.disconnect(doubled);
  rig.websockets.disconnect(cut);
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([0, 2, 4]);
});

test('our own look-ups are in the log, and change nothing', async () => {
  const { rig, connect, pass, counts, events } = await startAccessLogRig();
  connect(2);
  expect(await pass()).toBe(true);
  rig.websockets.manage(API, { method: 'GET', stage: 'prod' } as never);
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([2, 0, 0]);
  expect(Object.keys(await events())).toContain('management accepted');
});

test('an outage of an hour is caught up with; before one of three hours nobody is said to have missed a disconnect', async () => {
  const { rig, connect, pass, counts } = await startAccessLogRig();
  connect(1);
  expect(await pass()).toBe(true);
  const [short = ''] = connect(2);
  await rig.clock.advance(60_000);
  rig.websockets.disconnect(short);
  await rig.clock.advance(58 * 60_000);
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([2, 2, 1]);
  for (const { id } of rig.websockets.connections(API)) rig.websockets.disconnect(id);
  await rig.clock.advance(3 * 60 * 60_000);
  connect(1);
  for (let n = 0; n < 10; n++) expect(await pass()).toBe(true);
  expect(await counts()).toEqual([1, 3, 1]);
  expect((await rig.metrics()).value('aws_websocket_missed_disconnects_total')).toBe(0);
});

test.each([
  ['denied', (rig) => rig.simulator.deny('FilterLogEvents'), /logs:FilterLogEvents failed.*IAM policy/],
  [
    'missing',
    (rig) => rig.websockets.logs.removeGroup(GROUP),
    /\/ws\/access.*does not exist.*check log_group/,
  ],
  [
    'of the wrong class',
    (rig) => {
      rig.websockets.logs.removeGroup(GROUP);
      rig.websockets.logs.addGroup({ name: GROUP, class: 'INFREQUENT_ACCESS' });
    },
    /\/ws\/access.*INFREQUENT_ACCESS.*of the class Standard/,
  ],
] satisfies [string, (rig: Awaited<ReturnType<typeof startAccessLogRig>>['rig']) => void, RegExp][])(
  'a log group that is %s is told with what to do; the last numbers stay',
  async (_, spoil, message) => {
    const { rig, connect, pass, counts } = await startAccessLogRig();
    connect(2);
    expect(await pass()).toBe(true);
    spoil(rig);
    expect(await pass()).toBe(false);
    expect(await counts()).toEqual([2, 0, 0]);
    const metrics = await rig.metrics();
    const name = { source: 'access_log', name: GROUP };
    expect(metrics.value('aws_connections_exporter_event_source_up', name)).toBe(0);
    expect(metrics.value('aws_websocket_up')).toBe(0);
    expect(said(rig.log, 'could not be estimated').at(-1)).toMatch(message);
  },
);

test('throttling is told as throttling', async () => {
  const { rig, pass } = await startAccessLogRig();
  expect(await pass()).toBe(true);
  rig.simulator.failNext(20, 'throttled', { action: 'FilterLogEvents' });
  expect(await pass()).toBe(false);
  expect(said(rig.log, 'could not be estimated').at(-1)).toMatch(
    /ThrottlingException.*raise poll of the source/,
  );
});

test.each([
  ['{"requestId":"$context.requestId","eventType":"$context.eventType"}'],
  ['{"requestId":"$context.requestId","method":"$context.httpMethod"}'],
])('a format without connection ids (%s) is told, and nothing is published', async (format) => {
  const { rig, connect, pass, counts } = await startAccessLogRig({ format });
  connect(3);
  expect(await pass()).toBe(false);
  expect(await counts()).toEqual([undefined, undefined, undefined]);
  expect(said(rig.log, '0 of 3 rows of the log group /ws/access carry a connectionId')).toHaveLength(1);
});

const ROW = '"requestId":"$context.requestId","connectionId":"$context.connectionId"';

test.each([
  [`{${ROW},"status":"$context.status"}`, '0 of 3 rows of the log group /ws/access carry an eventType'],
  [`{${ROW},"eventType":"$context.eventType"}`, '0 of 3 connects of the log group /ws/access carry a status'],
  [
    '{"requestId":"$context.requestId","eventType":"$context.eventType","connectionId":$context.connectionId}',
    '0 of 3 rows of the log group /ws/access can be read (it is not valid JSON)',
  ],
])(
  'a format that says too little (%s) is told with the one to set, and nothing is published',
  async (format, why) => {
    const { rig, connect, pass, counts } = await startAccessLogRig({ format });
    connect(3);
    for (let n = 0; n < 3; n++) expect(await pass()).toBe(false);
    expect(await counts()).toEqual([undefined, undefined, undefined]);
    const [line = '', ...more] = said(rig.log, why);
    expect(more).toEqual([]);
    expect(line.replaceAll('\\', '')).toContain(
      '"eventType":"$context.eventType","routeKey":"$context.routeKey","status":"$context.status"',
    );
    const up = { source: 'access_log', name: GROUP };
    expect((await rig.metrics()).value('aws_connections_exporter_event_source_up', up)).toBe(0);

    await relog(rig, JSON_FORMAT);
    connect(2);
    for (let n = 0; n < 2; n++) await pass();
    expect(await pass()).toBe(true);
    expect(await counts()).toEqual([2, 0, 0]);
  },
);

test.each([
  ['ids', '{"requestId":"$context.requestId","eventType":"$context.eventType"}', 'carry a connectionId'],
  ['the status', `{${ROW},"eventType":"$context.eventType"}`, 'carry a status'],
  ['all that tells of connects', `{${ROW}}`, 'carry an eventType'],
])(
  'a format that loses %s later is told, and the last numbers stay until it has them again',
  async (_, format, why) => {
    const { rig, connect, pass, counts } = await startAccessLogRig();
    connect(2);
    expect(await pass()).toBe(true);
    await rig.clock.advance(10 * 60_000);
    await relog(rig, format);
    connect(4);
    await pass();
    expect(await pass()).toBe(false);
    expect(await pass()).toBe(false);
    expect(await counts()).toEqual([2, 0, 0]);
    expect(said(rig.log, 'could not be estimated').at(-1)).toContain(why);

    await relog(rig, JSON_FORMAT);
    connect(1);
    for (let n = 0; n < 3; n++) await pass();
    expect(await pass()).toBe(true);
    expect((await counts())[1]).toBe(1);
    expect((await rig.metrics()).value('aws_websocket_missed_disconnects_total')).toBe(0);
  },
);

/** Has the stage log in this format from now on. */
async function relog(rig: Rig, format: string): Promise<void> {
  const [destinationArn = ''] = rig.websockets.logs.groups('111122223333', 'eu-west-1').map(({ arn }) => arn);
  const [api] = rig.websockets.apis();
  api?.settings.get('prod')?.logTo({ destinationArn, format }, rig.clock.now());
  // It takes some time until a change is in force.
  await rig.clock.advance(60_000);
}

test('of a shared group each endpoint has its own names for fields; it is read as often as the most eager wants', async () => {
  const mapped = (id: string, requestId: string) =>
    `{"a":"$context.apiId","s":"$context.stage","e":"$context.eventType","c":"$context.status","${id}":"$context.connectionId","${requestId}":"$context.requestId"}`;
  const keys = { api_id: 'a', stage: 's', event_type: 'e', status: 'c' };
  const { rig, connect, pass } = await startAccessLogRig({
    format: mapped('x', 'y'),
    websocket: {
      endpoints: [
        {
          url: `https://${ENDPOINT}`,
          source: { type: 'access_log', log_group: GROUP, poll: '1h', keys: { ...keys, connection_id: 'x' } },
        },
      ],
      discover: true,
      discover_source: { type: 'access_log', poll: '15s', keys: { ...keys, connection_id: 'y' } },
    },
  });
  connect(2);
  expect(await pass()).toBe(true);
  const [destinationArn = ''] = rig.websockets.logs.groups('111122223333', 'eu-west-1').map(({ arn }) => arn);
  rig.websockets.addApi({ apiId: OTHER, accessLogs: { prod: { destinationArn, format: mapped('y', 'x') } } });
  for (let n = 0; n < 3; n++) rig.websockets.connect(OTHER);
  await rig.clock.advance(10 * 60_000);
  for (let n = 0; n < 3; n++) await pass();
  expect(await pass()).toBe(true);
  const active = (await rig.metrics()).by('endpoint_id', 'aws_websocket_connections', { status: 'idle' });
  expect(active).toEqual({ [ENDPOINT]: 2, [`${OTHER}.execute-api.eu-west-1.amazonaws.com/prod`]: 3 });
});

test('more log groups than can be read as often as they are to be are told with what to set', async () => {
  const { rig } = await startAccessLogRig({
    websocket: { endpoints: [], discover: true, discover_source: { type: 'access_log', poll: '5s' } },
  });
  for (let n = 0; n < 6; n++) {
    const destinationArn = rig.websockets.logs.addGroup({ name: `/ws/${n}` });
    rig.websockets.addApi({
      apiId: `many${n}`,
      accessLogs: { prod: { destinationArn, format: JSON_FORMAT } },
    });
  }
  await rig.clock.advance(30_000);
  const isDone = rig.exporter.runOnce();
  await untilInTime(rig, async () => said(rig.log, 'Access logs are read less often').length > 0);
  await untilInTime(rig, async () =>
    rig.exporter.status().collectors.every(({ startedAt }) => startedAt === undefined),
  );
  await isDone;
  expect(said(rig.log, 'Access logs are read less often')).toEqual([
    expect.stringMatching(
      /7 log groups need 2\.8 calls a second, and no more than 2 are made, .* set poll to 7s or more/,
    ),
  ]);
});

test('who was left out of a shared group for some time is told what happened meanwhile', async () => {
  const endpoints = ['prod', 'dev'].map((stage) => ({
    url: `https://${API}.execute-api.eu-west-1.amazonaws.com/${stage}`,
    source: { type: 'access_log', log_group: GROUP },
  }));
  const { rig, connect, pass } = await startAccessLogRig({ websocket: { endpoints } });
  const configure = (...named: readonly object[]) =>
    rig.configure(websocketSections({ websocket: { endpoints: named }, intake: { enabled: false } }));
  const [first = ''] = connect(3);
  expect(await pass()).toBe(true);
  await configure(...endpoints.slice(1));
  await rig.restart();
  expect(await pass()).toBe(true);
  rig.websockets.disconnect(first);
  connect(2);
  await rig.clock.advance(60_000);
  for (let n = 0; n < 2; n++) expect(await pass()).toBe(true);
  await rig.clock.advance(20 * 60_000);
  expect(await pass()).toBe(true);
  await configure(...endpoints);
  await rig.restart();
  expect(await pass()).toBe(true);
  const of = { endpoint_id: ENDPOINT };
  const metrics = await rig.metrics();
  expect(metrics.value('aws_websocket_registered_connections', of)).toBe(4);
  expect(metrics.value('aws_websocket_connections_opened_total', of)).toBe(2);
  expect(metrics.value('aws_websocket_connections_closed_total', of)).toBe(1);
});

test('two endpoints share a group, which is read once for both', async () => {
  const { rig, connect, pass } = await startAccessLogRig({
    websocket: {
      endpoints: ['prod', 'dev'].map((stage) => ({
        url: `https://${API}.execute-api.eu-west-1.amazonaws.com/${stage}`,
        source: { type: 'access_log', log_group: GROUP },
      })),
    },
  });
  connect(2);
  expect(await pass()).toBe(true);
  const metrics = await rig.metrics();
  const registered = metrics.all('aws_websocket_registered_connections').map(({ value }) => value);
  expect(registered.sort()).toEqual([0, 2]);
  const filtered = rig.simulator.requests().filter(({ action }) => action === 'FilterLogEvents');
  expect(filtered).toHaveLength(2);
});

test('of two stages that share a group, one whose format has no ids is told so, and the other is counted', async () => {
  const { rig, connect, pass } = await startAccessLogRig({
    websocket: {
      endpoints: [API, OTHER].map((api) => ({
        url: `https://${api}.execute-api.eu-west-1.amazonaws.com/prod`,
        source: { type: 'access_log', log_group: GROUP },
      })),
    },
  });
  const [destinationArn = ''] = rig.websockets.logs.groups('111122223333', 'eu-west-1').map(({ arn }) => arn);
  const place = '"requestId":"$context.requestId","apiId":"$context.apiId","stage":"$context.stage"';
  const format = `{${place},"eventType":"$context.eventType","status":"$context.status"}`;
  rig.websockets.addApi({ apiId: OTHER, name: 'blind', accessLogs: { prod: { destinationArn, format } } });
  connect(2);
  rig.websockets.connect(OTHER);
  const published = async (metric: string) => (await rig.metrics()).by('endpoint_id', metric);
  const blind = `${OTHER}.execute-api.eu-west-1.amazonaws.com/prod`;
  for (let n = 0; n < 3; n++) expect(await pass()).toBe(false);
  expect(await published('aws_websocket_up')).toEqual({ [ENDPOINT]: 1, [blind]: 0 });
  expect(await published('aws_websocket_registered_connections')).toEqual({ [ENDPOINT]: 2 });
  expect(await published('aws_websocket_connections_opened_total')).toEqual({ [ENDPOINT]: 0 });
  expect(
    said(rig.log, `0 of 1 rows of ${blind} in the log group /ws/access carry a connectionId`),
  ).toHaveLength(1);

  // Two hours are read back once its rows have ids, and not before.
  const other = rig.websockets.apis().find(({ apiId }) => apiId === OTHER);
  other?.settings.get('prod')?.logTo({ destinationArn, format: JSON_FORMAT }, rig.clock.now());
  rig.websockets.connect(OTHER);
  connect(1);
  for (let n = 0; n < 2; n++) await pass();
  expect(await pass()).toBe(true);
  expect(await published('aws_websocket_registered_connections')).toEqual({ [ENDPOINT]: 3, [blind]: 1 });
  expect(await published('aws_websocket_connections_opened_total')).toEqual({ [ENDPOINT]: 1, [blind]: 0 });
});

test("discovery finds each stage's own log group; a stage without a log says what to set", async () => {
  const { rig, connect, pass, counts } = await startAccessLogRig({
    websocket: { endpoints: [], discover: true, discover_source: { type: 'access_log' } },
  });
  rig.websockets.addApi({ apiId: 'f6g7h8i9j0', name: 'silent' });
  connect(2);
  expect(await pass()).toBe(false);
  expect(await counts()).toEqual([2, 0, 0]);
  expect((await rig.metrics()).by('endpoint_id', 'aws_websocket_up')).toEqual({
    [ENDPOINT]: 1,
    'f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com/prod': 0,
  });
  expect(said(rig.log, 'the stage has no access log: set one')).toHaveLength(1);
});

test('on its schedule the log is read every poll, whether or not a pass comes by, and what it tells is published', async () => {
  const { rig, connect } = await startAccessLogRig();
  const endpoint = { url: `https://${ENDPOINT}`, source: { type: 'access_log', log_group: GROUP } };
  await rig.reload(websocketSections({ websocket: { endpoints: [endpoint] }, intake: { enabled: false } }));
  const read = () => rig.simulator.requests().filter(({ action }) => action === 'FilterLogEvents').length;
  const opened = async () => (await rig.metrics()).value('aws_websocket_connections_opened_total');
  await untilInTime(rig, async () => (await opened()) === 0);
  const before = { at: rig.clock.now(), read: read() };
  connect(3);
  await untilInTime(rig, async () => (await opened()) === 3);
  const seconds = (rig.clock.now() - before.at) / 1000;
  // Some 20 s until the rows can be read, and a poll; each of them two calls.
  expect(seconds).toBeLessThan(60);
  expect(read() - before.read).toBeLessThanOrEqual(2 * (1 + seconds / 15));
}, 90_000);

test('where clients come faster than pages can be asked for, a reading still ends', async () => {
  const { rig, connect, counts } = await startAccessLogRig();
  const aMoment = async () => {
    connect(1);
    await rig.get('/-/healthy');
    await rig.clock.advance(100);
  };
  for (let n = 0; n < 250; n++) await aMoment();
  let succeeded: boolean | undefined;
  void rig.exporter.runOnce().then((whether) => {
    succeeded = whether;
  });
  while (succeeded === undefined) await aMoment();
  expect(succeeded).toBe(true);
  const [registered = 0] = await counts();
  expect(registered).toBeGreaterThan(40);
});
