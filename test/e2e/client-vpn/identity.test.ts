import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Rig, startRig } from '../../support/exporter.ts';

const ALICE = 'alice.liddell@example.com';
const LAPTOP = 'laptop-of-the-white-rabbit';
const IP = '203.0.113.77';
const IPV6 = '2001:db8::77';

const filters = [{ name: 'username', values: [ALICE, 'nobody.else@example.com'] }];
const connections = { enabled: true };

/** Those of the secrets that the exporter gives away: in an answer, its log, a byte or a name on disk. */
async function givenAway(rig: Rig, secrets: readonly string[]): Promise<readonly string[]> {
  const paths = ['/metrics', '/api/v1/connections', '/config', '/', '/-/ready'];
  const answers = await Promise.all(paths.map(async (path) => (await rig.get(path)).text));
  const data = join(rig.folder, 'data');
  const names = await readdir(data, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.some((file) => file.endsWith('.ledger'))).toBe(true);
  const stored = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const text = [...answers, ...rig.log, ...files, ...stored].join('\n');
  return secrets.filter((secret) => text.includes(secret));
}

/** Lives through all that is logged or kept: traffic, a failure, a reload, a restart. */
async function live(rig: Rig) {
  const endpointId = rig.world.addEndpoint();
  const id = rig.world.connect(endpointId, {
    username: ALICE,
    commonName: LAPTOP,
    clientIp: IP,
    clientIpv6: IPV6,
  });
  rig.world.connect(endpointId, { username: '', commonName: LAPTOP, clientIp: IP });
  expect(await rig.pass()).toBe(true);
  rig.world.talk(id, { ingressBytes: 12 });
  rig.world.set(id, { egressBytes: '-' });
  expect(await rig.pass()).toBe(true);
  rig.simulator.failNext(1, 'throttled');
  await rig.pass();
  await rig.restart();
  expect(await rig.pass()).toBe(true);
}

test('hash shows one stand-in for a name everywhere, and the name nowhere', async () => {
  const key = { identity: 'hash', identity_key_file: 'key' };
  const client_vpn = { connections, users: { enabled: true } };
  const rig = await startRig({ client_vpn });
  await writeFile(join(rig.folder, 'key'), 'a secret of this test\n');
  expect((await rig.reload({ client_vpn: { ...client_vpn, ...key } })).status).toBe(200);
  await rig.restart();
  await live(rig);
  expect(await givenAway(rig, [ALICE, 'liddell', LAPTOP, 'a secret of this test'])).toEqual([]);
  const metrics = await rig.metrics();
  const hashes = Object.keys(metrics.by('user', 'aws_client_vpn_user_connections'));
  expect(hashes).toHaveLength(2);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(metrics.value('aws_client_vpn_connected_users')).toBe(2);
  const ips = metrics.all('aws_client_vpn_connection_info').map(({ labels }) => labels.client_ip);
  expect(ips).toEqual([IP, IP]);
  const rows: { username: string }[] = JSON.parse((await rig.get('/api/v1/connections')).text);
  expect(hashes).toEqual(expect.arrayContaining([rows.find(({ username }) => username)?.username]));
});

test('drop shows neither names nor addresses, and counts people all the same', async () => {
  const rig = await startRig({ client_vpn: { connections, identity: 'drop' } });
  await live(rig);
  expect(await givenAway(rig, [ALICE, 'liddell', LAPTOP, IP, IPV6])).toEqual([]);
  const metrics = await rig.metrics();
  expect(metrics.value('aws_client_vpn_connected_users')).toBe(2);
  expect(metrics.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(12);
  expect(
    metrics.all('aws_client_vpn_connection_info').map(({ labels }) => [labels.user, labels.client_ip]),
  ).toEqual([
    ['unknown', ''],
    ['unknown', ''],
  ]);
});

test.each(['hash', 'drop'])('names in filters reach AWS and nobody else (%s)', async (identity) => {
  const rig = await startRig();
  await writeFile(join(rig.folder, 'key'), 'key');
  const hash = identity === 'hash' ? { identity_key_file: 'key' } : {};
  await rig.configure({ client_vpn: { connections, filters, identity, ...hash } });
  await rig.restart();
  const endpointId = rig.world.addEndpoint();
  rig.world.connect(endpointId, { username: ALICE });
  rig.world.connect(endpointId, { username: 'hatter' });
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value('aws_client_vpn_connections', { status: 'active' })).toBe(1);
  expect(await givenAway(rig, [ALICE, 'nobody.else'])).toEqual([]);
});

