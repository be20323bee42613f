import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { type Rig, startRig, until } from '../../support/exporter.ts';

const ROLE = 'arn:aws:iam::444455556666:role/connections-exporter';
const [HERE, THERE] = ['eu-west-1', 'us-east-1'];

const targetUp = (metrics: Awaited<ReturnType<Rig['metrics']>>, by: string) =>
  metrics.by(by, 'aws_connections_exporter_target_up');
const up = (metrics: Awaited<ReturnType<Rig['metrics']>>) => metrics.by('endpoint_id', 'aws_client_vpn_up');
const bytes = (metrics: Awaited<ReturnType<Rig['metrics']>>, endpoint_id: string) =>
  metrics.value('aws_client_vpn_ingress_bytes_total', { endpoint_id, status: 'active' });

/** Lets time go by, a little at a time, until `condition` holds. */
function advanceUntil(rig: Rig, condition: () => Promise<boolean>): Promise<void> {
  return until(async () => {
    await rig.clock.advance(1_000);
    return condition();
  });
}

test('a region that hangs holds no other up: what is done is published while it is waited for', async () => {
  const rig = await startRig({
    targets: [{ name: 'home', regions: [HERE, THERE] }],
    client_vpn: { timeout: '1h' },
  });
  const [here, there] = [HERE, THERE].map((region) => rig.world.addEndpoint({ region }));
  if (!here || !there) throw new Error('no endpoint');
  const alice = rig.world.connect(here);
  rig.simulator.failNext(1, 'hang', { action: 'DescribeClientVpnEndpoints', region: THERE });
  const first = rig.pass();
  await advanceUntil(rig, async () => Object.keys(up(await rig.metrics())).length > 0);
  const during = await rig.metrics();
  expect(up(during)).toEqual({ [here]: 1 });
  expect(targetUp(during, 'region')).toEqual({ [HERE]: 1 });
  expect(during.value('aws_connections_exporter_passes_total')).toBe(0);
  rig.simulator.clearFaults();
  await first;
  expect(await rig.pass()).toBe(true);
  const before = await rig.metrics();
  expect(targetUp(before, 'region')).toEqual({ [HERE]: 1, [THERE]: 1 });

  // The next time its last numbers are there, and the others go on.
  rig.world.talk(alice, { ingressBytes: 7 });
  rig.simulator.failNext(1, 'hang', { action: 'DescribeClientVpnConnections', region: THERE });
  const second = rig.pass();
  await advanceUntil(rig, async () => bytes(await rig.metrics(), here) === 7);
  expect(up(await rig.metrics())).toEqual({ [here]: 1, [there]: 1 });
  rig.simulator.clearFaults();
  await second;
});

test('what is published before the end of a pass is on disk: no counter falls after a crash', async () => {
  const rig = await startRig({
    targets: [{ name: 'home', account_id: HOME.accountId, regions: [HERE, THERE] }],
    client_vpn: { timeout: '1h' },
  });
  const here = rig.world.addEndpoint({ region: HERE });
  rig.world.addEndpoint({ region: THERE });
  const alice = rig.world.connect(here);
  expect(await rig.pass()).toBe(true);
  rig.world.talk(alice, { ingressBytes: 7 });
  rig.simulator.failNext(1, 'hang', { action: 'DescribeClientVpnConnections', region: THERE });
  const pass = rig.pass();
  await advanceUntil(rig, async () => bytes(await rig.metrics(), here) === 7);
  await rig.crash();
  await pass;
  expect(bytes(await rig.metrics(), here)).toBe(7);
});

