import { expect, test } from 'vitest';
import { type Rig, startRig } from '../../support/exporter.ts';

const USERS = { client_vpn: { connections: { enabled: true }, users: { enabled: true } } };

async function rows(rig: Rig): Promise<Record<string, unknown>[]> {
  return JSON.parse((await rig.get('/api/v1/connections')).text);
}

/** An exporter that has listed one active connection with 100 bytes, updated at 00:10. */
async function listedOne() {
  const rig = await startRig(USERS);
  const endpointId = rig.world.addEndpoint();
  await rig.pass();
  const id = rig.world.connect(endpointId, { username: 'alice' });
  rig.world.set(id, { ingressBytes: '100', timestamp: '2026-01-01 00:10:00' });
  await rig.pass();
  return { rig, id };
}

test('an end that AWS tells with an older time ends the connection, and nothing brings it back', async () => {
  const { rig, id } = await listedOne();
  const end = {
    statusCode: 'terminated',
    connectionEndTime: '2026-01-01 00:09:00',
    timestamp: '2026-01-01 00:09:00',
    ingressBytes: '90',
  };
  rig.world.set(id, end);
  await rig.pass();
  const back = { ...end, statusCode: 'active', connectionEndTime: '-' };
  for (const row of [
    end,
    { ...back, timestamp: '2026-01-01 00:10:00', ingressBytes: '100' },
    { ...back, timestamp: '2026-01-01 00:20:00', ingressBytes: '100' },
    { ...back, timestamp: '-', ingressBytes: '100' },
  ]) {
    rig.world.set(id, row);
    expect(await rig.pass()).toBe(true);
    const metrics = await rig.metrics();
    expect(metrics.by('status', 'aws_client_vpn_connections')).toMatchObject({ active: 0, terminated: 1 });
    expect(metrics.by('status', 'aws_client_vpn_connections_ingress_bytes')).toMatchObject({
      terminated: 100,
    });
    expect(metrics.by('status', 'aws_client_vpn_connection_transitions_total')).toMatchObject({
      active: 1,
      terminated: 1,
    });
    expect(metrics.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(100);
    expect(metrics.value('aws_client_vpn_ingress_bytes_total', { status: 'terminated' })).toBe(0);
    expect(metrics.value('aws_client_vpn_connection_duration_seconds_count')).toBe(1);
    expect(metrics.all('aws_client_vpn_connection_info')).toEqual([]);
    expect(await rows(rig)).toMatchObject([
      { status: 'terminated', ended_at: '2026-01-01T00:09:00Z', ingress_bytes: '100' },
    ]);
  }
  await rig.crash();
  await rig.pass();
  expect(await rows(rig)).toMatchObject([{ status: 'terminated', ingress_bytes: '100' }]);
});

test('of a stale copy nothing shows: neither an end time on an active connection nor another name', async () => {
  const { rig, id } = await listedOne();
  const before = await rows(rig);
  rig.world.set(id, {
    timestamp: '2026-01-01 00:05:00',
    statusCode: 'terminating',
    connectionEndTime: '2026-01-01 00:04:00',
    ingressBytes: '60',
    username: 'mallory',
    clientIp: '192.0.2.66',
  });
  await rig.pass();
  expect(await rows(rig)).toEqual(before);
  const metrics = await rig.metrics();
  expect(metrics.by('user', 'aws_client_vpn_user_connections')).toEqual({ alice: 1 });
  expect(metrics.by('user', 'aws_client_vpn_user_ingress_bytes_total')).toEqual({ alice: 100 });
  expect(metrics.by('client_ip', 'aws_client_vpn_connection_info')).toEqual({
    [String(before[0]?.client_ip ?? '')]: 1,
  });
});
