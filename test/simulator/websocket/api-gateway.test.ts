import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { simulate } from '../simulation.ts';
import { askRest } from '../wire.ts';

const oldId = 'L0SM9cOFvHcCIhw=';
const newId = 'gbgBR89uMQAYKEiZJA==';
const host = 'abcde12345.execute-api.eu-west-1.amazonaws.com';
const pathOf = (id: string, stage = '/prod') => `${stage}/@connections/${encodeURIComponent(id)}`;

async function simulateApi(options: Parameters<typeof simulate>[0] = {}) {
  const simulation = await simulate(options);
  simulation.websockets.addApi({ apiId: 'abcde12345', stages: ['prod', 'other'] });
  simulation.websockets.connect('abcde12345', {
    id: newId,
    sourceIp: '192.0.2.7',
    userAgent: 'a "quoted": agent',
  });
  const look = (target: string, more: { host?: string; method?: string; region?: string } = {}) =>
    askRest({ url: simulation.url, ...(more.region ? { region: more.region } : {}) }, 'execute-api', target, {
      host,
      ...more,
    });
  return { ...simulation, look };
}

test('a connection is shown as recorded: layout, headers, times', async () => {
  const { websockets, look, advance } = await simulateApi();
  advance(3_185);
  websockets.talk(newId);
  const reply = await look('/prod/@connections/gbgBR89uMQAYKEiZJA%3D%3D');

  expect(reply.status).toBe(200);
  expect(reply.body).toBe(
    `{
  "identity" : {
    "sourceIp" : "192.0.2.7",
    "userAgent" : "a \\"quoted\\": agent"
  },
  "connectedAt" : "2026-01-01T00:00:00.000Z",
  "lastActiveAt" : "2026-01-01T00:00:03.185Z"
}`,
  );
  expect(reply.header('content-type')).toBe('application/json');
  for (const name of ['x-amzn-RequestId', 'x-amz-apigw-id', 'X-Amzn-Trace-Id'])
    expect(reply.rawHeaders).toContain(name);
  expect(reply.header('x-amzn-errortype')).toBeUndefined();
});

test('looking up moves nothing, and ids of both shapes arrive as they were', async () => {
  const { websockets, simulator, look, advance } = await simulateApi();
  websockets.connect('abcde12345', { id: oldId });
  advance(60_000);
  const first = await look(pathOf(oldId));
  advance(60_000);
  expect((await look(pathOf(oldId))).body).toBe(first.body);
  expect(first.body).toContain('"lastActiveAt" : "2026-01-01T00:00:00.000Z"');
  expect(first.body).not.toContain('userAgent');
  await look(pathOf(newId));
  expect(
    simulator.requests().map(({ action, params }) => [action, params.stage, params.connectionId]),
  ).toEqual([
    ['GetConnection', 'prod', oldId],
    ['GetConnection', 'prod', oldId],
    ['GetConnection', 'prod', newId],
  ]);
});

test('ids belong to the API, not to the stage; a stage that is not there is forbidden', async () => {
  const { look } = await simulateApi();
  expect((await look(pathOf(newId, '/other'))).status).toBe(200);
  for (const target of [pathOf(newId, '/nope'), pathOf(newId, '/prod/'), pathOf(newId, ''), pathOf('')]) {
    const reply = await look(target);
    expect([reply.status, reply.header('x-amzn-errortype'), reply.body]).toEqual([
      403,
      'ForbiddenException',
      '{"message":"Forbidden"}',
    ]);
  }
});

test('an ended connection is 410 with nothing in it, again and again', async () => {
  const { websockets, look } = await simulateApi();
  websockets.disconnect(newId, { isTold: false });
  for (let n = 0; n < 2; n++) {
    const reply = await look(pathOf(newId));
    expect([
      reply.status,
      reply.header('x-amzn-errortype'),
      reply.header('content-length'),
      reply.body,
    ]).toEqual([410, 'GoneException', '0', '']);
  }
});

test('a connection whose $connect is under way is 410 until it is answered', async () => {
  const { websockets, look, advance } = await simulateApi();
  const id = websockets.connect('abcde12345', { connectingMs: 20_000 });
  advance(19_999);
  expect((await look(pathOf(id))).status).toBe(410);
  advance(1);
  expect((await look(pathOf(id))).status).toBe(200);
});

test.each(['AAAAAAAAAAAAAAA=', '..', '%', 'ü/?&', 'x'.repeat(300)])(
  'an id that the API never issued is 400 before authorization: %s',
  async (id) => {
    const { websockets, simulator, look } = await simulateApi();
    const elsewhere = websockets.connect(websockets.addApi(), {});
    simulator.deny('GetConnection');
    for (const unknown of [id, elsewhere]) {
      const reply = await look(pathOf(unknown));
      expect([reply.status, reply.header('x-amzn-errortype')]).toEqual([400, 'BadRequestException']);
      expect(JSON.parse(reply.body)).toEqual({ message: `Invalid connectionId: ${unknown}` });
    }
  },
);

test('who may not look is told so with a capital M, a template for the id and most of the account hidden', async () => {
  const { simulator, look } = await simulateApi();
  const allow = simulator.deny('GetConnection');
  const reply = await look(pathOf(newId));
  expect([reply.status, reply.header('x-amzn-errortype')]).toEqual([403, 'AccessDeniedException']);
  expect(JSON.parse(reply.body)).toEqual({
    Message:
      'User: arn:aws:iam::111122223333:user/simulated is not authorized to perform: execute-api:ManageConnections on ' +
      'resource: arn:aws:execute-api:eu-west-1:********3333:abcde12345/prod/GET/@connections/{connectionId} because no ' +
      'session policy allows the execute-api:ManageConnections action',
  });
  allow();
  expect((await look(pathOf(newId))).status).toBe(200);
});

