import { expect, test } from 'vitest';
import { said, startRig } from '../../support/exporter.ts';

const REJECTED = 'aws_connections_exporter_records_rejected_total';
/** Counters that begin at 0, so that their first growth can be seen. */
const NONE = {
  connection_id: 0,
  endpoint_id: 0,
  ingress_bytes: 0,
  egress_bytes: 0,
  ingress_packets: 0,
  egress_packets: 0,
  established_at: 0,
  ended_at: 0,
  posture: 0,
  tags: 0,
  updated_at: 0,
};
const TOTAL = 'aws_client_vpn_ingress_bytes_total';

test.each(['', '-', '-5', '+5', '1e3', '12.0', '0x10', ' 7', '1,000', 'NaN', null])(
  'the reading %j is rejected, and the rest of its record counts',
  async (ingressBytes) => {
    const rig = await startRig();
    const endpointId = rig.world.addEndpoint();
    const opening = rig.world.connect(endpointId);
    rig.world.set(opening, { ingressBytes });
    await rig.pass();
    const late = rig.world.connect(endpointId);
    rig.world.talk(late, { egressBytes: 8 });
    rig.world.set(late, { ingressBytes });
    expect(await rig.pass()).toBe(true);
    const odd = await rig.metrics();
    expect(odd.by('field', REJECTED)).toEqual({ ...NONE, ingress_bytes: 3 });
    expect(odd.value('aws_client_vpn_connections', { status: 'active' })).toBe(2);
    expect(odd.value('aws_client_vpn_egress_bytes_total', { status: 'active' })).toBe(8);
    expect(odd.value(TOTAL, { status: 'active' })).toBe(0);
    const lines = said(rig.log, 'A value from AWS was rejected');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('field=ingress_bytes');

    // The first good reading: of the one an opening balance, of the other all new.
    rig.world.set(opening, { ingressBytes: '1000' });
    rig.world.set(late, { ingressBytes: '40' });
    await rig.pass();
    expect((await rig.metrics()).value(TOTAL, { status: 'active' })).toBe(40);

    // A bad one in between loses nothing.
    rig.world.set(opening, { ingressBytes });
    await rig.pass();
    rig.world.set(opening, { ingressBytes: '1007' });
    await rig.pass();
    expect((await rig.metrics()).value(TOTAL, { status: 'active' })).toBe(47);
  },
);

test('readings beyond 2^53 are subtracted exactly, and shown as text in JSON', async () => {
  const rig = await startRig({ client_vpn: { connections: { enabled: true } } });
  const connection = rig.world.connect(rig.world.addEndpoint());
  rig.world.talk(connection, { ingressBytes: 2n ** 53n + 1n, egressBytes: 2n ** 64n });
  await rig.pass();
  rig.world.talk(connection, { ingressBytes: 2, egressBytes: 5 });
  await rig.pass();
  const metrics = await rig.metrics();
  expect(metrics.value(TOTAL, { status: 'active' })).toBe(2);
  expect(metrics.value('aws_client_vpn_egress_bytes_total', { status: 'active' })).toBe(5);
  const [row] = JSON.parse((await rig.get('/api/v1/connections')).text);
  expect(row).toMatchObject({ ingress_bytes: '9007199254740995', egress_bytes: '18446744073709551621' });
});

test('status codes that AWS adds later show as themselves, none as unknown', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  await rig.pass();
  for (const statusCode of ['suspended', '__proto__', null, '']) {
    const connection = rig.world.connect(endpointId);
    rig.world.talk(connection, { ingressBytes: 1 });
    rig.world.set(connection, { statusCode });
  }
  for (let n = 0; n < 2; n++) {
    expect(await rig.pass()).toBe(true);
    const metrics = await rig.metrics();
    const expected = { suspended: 1, unknown: 2, active: 0, terminated: 0 };
    expect(metrics.by('status', 'aws_client_vpn_connections')).toMatchObject(expected);
    expect(metrics.by('status', 'aws_client_vpn_connection_transitions_total')).toMatchObject(expected);
    expect(metrics.value('aws_client_vpn_connections', { status: '__proto__' })).toBe(1);
    expect(metrics.value('aws_client_vpn_connection_transitions_total', { status: '__proto__' })).toBe(1);
    expect(metrics.value(TOTAL, { status: 'active' })).toBe(4);
    await rig.restart();
  }
});

