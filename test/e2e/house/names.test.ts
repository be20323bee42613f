import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startRig } from '../../support/exporter.ts';

const HOSTILE = [
  '"',
  '\\',
  '\n',
  '\r',
  '\t',
  ',',
  ':',
  '=',
  '{',
  '}',
  '#',
  ' ',
  '&',
  '<',
  '>',
  '\u2028',
  '\u0085',
  '👩‍💻',
  'ä',
];
/** What XML 1.0 cannot hold, AWS cannot send. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A name that is not white space alone: EC2's own SDK takes that for layout. */
const name = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
    minLength: 1,
    maxLength: 300,
  })
  .map((text) => text.replace(UNWRITABLE, ''))
  .filter((text) => text.trim() !== '');

const series = { users: { enabled: true, max: 10_000 }, connections: { enabled: true } };

test('names that go in come out of the exposition', async () => {
  const rig = await startRig({ client_vpn: series, diskless: true });
  const endpointId = rig.world.addEndpoint();
  const ids = Array.from({ length: 20 }, () => rig.world.connect(endpointId));
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: ids.length, maxLength: ids.length }), async (names) => {
      for (const [index, id] of ids.entries()) rig.world.set(id, { username: names[index] });
      expect(await rig.pass()).toBe(true);
      const metrics = await rig.metrics();
      const users = Object.fromEntries(
        metrics
          .all('aws_client_vpn_connection_info')
          .map(({ labels }) => [labels.connection_id, labels.user]),
      );
      expect(users).toEqual(Object.fromEntries(ids.map((id, index) => [id, names[index]])));
      const counts = new Map(
        metrics.all('aws_client_vpn_user_connections').map(({ labels, value }) => [labels.user, value]),
      );
      expect([...counts.keys()].sort()).toEqual([...new Set(names)].sort());
      expect(metrics.value('aws_client_vpn_connected_users')).toBe(counts.size);
      const rows: { username: string }[] = JSON.parse((await rig.get('/api/v1/connections')).text);
      expect(rows.map(({ username }) => username).sort()).toEqual([...names].sort());
    }),
    { numRuns: 30 },
  );
});

test('names survive a restart', async () => {
  const rig = await startRig({ client_vpn: series });
  const endpointId = rig.world.addEndpoint();
  const names = [
    ...HOSTILE.map((text) => `a${text}b`),
    'x'.repeat(256),
    '__proto__',
    'constructor',
    '_other ',
  ];
  const ids = names.map((username) => rig.world.connect(endpointId, { username }));
  await rig.pass();
  for (const [index, id] of ids.entries()) rig.world.talk(id, { ingressBytes: index + 1 });
  await rig.pass();
  await rig.restart();
  await rig.pass();
  const totals = (await rig.metrics()).all('aws_client_vpn_user_ingress_bytes_total');
  expect(new Map(totals.map(({ labels, value }) => [labels.user, value]))).toEqual(
    new Map(names.map((username, index) => [username, index + 1])),
  );
});

test('label values that look like labels do not make two series one', async () => {
  const rig = await startRig({ client_vpn: series });
  const endpointId = rig.world.addEndpoint();
  const pairs = [
    ['1,client_ip:2', '3'],
    ['1', '2,client_ip:3'],
    ['1",client_ip="2', '3'],
    ['1\\",client_ip=\\"2', '3'],
    ['1', '2'],
  ] as const;
  for (const [username, clientIp] of pairs) rig.world.connect(endpointId, { username, clientIp });
  for (const posture of ['compliant', 'a,b:1', 'a"b'])
    rig.world.connect(endpointId, { username: '1', postures: [posture] });
  await rig.pass();
  const metrics = await rig.metrics();
  const shown = metrics
    .all('aws_client_vpn_connection_info')
    .map(({ labels }) => `${labels.user} ${labels.client_ip}`);
  for (const [username, clientIp] of pairs) expect(shown).toContain(`${username} ${clientIp}`);
  expect(metrics.by('user', 'aws_client_vpn_user_connections')).toEqual({
    '1,client_ip:2': 1,
    '1': 5,
    '1",client_ip="2': 1,
    '1\\",client_ip=\\"2': 1,
  });
  expect(metrics.by('posture', 'aws_client_vpn_posture_connections')).toEqual({
    compliant: 1,
    'a,b:1': 1,
    'a"b': 1,
  });
});