test('other accounts, other methods, other regions and the unsigned are refused', async () => {
  const { url, look } = await simulateApi({ accounts: { AKIAOTHER: '444455556666' } });
  const foreign = await askRest({ url, accessKeyId: 'AKIAOTHER' }, 'execute-api', pathOf(newId), { host });
  expect([foreign.status, foreign.header('x-amzn-errortype')]).toEqual([403, 'AccessDeniedException']);
  const deleting = await look(pathOf(newId), { method: 'DELETE' });
  expect(deleting.status).toBe(403);
  expect(deleting.body).toContain('/prod/DELETE/@connections/{connectionId} ');
  const elsewhere = await look(pathOf(newId), { region: 'us-east-1' });
  expect([elsewhere.status, elsewhere.header('x-amzn-errortype')]).toEqual([
    403,
    'InvalidSignatureException',
  ]);
  expect((await askRest({ url }, null, pathOf(newId), { host })).status).toBe(403);
  expect((await look(pathOf(newId))).status).toBe(200);
});

test.each<[Fault, number, string]>([
  ['throttled', 429, 'LimitExceededException'],
  ['internal-error', 500, 'InternalServerErrorException'],
  ['denied', 403, 'AccessDeniedException'],
  ['auth-failure', 403, 'UnrecognizedClientException'],
  ['expired-token', 403, 'ExpiredTokenException'],
  ['not-found', 410, 'GoneException'],
])('%s is %i %s, then all is well again', async (fault, status, name) => {
  const { simulator, look } = await simulateApi();
  simulator.failNext(1, fault, { action: 'GetConnection' });
  const reply = await look(pathOf(newId));
  expect([reply.status, reply.header('x-amzn-errortype')]).toEqual([status, name]);
  expect((await look(pathOf(newId))).status).toBe(200);
});

test('above its rate an account is throttled until the next second', async () => {
  const { look, advance } = await simulateApi({ lookups: { throttleAbove: 2 } });
  const statuses = async () => {
    const replies = [];
    for (let n = 0; n < 4; n++) replies.push((await look(pathOf(newId))).status);
    return replies;
  };
  expect(await statuses()).toEqual([200, 200, 429, 429]);
  advance(1_000);
  expect(await statuses()).toEqual([200, 200, 429, 429]);
});

test('with a latency, looking up is slower than the rest', async () => {
  const { url, look } = await simulateApi({ lookups: { latencyMs: 300 } });
  const done: string[] = [];
  const lookup = look(pathOf(newId)).then(() => done.push('lookup'));
  await askRest({ url }, 'apigateway', '/v2/apis').then(() => done.push('listing'));
  await lookup;
  expect(done).toEqual(['listing', 'lookup']);
});

test('a custom domain is asked by its mapping key; a default endpoint that is disabled is not there', async () => {
  const { websockets, look } = await simulateApi();
  const domain = 'ws.example.com';
  const apiId = websockets.addApi({
    stages: ['live'],
    isDefaultDisabled: true,
    domains: [
      { domain, key: 'chat', stage: 'live' },
      { domain: 'whole.example.com', key: '', stage: 'live' },
    ],
  });
  const id = websockets.connect(apiId);
  const status = async (stage: string, at: string) => (await look(pathOf(id, stage), { host: at })).status;
  expect(await status('/chat', domain)).toBe(200);
  expect(await status('', 'whole.example.com')).toBe(200);
  expect(await status('/live', domain)).toBe(403);
  expect(await status('/live', `${apiId}.execute-api.eu-west-1.amazonaws.com`)).toBe(403);
});

test("at the simulator's own host a stage or key names the one API in that account and region which has it", async () => {
  const { websockets, url } = await simulate();
  const east = websockets.addApi({ region: 'us-east-1', stages: ['prod', 'v1'] });
  const west = websockets.addApi({ domains: [{ domain: 'ws.example.com', key: 'chat', stage: 'prod' }] });
  const look = async (id: string, stage: string, region: string) =>
    (await askRest({ url, region }, 'execute-api', pathOf(id, stage))).status;
  const [eastern, western] = [websockets.connect(east), websockets.connect(west)];
  expect(await look(eastern, '/prod', 'us-east-1')).toBe(200);
  expect(await look(western, '/prod', 'eu-west-1')).toBe(200);
  expect(await look(western, '/chat', 'eu-west-1')).toBe(200);
  expect(await look(western, '/prod', 'us-east-1')).toBe(400);
  expect(await look(eastern, '/v1', 'eu-west-1')).toBe(403);
  websockets.addApi();
  expect(await look(western, '/prod', 'eu-west-1')).toBe(403);
  websockets.removeApi(west);
  expect(await look(western, '/prod', 'eu-west-1')).toBe(400);
});

test('an API that is not there is forbidden, even where another has such a stage', async () => {
  const { look } = await simulateApi();
  const nobody = { host: 'nnnnnnnnnn.execute-api.eu-west-1.amazonaws.com' };
  expect((await look(pathOf(newId), nobody)).status).toBe(403);
});