test('an endpoint without connections has its zeros', async () => {
  const rig = await startRig();
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  const none = { active: 0, 'failed-to-terminate': 0, terminating: 0, terminated: 0 };
  for (const name of [
    'connections',
    'connections_egress_packets',
    'egress_packets_total',
    'connection_transitions_total',
  ])
    expect(metrics.by('status', `aws_client_vpn_${name}`)).toEqual(none);
  expect(metrics.value('aws_client_vpn_connected_users')).toBe(0);
  expect(metrics.all('aws_client_vpn_oldest_connection_established_timestamp_seconds')).toEqual([]);
});

test('a connection without any name is counted, as nobody', async () => {
  const rig = await startRig({ client_vpn: { users: { enabled: true }, connections: { enabled: true } } });
  const endpointId = rig.world.addEndpoint();
  rig.world.connect(endpointId);
  rig.world.connect(endpointId, { commonName: 'laptop' });
  rig.world.connect(endpointId, { commonName: 'laptop', username: 'alice' });
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.value('aws_client_vpn_connected_users')).toBe(2);
  expect(metrics.by('user', 'aws_client_vpn_user_connections')).toEqual({ alice: 1, laptop: 1, unknown: 1 });
  expect(Object.keys(metrics.by('user', 'aws_client_vpn_connection_info')).sort()).toEqual([
    'alice',
    'laptop',
    'unknown',
  ]);
});

test('rows without a connection id are rejected whole', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  const [, nameless, empty] = [1, 2, 3].map(() => rig.world.connect(endpointId));
  rig.world.set(nameless ?? '', { connectionId: null });
  rig.world.set(empty ?? '', { connectionId: '' });
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.value('aws_client_vpn_connections', { status: 'active' })).toBe(1);
  expect(metrics.by('field', REJECTED)).toEqual({ ...NONE, connection_id: 2 });
});

test('a connection that stands on several pages counts once, with its larger readings and its later status', async () => {
  const rig = await startRig({ client_vpn: { page_size: 5 } });
  const endpointId = rig.world.addEndpoint();
  await rig.pass();
  const ids = Array.from({ length: 12 }, () => rig.world.connect(endpointId));
  const [first = ''] = ids;
  for (const [n, id] of ids.entries()) {
    rig.world.set(id, {
      connectionId: first,
      ingressBytes: String(n === 4 ? 100 : n),
      statusCode: n === 7 ? 'terminating' : 'active',
      timestamp: n === 7 ? '2026-01-01 00:05:00' : '2026-01-01 00:00:30',
    });
  }
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.by('status', 'aws_client_vpn_connections')).toMatchObject({ active: 0, terminating: 1 });
  expect(metrics.value('aws_client_vpn_connections_opened_total')).toBe(1);
  expect(metrics.value(TOTAL, { status: 'active' })).toBe(100);
});

test('times that are none, or none that exist, do not stop a record from counting', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  const ids = ['-', '', '2026-02-30 00:00:00', 'yesterday'].map((connectionEstablishedTime) => {
    const id = rig.world.connect(endpointId);
    rig.world.set(id, { connectionEstablishedTime });
    return id;
  });
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.value('aws_client_vpn_connections', { status: 'active' })).toBe(ids.length);
  expect(metrics.by('field', REJECTED)).toEqual({ ...NONE, established_at: 2 });
  expect(metrics.all('aws_client_vpn_oldest_connection_established_timestamp_seconds')).toEqual([]);
});
