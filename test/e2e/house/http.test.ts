import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { startRig } from '../../support/exporter.ts';

test('it is ready once the first pass has ended, well or badly, and no longer when it shuts down', async () => {
  const rig = await startRig();
  expect(await rig.get('/-/ready')).toEqual({
    status: 503,
    text: 'The first pass has not ended yet: client-vpn.\n',
  });
  expect((await rig.get('/-/healthy')).status).toBe(200);
  rig.simulator.failNext(1, 'denied');
  expect(await rig.pass()).toBe(false);
  expect(await rig.get('/-/ready')).toEqual({ status: 200, text: 'The exporter is ready.\n' });
  rig.exporter.beginClosing();
  expect(await rig.get('/-/ready')).toEqual({ status: 503, text: 'The exporter is shutting down.\n' });
});

test('the metrics before the first pass say what is true already', async () => {
  const rig = await startRig();
  const metrics = await rig.metrics();
  expect(metrics.text).not.toContain('aws_client_vpn_');
  expect(metrics.value('aws_connections_exporter_passes_total')).toBe(0);
  expect(metrics.all('aws_connections_exporter_collector_success')).toEqual([]);
  expect(metrics.value('aws_connections_exporter_config_last_reload_successful')).toBe(1);
  expect(metrics.value('aws_connections_exporter_storage_files_set_aside_total')).toBe(0);
});

test('the connections of the last pass as JSON, counters as text, nothing as null', async () => {
  const rig = await startRig({ client_vpn: { connections: { enabled: true } } });
  const endpointId = rig.world.addEndpoint({ id: 'cvpn-endpoint-123456789123abcde' });
  const id = rig.world.connect(endpointId, {
    id: 'cvpn-connection-0e03eb24267165acd',
    username: 'alice',
    commonName: 'client1',
    clientIp: '10.90.0.2',
    establishedAt: Date.UTC(2019, 7, 12, 7, 57, 14),
    postures: ['compliant'],
  });
  rig.world.talk(id, { ingressBytes: 32302, egressBytes: 5696, ingressPackets: 332, egressPackets: 67 });
  rig.world.disconnect(id, Date.UTC(2026, 0, 1));
  const bare = rig.world.connect(endpointId, { id: 'cvpn-connection-00668867a40f18253' });
  rig.world.set(bare, { clientIp: null, ingressBytes: '-' });
  await rig.pass();
  const { text } = await rig.get('/api/v1/connections');
  const rows: { connection_id: string }[] = JSON.parse(text);
  expect(JSON.stringify(rows.find(({ connection_id }) => connection_id === id))).toBe(
    JSON.stringify({
      account_id: HOME.accountId,
      region: HOME.region,
      endpoint_id: endpointId,
      connection_id: id,
      status: 'terminated',
      status_message: null,
      username: 'alice',
      common_name: 'client1',
      client_ip: '10.90.0.2',
      client_ipv6: null,
      established_at: '2019-08-12T07:57:14Z',
      ended_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      ingress_bytes: '32302',
      egress_bytes: '5696',
      ingress_packets: '332',
      egress_packets: '67',
      posture_compliance_statuses: ['compliant'],
    }),
  );
  expect(rows.find(({ connection_id }) => connection_id === bare)).toMatchObject({
    status: 'active',
    username: null,
    client_ip: null,
    ended_at: null,
    ingress_bytes: null,
    egress_bytes: '0',
    posture_compliance_statuses: [],
  });
});

test('gzip says the same', async () => {
  const rig = await startRig();
  rig.world.connect(rig.world.addEndpoint({ name: 'büro 👩‍💻' }));
  await rig.pass();
  const ofDomain = (text: string) => text.split('\n').filter((line) => line.startsWith('aws_client_vpn_'));
  const plain = await rig.get('/metrics', { headers: { 'accept-encoding': 'identity' } });
  const gzipped = await rig.get('/metrics', { headers: { 'accept-encoding': 'gzip' } });
  expect(ofDomain(gzipped.text)).toEqual(ofDomain(plain.text));
  expect(plain.text).toContain('name="büro 👩‍💻"');
});

test('the status page shows hostile names as text', async () => {
  const rig = await startRig();
  const name = `<script>alert("1")</script>'&`;
  const endpointId = rig.world.addEndpoint({ name });
  const id = rig.world.connect(endpointId);
  rig.world.set(id, { statusCode: '<img src=x onerror=alert(2)>' });
  await rig.pass();
  const { status, text } = await rig.get('/');
  expect(status).toBe(200);
  expect(text).not.toMatch(/<script|<img/);
  expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
  expect(text).toContain('&lt;img src=x onerror=alert(2)&gt;');
  expect(text).toContain(endpointId);
});

test('the status page says in words what failed', async () => {
  const rig = await startRig();
  rig.world.addEndpoint({ name: 'office' });
  await rig.pass();
  rig.simulator.failNext(1, 'denied', { action: 'DescribeClientVpnConnections' });
  await rig.pass();
  const { text } = await rig.get('/');
  expect(text).toContain('1 of 1 endpoints failed');
  expect(text).toContain('allow the action in the IAM policy');
  expect(text).toContain('1 of 1 endpoint has a problem');
  expect(text).toMatch(/<span class="badge bad"><svg[^>]*>.*?<\/svg>down<\/span>/);
});

test('secrets of the configuration are masked', async () => {
  const role = 'arn:aws:iam::444455556666:role/exporter';
  const rig = await startRig({
    targets: [{ regions: [HOME.region], role_arn: role, external_id: 'very-secret' }],
    aws: { endpoint_urls: { ec2: 'http://someone:hunter2@127.0.0.1:1' } },
  });
  await rig.pass();
  const texts = await Promise.all(
    ['/config', '/', '/metrics'].map(async (path) => (await rig.get(path)).text),
  );
  const all = [...texts, ...rig.log].join('\n');
  expect(all).toContain(role);
  expect(all).not.toContain('very-secret');
  expect(all).not.toContain('hunter2');
});