test('plain shows names as they are', async () => {
  const rig = await startRig({ client_vpn: { connections, filters } });
  rig.world.connect(rig.world.addEndpoint(), { username: ALICE, clientIp: IP });
  await rig.pass();
  expect((await rig.metrics()).value('aws_client_vpn_connection_info', { user: ALICE, client_ip: IP })).toBe(
    1,
  );
  const shown = [ALICE, IP, 'nobody.else'];
  expect(await givenAway(rig, [...shown, LAPTOP])).toEqual(shown);
});

test('other names for people do not mix with those from before, and traffic goes on counting', async () => {
  const client_vpn = { connections, users: { enabled: true } };
  const rig = await startRig({ client_vpn });
  const id = rig.world.connect(rig.world.addEndpoint(), { username: ALICE, commonName: LAPTOP });
  await rig.pass();
  rig.world.talk(id, { ingressBytes: 5 });
  await rig.pass();
  await writeFile(join(rig.folder, 'key'), 'key');
  await rig.reload({ client_vpn: { ...client_vpn, identity: 'hash', identity_key_file: 'key' } });
  await rig.idle();
  rig.world.talk(id, { ingressBytes: 2 });
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(7);
  expect(metrics.all('aws_client_vpn_user_ingress_bytes_total').map(({ value }) => value)).toEqual([2]);
  expect(await givenAway(rig, [ALICE, LAPTOP])).toEqual([]);
});

/** Alice talks 5 bytes, all of it written down; resolves to her connection. */
async function talkAsAlice(rig: Rig): Promise<string> {
  const id = rig.world.connect(rig.world.addEndpoint(), { username: ALICE, commonName: LAPTOP });
  await rig.pass();
  rig.world.talk(id, { ingressBytes: 5 });
  expect(await rig.pass()).toBe(true);
  return id;
}

test('no name from before stays on disk, even if filters change with the identity', async () => {
  const rig = await startRig({ client_vpn: { users: { enabled: true } } });
  await talkAsAlice(rig);
  await rig.reload({ client_vpn: { users: { enabled: true }, filters } });
  await rig.idle();
  const data = join(rig.folder, 'data', 'client-vpn');
  const broken = join(data, '111122223333_eu-west-1_cvpn-endpoint-9_all.ledger');
  await writeFile(broken, `half a ledger, of ${ALICE}`);
  await rig.restart();
  expect((await readdir(data)).filter((name) => name.includes('.broken-'))).toHaveLength(1);

  const other = [{ name: 'connection-id', values: ['cvpn-connection-1'] }];
  const { status } = await rig.reload({ client_vpn: { identity: 'drop', filters: other } });
  expect(status).toBe(200);
  await rig.idle();
  const names = await readdir(data);
  expect(names.filter((name) => name.endsWith('.ledger'))).toHaveLength(3);
  expect(names.filter((name) => name.includes('.broken-'))).toEqual([]);
  for (const name of names) expect(await readFile(join(data, name), 'utf8')).not.toMatch(/liddell|rabbit/);
});

test.each(['plain', 'hash'])(
  'filters by name open the same ledger under another identity; its file says nothing of them (first %s)',
  async (first) => {
    const rig = await startRig();
    await writeFile(join(rig.folder, 'key'), 'key');
    const sections = (identity: string) => ({
      client_vpn: { filters, identity, ...(identity === 'hash' && { identity_key_file: 'key' }) },
    });
    await rig.configure(sections(first));
    await rig.restart();
    const id = await talkAsAlice(rig);
    const ledgers = async () => {
      const names = await readdir(join(rig.folder, 'data', 'client-vpn'));
      return names.filter((name) => name.endsWith('.ledger'));
    };
    const before = await ledgers();
    expect(before).toHaveLength(1);

    await rig.configure(sections(first === 'plain' ? 'hash' : 'plain'));
    await rig.restart();
    rig.world.talk(id, { ingressBytes: 2 });
    expect(await rig.pass()).toBe(true);
    expect(await ledgers()).toEqual(before);
    expect((await rig.metrics()).value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(7);
    // What anybody could work out who guesses the names that are filtered by.
    const guess = `username=${JSON.stringify([...filters.flatMap(({ values }) => values)].sort())}`;
    const digest = createHash('sha256').update(guess).digest('hex');
    expect(before.join()).not.toContain(digest.slice(0, 12));
  },
);