test('an account whose credentials hang holds no other account up', async () => {
  const rig = await startRig({
    targets: [
      { name: 'home', regions: [HERE] },
      { name: 'other', regions: [HERE], role_arn: ROLE, external_id: 'example' },
    ],
    client_vpn: { timeout: '1h' },
    simulator: { roles: { [ROLE]: { externalId: 'example' } } },
  });
  const endpoint = rig.world.addEndpoint();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: 'AssumeRole' });
  const pass = rig.pass();
  await advanceUntil(rig, async () => up(await rig.metrics())[endpoint] === 1);
  expect(targetUp(await rig.metrics(), 'account_id')).toEqual({ [HOME.accountId]: 1 });
  rig.simulator.clearFaults();
  expect(await pass).toBe(false);
  expect(targetUp(await rig.metrics(), 'account_id')).toEqual({ [HOME.accountId]: 1, '444455556666': 0 });
});

test('a target that failed is told so before the end of the pass as well', async () => {
  const rig = await startRig({
    targets: [{ name: 'home', regions: [HERE, THERE] }],
    client_vpn: { timeout: '1h' },
  });
  const ids = [HERE, THERE].map((region) => rig.world.addEndpoint({ region }));
  expect(await rig.pass()).toBe(true);
  rig.simulator.failNext(1, 'denied', { action: 'DescribeClientVpnConnections', region: HERE });
  rig.simulator.failNext(1, 'hang', { action: 'DescribeClientVpnConnections', region: THERE });
  const pass = rig.pass();
  await advanceUntil(rig, async () => targetUp(await rig.metrics(), 'region')[HERE] === 0);
  const during = await rig.metrics();
  expect(up(during)).toEqual({ [ids[0] ?? '']: 0, [ids[1] ?? '']: 1 });
  expect(rig.log.filter((line) => line.includes('UnauthorizedOperation'))).toHaveLength(1);
  rig.simulator.clearFaults();
  expect(await pass).toBe(false);
  expect(rig.log.filter((line) => line.includes('UnauthorizedOperation'))).toHaveLength(1);
});

test('a target that failed is not told so while another may still do better in its account and region', async () => {
  const rig = await startRig({
    targets: [
      { name: 'refused', regions: [HERE], role_arn: ROLE, external_id: 'wrong' },
      { name: 'home', regions: [HERE], account_id: '444455556666', role_arn: ROLE, external_id: 'example' },
    ],
    client_vpn: { timeout: '1h' },
    simulator: { roles: { [ROLE]: { externalId: 'example' } } },
  });
  const endpoint = rig.world.addEndpoint({ accountId: '444455556666' });
  expect(await rig.pass()).toBe(false);
  expect(up(await rig.metrics())).toEqual({ [endpoint]: 1 });
  rig.simulator.failNext(1, 'hang', { action: 'DescribeClientVpnConnections' });
  const pass = rig.pass();
  await rig.listed(2);
  for (let n = 0; n < 30; n += 1) await rig.clock.advance(1_000);
  expect(up(await rig.metrics())).toEqual({ [endpoint]: 1 });
  rig.simulator.clearFaults();
  await pass;
});

test('what failed in a pass that a reload breaks off stays as it was, for nothing tells of that pass', async () => {
  const sections = {
    targets: [{ name: 'home', account_id: HOME.accountId, regions: [HERE, THERE] }],
    client_vpn: { timeout: '1h' },
  };
  const rig = await startRig(sections);
  const [here, there] = [HERE, THERE].map((region) => rig.world.addEndpoint({ region }));
  if (!here || !there) throw new Error('no endpoint');
  expect(await rig.pass()).toBe(true);
  rig.simulator.failNext(1, 'denied', { action: 'DescribeClientVpnConnections', region: HERE });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { region: THERE });
  const brokenOff = rig.pass();
  const denials = async () =>
    (await rig.metrics()).value('aws_connections_exporter_aws_request_errors_total', {
      operation: 'DescribeClientVpnConnections',
      region: HERE,
      error: 'denied',
    });
  await until(async () => (await denials()) === 1);
  expect(await rig.reload(sections)).toMatchObject({ status: 200 });
  expect(await brokenOff).toBe(false);
  const after = await rig.metrics();
  expect(targetUp(after, 'region')).toEqual({ [HERE]: 1, [THERE]: 1 });
  expect(up(after)).toEqual({ [here]: 1, [there]: 1 });
  rig.simulator.clearFaults();
});
