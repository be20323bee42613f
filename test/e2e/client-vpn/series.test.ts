import { expect, test } from 'vitest';
import { type Rig, startRig } from '../../support/exporter.ts';
import type { Exposition } from '../../support/exposition.ts';

const DROPPED = 'aws_connections_exporter_series_dropped_total';
/** Counters that begin at 0, so that their first growth can be seen. */
const NONE = { user_cap: 0, connection_cap: 0, posture_cap: 0, status_cap: 0, series_limit: 0 };
const USER_TOTAL = 'aws_client_vpn_user_ingress_bytes_total';
const TOTAL = 'aws_client_vpn_ingress_bytes_total';

const users = (metrics: Exposition) => metrics.by('user', USER_TOTAL);
const shownIds = (metrics: Exposition) =>
  metrics
    .all('aws_client_vpn_connection_info')
    .map(({ labels }) => labels.connection_id)
    .sort();

/** Opens a connection for each of these names, a minute apart. */
async function connectAll(rig: Rig, endpointId: string, names: readonly string[]) {
  const ids: string[] = [];
  for (const username of names) {
    ids.push(rig.world.connect(endpointId, { username }));
    await rig.clock.advance(60_000);
  }
  return ids;
}

test('users past the cap share _other, so that sums stay true', async () => {
  const rig = await startRig({ client_vpn: { users: { enabled: true, max: 2 } } });
  const endpointId = rig.world.addEndpoint();
  const early = await connectAll(rig, endpointId, ['ann', 'bea']);
  await rig.pass();
  const late = await connectAll(rig, endpointId, ['cat', 'dot', '_other']);
  for (const [n, id] of [...early, ...late].entries()) rig.world.talk(id, { ingressBytes: 10 ** n });
  await rig.pass();
  const metrics = await rig.metrics();
  expect(users(metrics)).toEqual({ ann: 1, bea: 10, _other: 11_100 });
  expect(metrics.by('user', 'aws_client_vpn_user_connections')).toEqual({ ann: 1, bea: 1, _other: 3 });
  expect(metrics.value(TOTAL, { status: 'active' })).toBe(11_111);
  expect(metrics.by('reason', DROPPED)).toEqual({ ...NONE, user_cap: 9 });

  for (const id of early) rig.world.disconnect(id);
  await rig.restart();
  await rig.pass();
  const after = await rig.metrics();
  expect(users(after)).toEqual({ ann: 1, bea: 10, _other: 11_100 });
  expect(after.by('user', 'aws_client_vpn_user_connections')).toEqual({ _other: 3 });
});

test('connections past the cap have no series; those that have them keep their place', async () => {
  const rig = await startRig({ client_vpn: { connections: { enabled: true, max: 2 } } });
  const endpointId = rig.world.addEndpoint();
  const [first, second] = await connectAll(rig, endpointId, ['a', 'b', 'c']);
  rig.world.talk(second ?? '', { ingressBytes: 7 });
  await rig.pass();
  const metrics = await rig.metrics();
  expect(shownIds(metrics)).toEqual([first, second].sort());
  expect(metrics.by('reason', DROPPED)).toEqual({ ...NONE, connection_cap: 4 });
  expect(metrics.by('connection_id', 'aws_client_vpn_connection_ingress_bytes_total')).toEqual({
    [first ?? '']: 0,
    [second ?? '']: 7,
  });
  expect(
    metrics.value('aws_client_vpn_connection_established_timestamp_seconds', { connection_id: first ?? '' }),
  ).toBe(Date.UTC(2026, 0, 1) / 1000);

  // One of them ends and two older ones appear: the one that was shown stays, the oldest of the rest comes in.
  rig.world.disconnect(first ?? '');
  const older = rig.world.connect(endpointId, { establishedAt: Date.UTC(2025, 11, 31) });
  rig.world.connect(endpointId, { establishedAt: Date.UTC(2025, 11, 31, 12) });
  await rig.pass();
  expect(shownIds(await rig.metrics())).toEqual([second, older].sort());
  expect(JSON.parse((await rig.get('/api/v1/connections')).text)).toHaveLength(5);
});

test('postures past the twentieth are summed as _other', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  for (let n = 0; n < 23; n++)
    rig.world.connect(endpointId, { postures: [`p${String(n).padStart(2, '0')}`] });
  await rig.pass();
  const metrics = await rig.metrics();
  const postures = metrics.by('posture', 'aws_client_vpn_posture_connections');
  expect(Object.keys(postures)).toHaveLength(21);
  expect(postures).toMatchObject({ p00: 1, p19: 1, _other: 3 });
  expect(metrics.by('reason', DROPPED)).toEqual({ ...NONE, posture_cap: 3 });
});

test('series that are off do not exist', async () => {
  const rig = await startRig();
  rig.world.connect(rig.world.addEndpoint(), { username: 'alice' });
  await rig.pass();
  const { text } = await rig.metrics();
  expect(text).not.toMatch(/aws_client_vpn_(user|connection)_(info|connections|ingress|egress|established)/);
  expect(text).not.toContain('alice');
  expect((await rig.get('/api/v1/connections')).status).toBe(404);
});

test('series by user that a reload switches on begin at nothing, and go on after they were off', async () => {
  const rig = await startRig();
  const on = { client_vpn: { users: { enabled: true }, connections: { enabled: true } } };
  const id = rig.world.connect(rig.world.addEndpoint(), { username: 'alice' });
  await rig.pass();
  rig.world.talk(id, { ingressBytes: 100 });
  await rig.pass();
  await rig.reload(on);
  await rig.idle();
  expect(users(await rig.metrics())).toEqual({ alice: 0 });
  rig.world.talk(id, { ingressBytes: 5 });
  await rig.pass();
  const metrics = await rig.metrics();
  expect(users(metrics)).toEqual({ alice: 5 });
  expect(metrics.value(TOTAL, { status: 'active' })).toBe(105);
  expect(metrics.value('aws_client_vpn_connection_ingress_bytes_total', { connection_id: id })).toBe(105);

  await rig.reload({});
  await rig.idle();
  rig.world.talk(id, { ingressBytes: 1_000 });
  await rig.pass();
  expect((await rig.metrics()).text).not.toContain('alice');
  await rig.reload(on);
  await rig.idle();
  rig.world.talk(id, { ingressBytes: 1 });
  await rig.pass();
  expect(users(await rig.metrics())).toEqual({ alice: 6 });
});
