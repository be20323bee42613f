import { expect, test } from 'vitest';
import { said, startRig } from '../../support/exporter.ts';
import { API, ENDPOINT, startWebsocketRig, tellOf } from '../../support/websocket.ts';

const TOTAL = 'aws_client_vpn_ingress_bytes_total';
const GOOD = `cvpn-endpoint-${'a'.repeat(17)}`;
const BAD = `cvpn-endpoint-${'b'.repeat(17)}`;
const ACTIVE = { endpoint_id: BAD, status: 'active' };
const excluding = (...exclude: readonly string[]) => ({ client_vpn: { exclude } });

test('excluded endpoints are never asked for, by id and by name', async () => {
  const rig = await startRig(excluding(BAD, 'test-*'));
  for (const [id, name] of [
    [GOOD, 'prod'],
    [BAD, 'prod 2'],
    [undefined, 'test-1'],
  ] as const)
    rig.world.connect(rig.world.addEndpoint({ name, ...(id && { id }) }));
  await rig.pass();
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_client_vpn_up')).toEqual({ [GOOD]: 1 });
  const listings = rig.simulator.requests().filter(({ action }) => action === 'DescribeClientVpnConnections');
  expect(listings).toHaveLength(1);
});

test('an endpoint excluded at a reload ends, and goes on where it was when it is included again', async () => {
  const rig = await startRig();
  rig.world.addEndpoint({ id: GOOD, name: 'good' });
  const id = rig.world.connect(rig.world.addEndpoint({ id: BAD, name: 'bad' }));
  await rig.pass();
  rig.world.talk(id, { ingressBytes: 100 });
  await rig.pass();
  expect((await rig.metrics()).value(TOTAL, ACTIVE)).toBe(100);

  expect((await rig.reload(excluding('ba*'))).status).toBe(200);
  expect((await rig.metrics()).all('aws_client_vpn_up', { endpoint_id: BAD })).toEqual([]);
  await rig.idle();
  const without = await rig.metrics();
  expect(without.text).not.toContain(BAD);
  expect(said(rig.log, 'is excluded and no longer polled')).toHaveLength(1);

  // Also after a restart nothing of it is shown, though its name is not known then.
  await rig.restart();
  expect((await rig.metrics()).text).not.toContain(BAD);
  rig.world.talk(id, { ingressBytes: 20 });
  await rig.pass();
  expect(said(rig.log, 'is excluded and no longer polled')).toHaveLength(1);
  expect((await rig.metrics()).text).not.toContain(BAD);

  await rig.reload({});
  await rig.idle();
  const again = await rig.metrics();
  expect(again.value(TOTAL, ACTIVE)).toBe(120);
  expect(again.value('aws_client_vpn_connections_opened_total', { endpoint_id: BAD })).toBe(0);
});

test('an endpoint that a name excludes is not polled while discovery fails after a restart', async () => {
  const rig = await startRig();
  rig.world.addEndpoint({ id: BAD, name: 'bad' });
  await rig.pass();
  await rig.configure(excluding('ba*'));
  await rig.restart();
  const before = rig.simulator.requests().length;
  rig.simulator.failNext(1, 'denied', { action: 'DescribeClientVpnEndpoints' });
  expect(await rig.pass()).toBe(false);
  expect((await rig.metrics()).value('aws_client_vpn_up', { endpoint_id: BAD })).toBe(0);
  const asked = rig.simulator
    .requests()
    .slice(before)
    .map(({ action }) => action);
  expect(asked).not.toContain('DescribeClientVpnConnections');
  await rig.pass();
  expect((await rig.metrics()).text).not.toContain(BAD);
});

test('an id both named and excluded is a configuration error', async () => {
  const rig = await startRig();
  const { status, text } = await rig.reload({
    client_vpn: { endpoints: [GOOD, BAD], exclude: ['x*', BAD, 'cvpn-endpoint-?'] },
  });
  expect(status).toBe(400);
  expect(text).toContain(`client_vpn.exclude[1]: "${BAD}" is also named in endpoints`);
  expect(text).toContain('client_vpn.exclude[2]: expected the id of a Client VPN endpoint');
});

