import { expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulator/server.ts';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { type Simulation, simulate } from '../simulation.ts';
import { ask, askAllConnections } from '../wire.ts';

const connections = 'DescribeClientVpnConnections';

async function simulateTalk(): Promise<Simulation & { endpointId: string }> {
  const simulation = await simulate();
  const endpointId = simulation.world.addEndpoint();
  for (let n = 0; n < 12; n++) simulation.world.connect(endpointId, { username: `user${n}` });
  return { ...simulation, endpointId };
}

/** Waits for the first request to arrive. */
async function arrival(simulator: Simulator): Promise<void> {
  while (simulator.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
}

test.each<[Fault, number, string]>([
  ['throttled', 503, 'RequestLimitExceeded'],
  ['internal-error', 500, 'InternalError'],
  ['denied', 403, 'UnauthorizedOperation'],
  ['auth-failure', 401, 'AuthFailure'],
  ['expired', 400, 'RequestExpired'],
  ['expired-token', 400, 'ExpiredToken'],
  ['not-found', 400, 'InvalidClientVpnEndpointId.NotFound'],
])('%s is %i %s in the words of EC2, then all is well again', async (fault, status, code) => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(2, fault);
  const params = { ClientVpnEndpointId: endpointId };
  const replies = [];
  for (let n = 0; n < 3; n++) replies.push(await ask({ url }, connections, params));
  expect(replies.map((reply) => [reply.status, reply.all('Code')[0]])).toEqual([
    [status, code],
    [status, code],
    [200, undefined],
  ]);
});

test.each<[Fault, number, string]>([
  ['throttled', 400, 'Throttling'],
  ['internal-error', 500, 'InternalFailure'],
  ['denied', 403, 'AccessDenied'],
  ['auth-failure', 403, 'InvalidClientTokenId'],
  ['expired', 403, 'ExpiredToken'],
  ['expired-token', 403, 'ExpiredToken'],
])('%s is %i %s in the words of STS', async (fault, status, code) => {
  const { simulator, url } = await simulate();
  simulator.failNext(1, fault);
  const reply = await ask({ url, service: 'sts' }, 'GetCallerIdentity');
  expect([reply.status, reply.all('Code')[0]]).toEqual([status, code]);
  expect(reply.body).toMatch(
    /^<ErrorResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/"><Error><Type>/,
  );
});

test('html-503 is a page of HTML, empty-200 has no body', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(1, 'html-503');
  simulator.failNext(1, 'empty-200');
  const html = await ask({ url }, connections, { ClientVpnEndpointId: endpointId });
  expect([html.status, html.contentType, html.body.slice(0, 6)]).toEqual([503, 'text/html', '<html>']);
  const empty = await ask({ url }, connections, { ClientVpnEndpointId: endpointId });
  expect([empty.status, empty.body]).toEqual([200, '']);
});

test('truncated-xml ends inside the last item, with status 200 and a true length', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(1, 'truncated-xml');
  const reply = await ask({ url }, connections, { ClientVpnEndpointId: endpointId });
  expect(reply.status).toBe(200);
  expect(reply.body.split('<item>')).toHaveLength(13);
  expect(reply.body.split('</item>')).toHaveLength(12);
  expect(reply.body).not.toContain('</connections>');
});

test('reset-mid-body breaks the connection after the head', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(1, 'reset-mid-body');
  await expect(ask({ url }, connections, { ClientVpnEndpointId: endpointId })).rejects.toThrow();
  expect((await ask({ url }, connections, { ClientVpnEndpointId: endpointId })).status).toBe(200);
});

test.each<Fault>(['hang', 'stall-mid-body'])('%s does not end until faults are cleared', async (fault) => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(Number.POSITIVE_INFINITY, fault);
  const failed = ask({ url }, connections, { ClientVpnEndpointId: endpointId }).then(
    () => 'answered',
    () => 'broken off',
  );
  const others = { 'Filter.1.Name': 'endpoint-id', 'Filter.1.Value.1': endpointId };
  await arrival(simulator);
  simulator.clearFaults();
  expect(await failed).toBe('broken off');
  expect((await ask({ url }, 'DescribeClientVpnEndpoints', others)).status).toBe(200);
});

test('closing breaks off what hangs', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(1, 'hang');
  const failed = expect(ask({ url }, connections, { ClientVpnEndpointId: endpointId })).rejects.toThrow();
  await arrival(simulator);
  await simulator.close();
  await failed;
});

