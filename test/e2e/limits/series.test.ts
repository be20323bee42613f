import { expect, test } from 'vitest';
import { type Rig, said, startRig } from '../../support/exporter.ts';
import type { Exposition } from '../../support/exposition.ts';

const DROPPED = 'aws_connections_exporter_series_dropped_total';
const MESSAGE = 'There are more series than limits.series allows';
const BY_CONNECTION = { enabled: true, max: 2_000 };

const names = ({ series }: Exposition) => new Set(series.map(({ name }) => name));
const dropped = (metrics: Exposition) => metrics.value(DROPPED, { reason: 'series_limit' });

async function crowd(rig: Rig, connections: number) {
  const endpointId = rig.world.addEndpoint();
  for (let n = 0; n < connections; n++) {
    const id = rig.world.connect(endpointId, { username: `user-${n % 10}` });
    rig.world.talk(id, { ingressBytes: 1 });
  }
  await rig.pass();
  return endpointId;
}

test('within the limit nothing is left out', async () => {
  const rig = await startRig({ limits: { series: 2_000 }, client_vpn: { connections: BY_CONNECTION } });
  await crowd(rig, 300);
  const metrics = await rig.metrics();
  expect(metrics.all('aws_client_vpn_connection_info')).toHaveLength(300);
  expect(dropped(metrics)).toBe(0);
  expect(said(rig.log, MESSAGE)).toEqual([]);
});

test('past the limit whole families are left out, the least important first, counted with each pass and told', async () => {
  const rig = await startRig({
    limits: { series: 1_000 },
    client_vpn: { users: { enabled: true }, connections: BY_CONNECTION },
  });
  await crowd(rig, 300);
  const metrics = await rig.metrics();
  expect(metrics.series.length).toBeLessThanOrEqual(1_000);
  // Of four families by connection the last ones are gone, and the others are whole.
  const byConnection = [...names(metrics)].filter((name) => /_vpn_connection_(?!duration|trans)/.test(name));
  expect(byConnection).toEqual([
    'aws_client_vpn_connection_info',
    'aws_client_vpn_connection_ingress_bytes_total',
  ]);
  for (const name of byConnection) expect(metrics.all(name)).toHaveLength(300);
  expect(metrics.all('aws_client_vpn_user_connections')).toHaveLength(10);
  expect(dropped(metrics)).toBe(600);
  expect(said(rig.log, MESSAGE)).toEqual([
    expect.stringContaining(
      'limit=1000 left_out="aws_client_vpn_connection_established_timestamp_seconds, aws_client_vpn_connection_egress_bytes_total" series=600',
    ),
  ]);
  expect((await rig.get('/')).text).toContain('2 metric families with 600 series are left out');

  await rig.pass();
  expect(dropped(await rig.metrics())).toBe(1_200);
  expect(said(rig.log, MESSAGE)).toHaveLength(1);
});

test('what is left out stays out while there is room again, until the configuration is reloaded', async () => {
  const sections = { limits: { series: 1_000 }, client_vpn: { connections: BY_CONNECTION } };
  const rig = await startRig(sections);
  const endpointId = await crowd(rig, 300);
  const egress = 'aws_client_vpn_connection_egress_bytes_total';
  expect(names(await rig.metrics())).not.toContain(egress);
  for (const { id } of rig.world.connections(endpointId).slice(0, 290)) rig.world.disconnect(id);
  await rig.pass();
  expect(names(await rig.metrics())).not.toContain(egress);
  await rig.reload(sections);
  await rig.idle();
  expect((await rig.metrics()).all(egress)).toHaveLength(10);
});

test('of many endpoints, counters outlast gauges, and up outlasts all', async () => {
  const rig = await startRig({ limits: { series: 1_400 } });
  for (let n = 0; n < 20; n++) rig.world.connect(rig.world.addEndpoint());
  await rig.pass();
  const some = await rig.metrics();
  expect(some.series.length).toBeLessThanOrEqual(1_400);
  expect(some.all('aws_client_vpn_up')).toHaveLength(20);
  expect(some.all('aws_client_vpn_ingress_bytes_total')).toHaveLength(80);
  expect(some.all('aws_client_vpn_connection_duration_seconds_bucket')).toHaveLength(240);
  expect(some.all('aws_client_vpn_connections')).toHaveLength(80);
  expect(names(some)).not.toContain('aws_client_vpn_endpoint_status');

  for (let n = 0; n < 400; n++) rig.world.addEndpoint();
  await rig.pass();
  const few = await rig.metrics();
  expect(few.all('aws_client_vpn_up', {})).toHaveLength(420);
  expect(few.all('aws_client_vpn_last_success_timestamp_seconds')).toHaveLength(420);
  expect(few.all('aws_connections_exporter_target_up')).toHaveLength(1);
  const vpn = [...names(few)].filter((name) => name.startsWith('aws_client_vpn_'));
  expect(vpn).toEqual(['aws_client_vpn_up', 'aws_client_vpn_last_success_timestamp_seconds']);
});