test('a named endpoint that a name excludes is not polled, which is said once', async () => {
  const sections = { client_vpn: { endpoints: [GOOD, BAD], exclude: ['bad'] } };
  const rig = await startRig(sections);
  rig.world.addEndpoint({ id: GOOD });
  rig.world.addEndpoint({ id: BAD, name: 'bad' });
  expect(await rig.pass()).toBe(true);
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).by('endpoint_id', 'aws_client_vpn_up')).toEqual({ [GOOD]: 1 });
  expect(said(rig.log, 'both named and excluded')).toHaveLength(1);
});

test('Site-to-Site VPN connections are excluded by id and by name', async () => {
  const vpn = (more: object) => ({
    client_vpn: { enabled: false },
    site_to_site_vpn: { enabled: true, ...more },
  });
  const rig = await startRig(vpn({}));
  const [a, b, c] = ['a', 'lab b', 'lab c'].map((name) => rig.vpns.addConnection({ name }));
  await rig.pass();
  expect(Object.keys((await rig.metrics()).by('endpoint_id', 'aws_site_to_site_vpn_up')).sort()).toEqual(
    [a, b, c].sort(),
  );
  await rig.reload(vpn({ exclude: ['lab *'] }));
  expect((await rig.metrics()).by('endpoint_id', 'aws_site_to_site_vpn_up')).toEqual({ [a ?? '']: 1 });
  await rig.idle();
  expect(said(rig.log, 'ceased to exist')).toEqual([]);
  await rig.reload(vpn({ endpoints: [a, b], exclude: ['lab b'] }));
  await rig.idle();
  expect((await rig.metrics()).by('endpoint_id', 'aws_site_to_site_vpn_up')).toEqual({ [a ?? '']: 1 });
  expect(said(rig.log, 'both named and excluded')).toHaveLength(1);
  const refused = await rig.reload(vpn({ endpoints: [a], exclude: [a] }));
  expect(refused.text).toContain('site_to_site_vpn.exclude[0]: ');
});

test.each([[`${API}/dev`], [API], ['cha*']])(
  'discovered stages are excluded by %s, and their events belong to nobody',
  async (exclude) => {
    const websocket = { endpoints: [], discover: true, schedule: '0 * * * * *' };
    const { rig } = await startWebsocketRig({ websocket: { ...websocket, exclude: [exclude] } });
    rig.websockets.removeApi(API);
    rig.websockets.addApi({ apiId: API, name: 'chat', stages: ['prod', 'dev'] });
    rig.websockets.addApi({ apiId: 'zzzzzzzzzz', name: 'other' });
    await rig.pass();
    await tellOf(rig, { connectionId: 'id=', eventType: 'CONNECT', apiId: API, stage: 'dev' });
    const metrics = await rig.metrics();
    const ids = metrics.all('aws_websocket_up').map(({ labels }) => labels.endpoint_id);
    const other = 'zzzzzzzzzz.execute-api.eu-west-1.amazonaws.com/prod';
    expect(ids).toEqual(exclude.includes('/') ? [ENDPOINT, other] : [other]);
    expect(
      metrics.value('aws_connections_exporter_intake_events_total', {
        event: 'connect',
        result: 'unroutable',
      }),
    ).toBe(1);
  },
);

test('a WebSocket endpoint both named and excluded is a configuration error', async () => {
  const { rig } = await startWebsocketRig();
  const { status, text } = await rig.reload(
    JSON.stringify({
      client_vpn: { enabled: false },
      intake: { enabled: true, allow_unauthenticated: true },
      websocket: {
        enabled: true,
        discover: true,
        exclude: [`${API}/prod`],
        endpoints: [{ url: `https://${ENDPOINT}`, source: { type: 'intake' } }],
      },
    }),
  );
  expect(status).toBe(400);
  expect(text).toContain(`websocket.exclude[0]: "${API}/prod" is also named, by endpoints[0]`);
});
