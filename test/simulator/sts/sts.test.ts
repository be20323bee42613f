import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { ask } from '../wire.ts';

const role = 'arn:aws:iam::444455556666:role/monitoring/exporter';
const request = { RoleArn: role, RoleSessionName: 'test' };

test('a key belongs to its account by the table, else to the first one', async () => {
  const { url } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  const account = async (accessKeyId: string) =>
    (await ask({ url, service: 'sts', accessKeyId }, 'GetCallerIdentity')).all('Account')[0];
  expect([await account('AKIAOTHER'), await account('AKIAANY')]).toEqual(['444455556666', '111122223333']);
});

test("the keys of a role act in the role's account, with their own token only", async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint({ accountId: '444455556666' });
  const assumed = await ask({ url, service: 'sts' }, 'AssumeRole', request);
  expect(assumed.all('Arn')).toEqual(['arn:aws:sts::444455556666:assumed-role/exporter/test']);
  const [accessKeyId = ''] = assumed.all('AccessKeyId');
  const [sessionToken = ''] = assumed.all('SessionToken');

  const list = (token: string) =>
    ask({ url, accessKeyId, sessionToken: token }, 'DescribeClientVpnEndpoints');
  expect((await list(sessionToken)).all('clientVpnEndpointId')).toEqual([endpointId]);
  expect((await list('stolen')).all('Code')).toEqual(['AuthFailure']);
});

test('a key that was deleted is nobody’s', async () => {
  const { simulator, url } = await simulate();
  simulator.revoke('AKIAGONE');
  const sts = await ask({ url, service: 'sts', accessKeyId: 'AKIAGONE' }, 'GetCallerIdentity');
  const ec2 = await ask({ url, accessKeyId: 'AKIAGONE' }, 'DescribeClientVpnEndpoints');
  expect([sts.all('Code'), ec2.all('Code')]).toEqual([['InvalidClientTokenId'], ['AuthFailure']]);
});

test('keys past their lifetime are refused', async () => {
  const { url } = await simulate({ credentialsSeconds: 0 });
  const assumed = await ask({ url, service: 'sts' }, 'AssumeRole', request);
  const [accessKeyId = ''] = assumed.all('AccessKeyId');
  const [sessionToken = ''] = assumed.all('SessionToken');
  const asker = { url, accessKeyId, sessionToken };
  expect((await ask(asker, 'DescribeClientVpnEndpoints')).all('Code')).toEqual(['RequestExpired']);
  expect((await ask({ ...asker, service: 'sts' }, 'GetCallerIdentity')).all('Code')).toEqual([
    'ExpiredToken',
  ]);
});

test('a role that asks for an external id gets it or refuses', async () => {
  const { url } = await simulate({ roles: { [role]: { externalId: 'secret' } } });
  const assume = async (params: Record<string, string>) => {
    const reply = await ask({ url, service: 'sts' }, 'AssumeRole', { ...request, ...params });
    return [reply.status, reply.all('Code')[0]];
  };
  expect(await assume({})).toEqual([403, 'AccessDenied']);
  expect(await assume({ ExternalId: 'wrong' })).toEqual([403, 'AccessDenied']);
  expect(await assume({ ExternalId: 'secret' })).toEqual([200, undefined]);
});

test.each([
  ['AssumeRole', { RoleArn: 'nonsense', RoleSessionName: 'test' }, 'ValidationError'],
  ['AssumeRole', { RoleArn: role }, 'ValidationError'],
  ['DescribeClientVpnEndpoints', {}, 'InvalidAction'],
])('%s %j: %s', async (action, params, code) => {
  const { url } = await simulate();
  const reply = await ask({ url, service: 'sts' }, action, params);
  expect([reply.status, reply.all('Code')]).toEqual([400, [code]]);
});
