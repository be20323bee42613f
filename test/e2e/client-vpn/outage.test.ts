import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { type Rig, startRig, until } from '../../support/exporter.ts';
import type { Exposition } from '../../support/exposition.ts';

const MINUTE = 60_000;
/** The defaults: a pass every 30 s, stale after 10 minutes. */
const client_vpn = { schedule: '*/30 * * * * *', stale_after: '10m' };
const targets = [{ name: 'home', regions: [HOME.region], account_id: HOME.accountId }];
const TOTAL = 'aws_client_vpn_ingress_bytes_total';

const counters = ({ series }: Exposition) =>
  series.filter(({ name }) => /^aws_client_vpn_.*_(total|bucket|sum|count)$/.test(name));
const polled = ({ series }: Exposition) =>
  series
    .filter(({ name }) => /^aws_client_vpn_(connections|endpoint_info|connected_users)/.test(name))
    .filter(({ name }) => !name.endsWith('_total'));
const totals = (metrics: Exposition) => metrics.by('status', TOTAL);

/** An endpoint with two clients; one ended before the outage, the other goes on. */
async function start(rig: Rig) {
  const endpointId = rig.world.addEndpoint();
  const [alice, bob] = [rig.world.connect(endpointId), rig.world.connect(endpointId)];
  rig.world.talk(alice, { ingressBytes: 1_000 });
  await rig.pass();
  rig.world.talk(alice, { ingressBytes: 10 });
  rig.world.talk(bob, { ingressBytes: 20 });
  await rig.pass();
  rig.world.disconnect(bob);
  await rig.pass();
  expect(totals(await rig.metrics())).toMatchObject({ active: 30, terminated: 0 });
  return { endpointId, alice };
}

/** Three hours in which a client comes and goes unseen, another ends within the last hour, and alice talks on. */
async function threeHours(rig: Rig, endpointId: string, alice: string, everyTenMinutes: () => Promise<void>) {
  for (let minutes = 0; minutes < 180; minutes += 10) {
    await rig.clock.advance(10 * MINUTE);
    rig.world.talk(alice, { ingressBytes: 100 });
    if (minutes === 30) rig.world.disconnect(talkative(rig, endpointId, 7_000));
    if (minutes === 150) rig.world.disconnect(talkative(rig, endpointId, 500));
    await everyTenMinutes();
  }
  talkative(rig, endpointId, 40);
}

function talkative(rig: Rig, endpointId: string, ingressBytes: number) {
  const id = rig.world.connect(endpointId);
  rig.world.talk(id, { ingressBytes });
  return id;
}

test.each(['AWS', 'the exporter'])(
  'three hours without %s count nothing twice and lose nothing that is still listed',
  async (who) => {
    const rig = await startRig({ client_vpn, targets });
    const { endpointId, alice } = await start(rig);
    if (who === 'AWS') rig.simulator.failNext(Number.POSITIVE_INFINITY, 'internal-error');
    await threeHours(rig, endpointId, alice, async () => {
      if (who !== 'AWS') return;
      expect(await rig.pass()).toBe(false);
      expect(totals(await rig.metrics())).toMatchObject({ active: 30, terminated: 0 });
    });
    rig.simulator.clearFaults();
    if (who !== 'AWS') await rig.restart();
    expect(await rig.pass()).toBe(true);
    const expected = 30 + 18 * 100 + 500 + 40;
    for (let n = 0; n < 2; n++) {
      const metrics = await rig.metrics();
      expect(totals(metrics)).toMatchObject({ active: expected, terminated: 0 });
      expect(metrics.value('aws_client_vpn_connections_opened_total')).toBe(2);
      expect(metrics.by('status', 'aws_client_vpn_connection_transitions_total')).toMatchObject({
        active: 1,
        terminated: 2,
      });
      expect(metrics.value('aws_client_vpn_connection_duration_seconds_count')).toBe(2);
      expect(await rig.pass()).toBe(true);
    }
  },
);

test('after a restart the counters are there at once, gauges and up when the first pass ends', async () => {
  const rig = await startRig({ client_vpn, targets });
  await start(rig);
  const before = await rig.metrics();
  await rig.restart();
  const between = await rig.metrics();
  expect(counters(between)).toEqual(counters(before));
  expect(between.series.filter(({ name }) => name.startsWith('aws_client_vpn_'))).toEqual(counters(before));
  expect(await rig.pass()).toBe(true);
  const after = await rig.metrics();
  expect(counters(after)).toEqual(counters(before));
  expect(after.value('aws_client_vpn_up')).toBe(1);
  expect(polled(after)).toEqual(polled(before));
});

test('where the account must be asked for, a restart shows nothing until it is known, and then goes on counting', async () => {
  const rig = await startRig({ client_vpn });
  const { alice } = await start(rig);
  const before = await rig.metrics();
  await rig.restart();
  expect((await rig.metrics()).series.filter(({ name }) => name.startsWith('aws_client_vpn_'))).toEqual([]);
  rig.world.talk(alice, { ingressBytes: 3 });
  rig.simulator.failNext(1, 'throttled', { action: 'DescribeClientVpnConnections' });
  expect(await rig.pass()).toBe(false);
  expect(counters(await rig.metrics())).toEqual(counters(before));
  expect(await rig.pass()).toBe(true);
  expect(totals(await rig.metrics())).toMatchObject({ active: 33 });
});

test('where the account must be asked for, the counters are there while the first listing still hangs', async () => {
  const rig = await startRig({ client_vpn });
  const { alice } = await start(rig);
  const before = await rig.metrics();
  await rig.restart();
  rig.world.talk(alice, { ingressBytes: 3 });
  rig.simulator.failNext(1, 'hang', { action: 'DescribeClientVpnEndpoints' });
  const pass = rig.pass();
  await until(async () => counters(await rig.metrics()).length > 0);
  const between = await rig.metrics();
  expect(between.series.filter(({ name }) => name.startsWith('aws_client_vpn_'))).toEqual(counters(before));
  expect(between.value('aws_connections_exporter_passes_total')).toBe(0);
  rig.simulator.clearFaults();
  await pass;
  expect(await rig.pass()).toBe(true);
  expect(totals(await rig.metrics())).toMatchObject({ active: 33 });
});
