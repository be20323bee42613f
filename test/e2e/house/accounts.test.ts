import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { type Rig, said, startRig } from '../../support/exporter.ts';

const ROLE = 'arn:aws:iam::444455556666:role/connections-exporter';
const OTHER = '444455556666';

const calls = (rig: Rig, action: string) => rig.simulator.requests().filter((call) => call.action === action);

test.each(['denied', 'hang', 'html-503', 'expired-token', 'empty-200'] as const)(
  'STS that fails at start (%s) costs that target its series until it answers',
  async (fault) => {
    const rig = await startRig({ aws: { request_timeout: '300ms' } });
    const endpointId = rig.world.addEndpoint();
    rig.simulator.failNext(Number.POSITIVE_INFINITY, fault, { action: 'GetCallerIdentity' });
    expect(await rig.pass()).toBe(false);
    const during = await rig.metrics();
    expect(during.all('aws_client_vpn_up')).toEqual([]);
    expect(
      during.value('aws_connections_exporter_target_up', { account_id: 'unknown', region: HOME.region }),
    ).toBe(0);
    const lines = said(rig.log, 'The account of a target is not known, so it is not polled');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/target=home region=eu-west-1 reason=".*GetCallerIdentity.*; .+"/);
    expect(said(rig.log, 'Pass failed')[0]).toContain('error="1 of 1 targets failed"');

    rig.simulator.clearFaults();
    expect(await rig.pass()).toBe(true);
    const after = await rig.metrics();
    expect(after.by('endpoint_id', 'aws_client_vpn_up')).toEqual({ [endpointId]: 1 });
    expect(after.by('account_id', 'aws_connections_exporter_target_up')).toEqual({ [HOME.accountId]: 1 });
  },
);

test('the account is learned once', async () => {
  const rig = await startRig({ targets: [{ regions: ['eu-west-1', 'us-east-1'] }] });
  for (let n = 0; n < 3; n++) expect(await rig.pass()).toBe(true);
  expect(calls(rig, 'GetCallerIdentity')).toHaveLength(1);
});

test('an account that is configured is compared with the one that STS names, once', async () => {
  const rig = await startRig({ targets: [{ regions: ['eu-west-1'], account_id: HOME.accountId }] });
  rig.world.addEndpoint();
  for (let n = 0; n < 3; n++) expect(await rig.pass()).toBe(true);
  expect(calls(rig, 'GetCallerIdentity')).toHaveLength(1);
});

test('a role with an external id is assumed once for two regions', async () => {
  const rig = await startRig({
    targets: [{ regions: ['eu-west-1', 'us-east-1'], role_arn: ROLE, external_id: 'example' }],
    simulator: { roles: { [ROLE]: { externalId: 'example' } } },
  });
  const ids = ['eu-west-1', 'us-east-1'].map((region) => rig.world.addEndpoint({ region, accountId: OTHER }));
  rig.world.addEndpoint();
  for (let n = 0; n < 2; n++) expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_client_vpn_up', { account_id: OTHER })).toEqual(
    Object.fromEntries(ids.map((id) => [id, 1])),
  );
  expect(metrics.all('aws_client_vpn_up')).toHaveLength(2);
  expect(calls(rig, 'AssumeRole')).toHaveLength(1);
  expect(calls(rig, 'GetCallerIdentity')).toEqual([]);
});

test('a role that is refused leaves the other account alone', async () => {
  const rig = await startRig({
    targets: [
      { name: 'home', regions: ['eu-west-1'] },
      { name: 'other', regions: ['eu-west-1'], role_arn: ROLE, external_id: 'wrong' },
    ],
    simulator: { roles: { [ROLE]: { externalId: 'example' } } },
  });
  const endpointId = rig.world.addEndpoint();
  rig.world.addEndpoint({ accountId: OTHER });
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_client_vpn_up')).toEqual({ [endpointId]: 1 });
  expect(metrics.by('account_id', 'aws_connections_exporter_target_up')).toEqual({
    [HOME.accountId]: 1,
    [OTHER]: 0,
  });
  const line = said(rig.log, 'target=other')[0];
  expect(line).toContain('sts:AssumeRole failed');
  expect(line).toContain('the trust policy of the role must name who asks');
  expect(said(rig.log, 'wrong')).toEqual([]);
  expect(
    metrics.value('aws_connections_exporter_aws_request_errors_total', {
      api: 'sts',
      operation: 'AssumeRole',
      error: 'denied',
    }),
  ).toBe(1);
});

test('STS that fails after a reload leaves what is known, as not up', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  const connection = rig.world.connect(endpointId);
  await rig.pass();
  rig.world.talk(connection, { ingressBytes: 9 });
  await rig.pass();
  rig.simulator.failNext(1, 'denied', { action: 'GetCallerIdentity' });
  await rig.reload({});
  await rig.idle();
  const during = await rig.metrics();
  expect(during.value('aws_client_vpn_up')).toBe(0);
  expect(during.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(9);
  expect(during.value('aws_client_vpn_connections', { status: 'active' })).toBe(1);

  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value('aws_client_vpn_up')).toBe(1);
});
