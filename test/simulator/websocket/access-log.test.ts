import { expect, test } from 'vitest';
import {
  CLF_FORMAT,
  CONSOLE_JSON_FORMAT,
  JSON_FORMAT,
} from '../../../src/simulator/websocket/access-log-format.ts';
import { filterAll, messagesOf } from '../logs/rows.ts';
import { simulate } from '../simulation.ts';
import { askRest } from '../wire.ts';

const GROUP = '/ws/access';
const API = 'a1b2c3d4e5';

/** An API whose stage prod logs in this format; `rows` lets 30 s go by and reads all of them. */
async function simulateLog(format = JSON_FORMAT) {
  const simulation = await simulate();
  const { websockets, url, advance } = simulation;
  const destinationArn = websockets.logs.addGroup({ name: GROUP });
  websockets.addApi({
    apiId: API,
    stages: ['prod', 'dev'],
    accessLogs: { prod: { destinationArn, format } },
  });
  const events = async () => {
    advance(30_000);
    return (await filterAll({ url }, { logGroupName: GROUP })).flatMap((page) => page.events);
  };
  const rows = async () => {
    advance(30_000);
    const messages = messagesOf(await filterAll({ url }, { logGroupName: GROUP }));
    return messages.map((message) => JSON.parse(message) as Record<string, string>);
  };
  return { ...simulation, events, rows };
}

test('a connect, a message and a disconnect are a row each, by their own time and some 20 s late', async () => {
  const { websockets, events, advance } = await simulateLog();
  const at = websockets.now();
  const id = websockets.connect(API, { sourceIp: '192.0.2.10' });
  advance(1_000);
  websockets.talk(id);
  advance(1_000);
  websockets.disconnect(id);
  const logged = await events();
  expect(logged.map(({ timestamp, message }) => [timestamp - at, JSON.parse(message)])).toEqual(
    [
      ['CONNECT', '$connect'],
      ['MESSAGE', '$default'],
      ['DISCONNECT', '$disconnect'],
    ].map(([eventType, routeKey], n) => [
      1_000 * n,
      {
        requestId: expect.stringMatching(/^[\w+/]{15}=$/),
        apiId: API,
        stage: 'prod',
        eventType,
        routeKey,
        status: '200',
        connectionId: id,
        connectedAt: String(at),
        requestTimeEpoch: String(at + 1_000 * n),
        sourceIp: '192.0.2.10',
      },
    ]),
  );
  for (const { timestamp, ingestionTime } of logged) {
    expect(ingestionTime - timestamp).toBeGreaterThanOrEqual(20_100);
    expect(ingestionTime - timestamp).toBeLessThanOrEqual(20_300);
  }
});

test('it is what listeners are told of the same event, and a stage without a log has none', async () => {
  const { websockets, rows } = await simulateLog();
  const told: string[] = [];
  websockets.listen(({ requestContext }) => told.push(requestContext.requestId));
  websockets.connect(API);
  websockets.connect(API, { stage: 'dev' });
  expect((await rows()).map(({ requestId }) => requestId)).toEqual(told.slice(0, 1));
});

test('what is not there is a dash, as are names that nobody knows', async () => {
  const names = ['messageId', 'nope', 'integration.status', 'identity.userAgent', 'integrationLatency'];
  const format = `$context.requestId ${names.map((name) => `$context.${name}`).join(' ')} \${context.stage} $50`;
  const { websockets, events } = await simulateLog(format);
  websockets.connect(API);
  expect((await events()).map(({ message }) => message)).toEqual([
    expect.stringMatching(/^\S+ - - - - 12 prod \$50$/),
  ]);
});

test('the formats of the console', async () => {
  const clf = await simulateLog(CLF_FORMAT);
  const id = clf.websockets.connect(API, { sourceIp: '192.0.2.10' });
  const [row] = await clf.events();
  expect(row?.message).toMatch(
    /^192\.0\.2\.10 - - \[01\/Jan\/2026:00:00:00 \+0000\] "CONNECT \$connect \S+==" 200 \S+=$/,
  );
  expect(row?.message).toContain(` $connect ${id}" `);
  const json = await simulateLog(CONSOLE_JSON_FORMAT);
  json.websockets.connect(API);
  const [object] = await json.rows();
  expect(Object.keys(object ?? {}).join()).toBe(
    'requestId,ip,caller,user,requestTime,eventType,routeKey,status,connectionId',
  );
});

test('a client that is refused is a CONNECT with its status, and nobody else is told', async () => {
  const { websockets, rows } = await simulateLog();
  const told: unknown[] = [];
  websockets.listen((event) => told.push(event));
  const id = websockets.refuse(API);
  expect(await rows()).toMatchObject([{ eventType: 'CONNECT', status: '403', connectionId: id }]);
  expect([told, websockets.alive(API), websockets.look(API, id)]).toEqual([[], 0, 'gone']);
});

test('an end of which nobody is told is not logged either', async () => {
  const { websockets, rows } = await simulateLog();
  websockets.disconnect(websockets.connect(API), { isTold: false });
  expect((await rows()).map(({ eventType }) => eventType)).toEqual(['CONNECT']);
});

test('every call of the management API is a row, with its status and who called', async () => {
  const format = JSON_FORMAT.replace('}', ',"userArn":"$context.identity.userArn"}');
  const { websockets, url, rows } = await simulateLog(format);
  const id = websockets.connect(API);
  const path = `/prod/@connections/${encodeURIComponent(id)}`;
  const host = `${API}.execute-api.eu-west-1.amazonaws.com`;
  await askRest({ url }, 'execute-api', path, { host });
  await askRest({ url }, 'execute-api', path, { host, method: 'DELETE' });
  await askRest({ url, region: 'us-east-1' }, 'execute-api', path, { host });
  websockets.disconnect(id);
  await askRest({ url }, 'execute-api', path, { host });
  const logged = (await rows()).filter(({ eventType }) => eventType === 'CONNECTION_API');
  const common = {
    connectionId: id,
    connectedAt: '-',
    stage: 'prod',
    userArn: 'arn:aws:iam::111122223333:user/simulated',
  };
  const get = 'GET /@connections/{connectionId}';
  expect(logged).toHaveLength(3);
  expect(logged).toMatchObject([
    { ...common, routeKey: get, status: '200' },
    { ...common, routeKey: 'DELETE /@connections/{connectionId}', status: '403' },
    { ...common, routeKey: get, status: '410' },
  ]);
});

test('rows are lost, doubled, cut off and late on demand', async () => {
  const { websockets, events, advance } = await simulateLog();
  const { accessLog } = websockets;
  accessLog.spoil('lost', 2);
  accessLog.spoil('doubled');
  accessLog.spoil('malformed');
  accessLog.spoil({ late: 60_000 });
  const ids = Array.from({ length: 6 }, () => {
    advance(1);
    return websockets.connect(API);
  });
  const logged = await events();
  expect(logged.map(({ message }) => ids.findIndex((id) => message.includes(id)))).toEqual([2, 2, -1, 5]);
  expect(new Set(logged.map(({ eventId }) => eventId)).size).toBe(4);
  expect(() => JSON.parse(logged[2]?.message ?? '')).toThrow(SyntaxError);
  advance(31_000);
  expect((await events()).map(({ message }) => ids.findIndex((id) => message.includes(id)))).toEqual([
    2, 2, -1, 4, 5,
  ]);
});

test('rows for a group that is not there are lost', async () => {
  const { websockets, events } = await simulateLog();
  websockets.logs.removeGroup(GROUP);
  websockets.connect(API);
  websockets.logs.addGroup({ name: GROUP });
  expect(await events()).toEqual([]);
});
