import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { type Rig, said, startRig } from '../../support/exporter.ts';
import { startServer } from '../../support/http-server.ts';

const GHOST = 'cvpn-endpoint-0deadbeef00000000';
const PAIR = { regions: ['eu-west-1'] };
const HOME_LABELS = { account_id: HOME.accountId, region: HOME.region };

/** The endpoints that have any series. */
async function shown({ metrics }: Rig): Promise<readonly string[]> {
  const ids = (await metrics()).series.flatMap(({ labels }) => labels.endpoint_id ?? []);
  return [...new Set(ids)].sort();
}

async function up({ metrics }: Rig) {
  return (await metrics()).by('endpoint_id', 'aws_client_vpn_up');
}

test('a discovered endpoint that is deleted vanishes with all its series when discovery no longer lists it', async () => {
  const rig = await startRig();
  const [gone, stays] = [rig.world.addEndpoint(), rig.world.addEndpoint()];
  await rig.pass();
  expect(await shown(rig)).toEqual([gone, stays].sort());
  rig.world.removeEndpoint(gone);
  expect(await rig.pass()).toBe(true);
  expect(await shown(rig)).toEqual([stays]);
  expect(said(rig.log, 'A Client VPN endpoint ceased to exist')).toHaveLength(1);
  await rig.restart();
  expect(await rig.pass()).toBe(true);
  expect(await shown(rig)).toEqual([stays]);
});

test('a discovered endpoint that is not found when polled vanishes at that pass', async () => {
  const rig = await startRig();
  const [gone, stays] = [rig.world.addEndpoint(), rig.world.addEndpoint()];
  await rig.pass();
  rig.world.removeEndpoint(gone);
  rig.simulator.failNext(1, 'denied', { action: 'DescribeClientVpnEndpoints' });
  await rig.pass();
  expect(await shown(rig)).toEqual([stays]);
  expect(await up(rig)).toEqual({ [stays]: 1 });
});

test('an answer of 404 from something that is not EC2 makes no endpoint vanish', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  const proxy = await startServer((response) => response.writeHead(404).end('<html>no such page</html>'));
  try {
    await rig.pass();
    await rig.reload({ aws: { endpoint_urls: { ec2: proxy.url } } });
    await rig.idle();
    expect(said(rig.log, 'Pass failed')[0]).toContain('1 of 1 endpoints failed');
    expect(await up(rig)).toEqual({ [endpointId]: 0 });
    expect((await rig.metrics()).all('aws_client_vpn_ingress_bytes_total')).toHaveLength(4);
  } finally {
    await proxy.close();
  }
});

test('an account without endpoints is a good pass', async () => {
  const rig = await startRig();
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(await shown(rig)).toEqual([]);
  expect(metrics.value('aws_connections_exporter_target_up', HOME_LABELS)).toBe(1);
});

test('a named endpoint that no target has is down, in an unknown place', async () => {
  const rig = await startRig({ client_vpn: { endpoints: [GHOST] } });
  const other = rig.world.addEndpoint();
  for (let n = 1; n <= 2; n++) {
    expect(await rig.pass()).toBe(false);
    const metrics = await rig.metrics();
    expect(metrics.all('aws_client_vpn_up')).toEqual([
      {
        name: 'aws_client_vpn_up',
        labels: { account_id: 'unknown', region: 'unknown', endpoint_id: GHOST },
        value: 0,
      },
    ]);
    expect(await shown(rig)).not.toContain(other);
    expect(metrics.value('aws_connections_exporter_target_up', HOME_LABELS)).toBe(1);
    const lines = said(rig.log, 'A named Client VPN endpoint was not found');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`endpoint_id=${GHOST}`);
    expect(lines[0]).toContain('check the id, the account and the region');
  }
  rig.world.addEndpoint({ id: GHOST });
  expect(await rig.pass()).toBe(true);
  expect(
    (await rig.metrics()).all('aws_client_vpn_up').map(({ labels, value }) => [labels.region, value]),
  ).toEqual([['eu-west-1', 1]]);
});