test('slow is late but whole', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(1, { slow: 500 });
  const done: string[] = [];
  const slow = ask({ url }, connections, { ClientVpnEndpointId: endpointId });
  const slowDone = slow.then(() => done.push('slow'));
  await arrival(simulator);
  await ask({ url }, connections, { ClientVpnEndpointId: endpointId }).then(() => done.push('quick'));
  await slowDone;
  expect(done).toEqual(['quick', 'slow']);
  expect((await slow).all('connectionId')).toHaveLength(12);
});

test('missing-connections is well-formed and lacks the list', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(1, 'missing-connections');
  const { status, flat: body } = await ask({ url }, connections, { ClientVpnEndpointId: endpointId });
  expect(status).toBe(200);
  expect(body).toMatch(/<requestId>[^<]+<\/requestId><\/DescribeClientVpnConnectionsResponse>$/);
});

test('repeating-token gives the same token for ever', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(Number.POSITIVE_INFINITY, 'repeating-token');
  const tokens = new Set<string | undefined>();
  let token = '';
  for (let n = 0; n < 6; n++) {
    const reply = await ask({ url }, connections, {
      ClientVpnEndpointId: endpointId,
      MaxResults: '5',
      NextToken: token,
    });
    expect(reply.all('connectionId')).toHaveLength(5);
    token = reply.all('nextToken')[0] ?? '';
    tokens.add(token);
  }
  expect([...tokens]).toEqual([expect.stringMatching(/.+/)]);
});

test('empty-pages come with tokens of their own, and the rest follows', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(3, 'empty-pages');
  const pages = await askAllConnections({ url }, endpointId);
  expect(pages.map((page) => page.all('connectionId').length)).toEqual([0, 0, 0, 5, 5, 2]);
  expect(pages[0]?.body).toContain('<connections/>');
  expect(new Set(pages.flatMap((page) => page.all('nextToken'))).size).toBe(5);
});

test('a fault meets only the calls it names', async () => {
  const { world, simulator, url } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  for (const region of ['eu-west-1', 'us-east-1']) world.addEndpoint({ region });
  simulator.failNext(Number.POSITIVE_INFINITY, 'throttled', {
    action: 'DescribeClientVpnEndpoints',
    region: 'us-east-1',
    accountId: '444455556666',
  });
  const status = async (asker: object, action: string) => (await ask({ url, ...asker }, action)).status;
  const both = { region: 'us-east-1', accessKeyId: 'AKIAOTHER' };

  expect(await status(both, 'DescribeClientVpnEndpoints')).toBe(503);
  expect(await status(both, 'DescribeClientVpnConnections')).toBe(400);
  expect(await status({ region: 'us-east-1' }, 'DescribeClientVpnEndpoints')).toBe(200);
  expect(await status({ accessKeyId: 'AKIAOTHER' }, 'DescribeClientVpnEndpoints')).toBe(200);
  simulator.clearFaults();
  expect(await status(both, 'DescribeClientVpnEndpoints')).toBe(200);
});

test('a denied action is refused, its DryRun too, until it is allowed again', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  const allow = simulator.deny(connections, { region: 'eu-west-1' });
  const code = async (params = {}) =>
    (await ask({ url }, connections, { ClientVpnEndpointId: endpointId, ...params })).all('Code')[0];

  expect(await code()).toBe('UnauthorizedOperation');
  simulator.clearFaults();
  expect(await code({ DryRun: 'true' })).toBe('UnauthorizedOperation');
  allow();
  expect(await code({ DryRun: 'true' })).toBe('DryRunOperation');
});

test('requests are remembered with what they asked, refused ones too', async () => {
  const { simulator, url, endpointId } = await simulateTalk();
  simulator.failNext(1, 'throttled');
  await ask({ url }, connections, { ClientVpnEndpointId: endpointId });
  await ask({ url, region: 'us-east-1', service: 'sts' }, 'GetCallerIdentity');
  expect(simulator.requests()).toMatchObject([
    { action: connections, region: 'eu-west-1', params: { ClientVpnEndpointId: endpointId } },
    { action: 'GetCallerIdentity', region: 'us-east-1', accountId: '111122223333', at: Date.UTC(2026, 0, 1) },
  ]);
});