test('a named endpoint that is deleted later stays, down, with its counters', async () => {
  const rig = await startRig({ client_vpn: { endpoints: [GHOST] } });
  rig.world.addEndpoint({ id: GHOST });
  const connection = rig.world.connect(GHOST);
  await rig.pass();
  rig.world.talk(connection, { ingressBytes: 5 });
  await rig.pass();
  rig.world.removeEndpoint(GHOST);
  for (let n = 1; n <= 2; n++) {
    expect(await rig.pass()).toBe(false);
    const metrics = await rig.metrics();
    expect(metrics.value('aws_client_vpn_up', { endpoint_id: GHOST, ...HOME_LABELS })).toBe(0);
    expect(metrics.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(5);
    const lines = said(rig.log, 'A named Client VPN endpoint is gone');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('AWS no longer lists it: it was deleted');
  }
});

test('only endpoints that carry the tags are polled', async () => {
  const rig = await startRig({ client_vpn: { tags: { team: 'network', env: 'prod' } } });
  const wanted = rig.world.addEndpoint({ tags: { team: 'network', env: 'prod', more: 'x' } });
  rig.world.addEndpoint({ tags: { team: 'network' } });
  rig.world.addEndpoint({ tags: { team: 'network', env: 'test' } });
  expect(await rig.pass()).toBe(true);
  expect(await shown(rig)).toEqual([wanted]);
});

test('an endpoint that loses its tags is no longer wanted, which is not the end of it', async () => {
  const tags: Record<string, string> = { team: 'network' };
  const targets = [{ name: 'home', ...PAIR, account_id: HOME.accountId }];
  const rig = await startRig({ targets, client_vpn: { tags: { team: 'network' } } });
  const connection = rig.world.connect(rig.world.addEndpoint({ tags }));
  await rig.pass();
  rig.world.talk(connection, { ingressBytes: 5 });
  await rig.pass();
  const total = async () =>
    (await rig.metrics()).value('aws_client_vpn_ingress_bytes_total', { status: 'active' });
  expect(await total()).toBe(5);

  tags.team = 'other';
  expect(await rig.pass()).toBe(true);
  expect(await shown(rig)).toEqual([]);
  expect(said(rig.log, 'ceased to exist')).toEqual([]);
  // A book that is not retired is restored, until a listing says that its endpoint is not wanted.
  await rig.restart();
  expect(await total()).toBe(5);
  expect(await rig.pass()).toBe(true);
  expect(await shown(rig)).toEqual([]);

  tags.team = 'network';
  rig.world.talk(connection, { ingressBytes: 2 });
  expect(await rig.pass()).toBe(true);
  expect(await total()).toBe(7);
});

test('an id that looks like a path is no endpoint, and leads nowhere on the disk', async () => {
  const rig = await startRig();
  const good = rig.world.addEndpoint();
  for (const id of ['../../x', 'a/b', '..']) rig.world.connect(rig.world.addEndpoint({ id }));
  expect(await rig.pass()).toBe(true);
  expect(await shown(rig)).toEqual([good]);
  const rejected = { collector: 'client-vpn', field: 'endpoint_id' };
  expect((await rig.metrics()).value('aws_connections_exporter_records_rejected_total', rejected)).toBe(3);
  expect((await readdir(rig.folder, { recursive: true })).sort()).toEqual([
    'data',
    'data/client-vpn',
    `data/client-vpn/111122223333_eu-west-1_${good}_all.ledger`,
    'data/lock',
    'exporter.yaml',
  ]);
});

test('a ledger that cannot be read fails its endpoint, and nothing once the endpoint is gone', async () => {
  const rig = await startRig();
  const [bad, good] = [rig.world.addEndpoint(), rig.world.addEndpoint()];
  await mkdir(join(rig.folder, 'data', 'client-vpn', `${HOME.accountId}_${HOME.region}_${bad}_all.ledger`), {
    recursive: true,
  });
  expect(await rig.pass()).toBe(false);
  expect(await up(rig)).toEqual({ [bad]: 0, [good]: 1 });
  expect(said(rig.log, 'Listing the connections')[0]).toContain('mend it or move it away');
  rig.world.removeEndpoint(bad);
  expect(await rig.pass()).toBe(true);
  expect(await up(rig)).toEqual({ [good]: 1 });
  expect(said(rig.log, 'A Client VPN endpoint ceased to exist')).toHaveLength(1);
});

test('two targets that reach the same account and region are polled once, by the first, and warned of once', async () => {
  const rig = await startRig({
    targets: [
      { name: 'first', ...PAIR },
      { name: 'second', ...PAIR },
    ],
  });
  const endpointId = rig.world.addEndpoint();
  for (let n = 1; n <= 2; n++) {
    expect(await rig.pass()).toBe(true);
    expect(await up(rig)).toEqual({ [endpointId]: 1 });
    const listings = rig.simulator
      .requests()
      .filter(({ action }) => action === 'DescribeClientVpnConnections');
    expect(listings).toHaveLength(n);
  }
  const lines = said(
    rig.log,
    'Two targets reach the same account and region; it is polled once, by the first',
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('target=second polled_by=first account_id=111122223333 region=eu-west-1');
});

test('a region that fails takes no other down', async () => {
  const rig = await startRig({ targets: [{ name: 'home', regions: ['eu-west-1', 'us-east-1'] }] });
  const [here, there] = [rig.world.addEndpoint(), rig.world.addEndpoint({ region: 'us-east-1' })];
  expect(await rig.pass()).toBe(true);
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'throttled', { region: 'us-east-1' });
  expect(await rig.pass()).toBe(false);
  expect(await up(rig)).toEqual({ [here]: 1, [there]: 0 });
  expect((await rig.metrics()).by('region', 'aws_connections_exporter_target_up')).toEqual({
    'eu-west-1': 1,
    'us-east-1': 0,
  });
  expect(said(rig.log, 'Pass failed')[0]).toContain('error="1 of 2 targets failed, 1 of 2 endpoints failed"');
});
