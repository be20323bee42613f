import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { ask, toReply } from '../wire.ts';

const connections = 'DescribeClientVpnConnections';
const endpoints = 'DescribeClientVpnEndpoints';

test('a row has every element in the order of AWS, and its layout', async () => {
  const { world, url, advance } = await simulate();
  const endpointId = world.addEndpoint({ id: 'cvpn-endpoint-0123456789abcdef0' });
  const id = world.connect(endpointId, {
    id: 'cvpn-connection-0a1b2c3d4e5f60001',
    username: 'o"brien & <söhne>',
    commonName: 'client1.example.com',
    clientIp: '10.90.0.2',
    clientIpv6: '2001:db8::1',
    postures: ['compliant', 'unknown'],
    establishedAt: Date.UTC(2025, 11, 31, 23, 59, 58),
  });
  advance(1_500);
  world.talk(id, { ingressBytes: 2n ** 53n + 1n, egressBytes: 7, ingressPackets: 3 });
  advance(60_000);
  world.hang(id);
  world.set(id, { statusMessage: 'two\nlines' });

  const reply = await ask({ url }, connections, { ClientVpnEndpointId: endpointId });

  expect(reply.contentType).toBe('text/xml;charset=UTF-8');
  expect(reply.body).toContain(
    '\n    <connections>\n        <item>\n            <clientVpnEndpointId>cvpn-endpoint-0123456789abcdef0</clientVpnEndpointId>\n',
  );
  expect(reply.flat.replace(/(?<=<requestId>)[^<]*/, 'R')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>' +
      '<DescribeClientVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>R</requestId>' +
      '<connections><item><clientVpnEndpointId>cvpn-endpoint-0123456789abcdef0</clientVpnEndpointId>' +
      '<timestamp>2026-01-01 00:01:01</timestamp><connectionId>cvpn-connection-0a1b2c3d4e5f60001</connectionId>' +
      '<username>o&quot;brien &amp; &lt;söhne&gt;</username>' +
      '<connectionEstablishedTime>2025-12-31 23:59:58</connectionEstablishedTime>' +
      '<ingressBytes>9007199254740993</ingressBytes><egressBytes>7</egressBytes>' +
      '<ingressPackets>3</ingressPackets><egressPackets>0</egressPackets><clientIp>10.90.0.2</clientIp>' +
      '<clientIpv6Address>2001:db8::1</clientIpv6Address><commonName>client1.example.com</commonName>' +
      '<status><code>failed-to-terminate</code><message>two&#10;lines</message></status>' +
      '<connectionEndTime>-</connectionEndTime><postureComplianceStatusSet><item>compliant</item><item>unknown</item>' +
      '</postureComplianceStatusSet></item></connections></DescribeClientVpnConnectionsResponse>',
  );
});

test('what is not set is absent, and an ended connection has an end time', async () => {
  const { world, url, advance } = await simulate();
  const endpointId = world.addEndpoint();
  const id = world.connect(endpointId);
  advance(90_000);
  world.disconnect(id);

  const reply = await ask({ url }, connections, { ClientVpnEndpointId: endpointId });

  expect(reply.flat).not.toMatch(/username|commonName|Ipv6|message|posture/);
  expect([...reply.all('code'), ...reply.all('connectionEndTime')]).toEqual([
    'terminated',
    '2026-01-01 00:01:30',
  ]);
});

test('overrides change the wire, not the truth; null leaves out, undefined gives back', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  const id = world.connect(endpointId, { username: 'alice' });
  world.talk(id, { ingressBytes: 5 });
  const row = async () => (await ask({ url }, connections, { ClientVpnEndpointId: endpointId })).flat;

  world.set(id, { ingressBytes: '1e3', egressBytes: '', statusCode: 'parked', username: null });
  world.set(id, { connectionEndTime: '' });
  const odd = await row();
  expect(odd).toContain('<ingressBytes>1e3</ingressBytes><egressBytes></egressBytes>');
  expect(odd).toContain('<status><code>parked</code></status><connectionEndTime></connectionEndTime>');
  expect(odd).not.toContain('username');
  expect(world.truth(endpointId)).toMatchObject({ ingressBytes: 5n, connections: { active: 1 } });

  world.set(id, { statusCode: null });
  expect(await row()).not.toContain('<status>');
  world.set(id, { username: undefined, ingressBytes: undefined });
  expect(await row()).toMatch(/<username>alice<.*<ingressBytes>5</);
});

test('any text is well-formed on the wire', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  world.connect(endpointId, { username: 'a\u0000b\ud800c\uffff😀\t\r\n]]>\u0085' });
  const reply = await ask({ url }, connections, { ClientVpnEndpointId: endpointId });
  expect(reply.all('username')).toEqual(['a\ufffdb\ufffdc\ufffd😀&#9;&#13;&#10;]]&gt;\u0085']);
});

test('connections by user name and by id, several values and several filters', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  const [a, b, c] = ['alice', 'bob', 'alice'].map((username) => world.connect(endpointId, { username }));
  world.connect(endpointId);
  const find = async (params: Record<string, string>) =>
    (await ask({ url }, connections, { ClientVpnEndpointId: endpointId, ...params }))
      .all('connectionId')
      .sort();

  const byName = { 'Filter.1.Name': 'username', 'Filter.1.Value.1': 'alice' };
  expect(await find(byName)).toEqual([a, c].sort());
  expect(await find({ ...byName, 'Filter.1.Value.2': 'bob' })).toEqual([a, b, c].sort());
  expect(
    await find({
      ...byName,
      'Filter.2.Name': 'connection-id',
      'Filter.2.Value.1': a ?? '',
      'Filter.2.Value.2': b ?? '',
    }),
  ).toEqual([a]);
  expect(await find({ 'Filter.1.Name': 'username', 'Filter.1.Value.1': 'carol' })).toEqual([]);
});

test('endpoints by account, region, id and filter', async () => {
  const { world, url } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  const udp = world.addEndpoint({ name: 'office', tags: { env: 'prod' }, vpcId: 'vpc-0a' });
  const tcp = world.addEndpoint({ transportProtocol: 'tcp', authentication: ['federated-authentication'] });
  const far = world.addEndpoint({ region: 'us-east-1' });
  const foreign = world.addEndpoint({ accountId: '444455556666' });
  const gone = world.addEndpoint();
  world.removeEndpoint(gone);
  const find = async (params: Record<string, string> = {}, asker = {}) =>
    (await ask({ url, ...asker }, endpoints, params)).all('clientVpnEndpointId').sort();

  expect(await find()).toEqual([udp, tcp].sort());
  expect(await find({}, { region: 'us-east-1' })).toEqual([far]);
  expect(await find({}, { accessKeyId: 'AKIAOTHER' })).toEqual([foreign]);
  expect(await find({ 'ClientVpnEndpointId.1': tcp })).toEqual([tcp]);
  expect(
    await find({ 'Filter.1.Name': 'endpoint-id', 'Filter.1.Value.1': udp, 'Filter.1.Value.2': gone }),
  ).toEqual([udp]);
  expect(await find({ 'Filter.1.Name': 'transport-protocol', 'Filter.1.Value.1': 'tcp' })).toEqual([tcp]);
  expect(await find({ 'Filter.1.Name': 'endpoint-id', 'Filter.1.Value.1': 'cvpn-endpoint-no' })).toEqual([]);

  world.setEndpointStatus(udp, 'deleting');
  const { flat: body } = await ask({ url }, endpoints, { 'ClientVpnEndpointId.1': udp });
  expect(body).toContain('<tagSet><item><key>Name</key><value>office</value></item>');
  expect(body).toContain('<status><code>deleting</code></status>');
  expect(body).toContain('<vpcId>vpc-0a</vpcId>');
});

test('target networks have association ids, and none while an endpoint waits for its first', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint({ subnetIds: ['subnet-0a', 'subnet-0b'], vpcId: 'vpc-0a' });
  const waiting = world.addEndpoint({ status: 'pending-associate' });
  const networks = (params: Record<string, string>) =>
    ask({ url }, 'DescribeClientVpnTargetNetworks', params);

  const all = await networks({ ClientVpnEndpointId: endpointId });
  expect(all.all('targetNetworkId')).toEqual(['subnet-0a', 'subnet-0b']);
  const [first = ''] = all.all('associationId');
  expect(first).toMatch(/^cvpn-assoc-[0-9a-f]{17}$/);
  const one = await networks({ ClientVpnEndpointId: endpointId, 'AssociationIds.1': first });
  expect(one.all('targetNetworkId')).toEqual(['subnet-0a']);
  expect((await networks({ ClientVpnEndpointId: waiting })).body).toContain('<clientVpnTargetNetworks/>');
});

const known = { ClientVpnEndpointId: 'cvpn-endpoint-known' };
test.each([
  [connections, {}, 400, 'MissingParameter'],
  [connections, { ClientVpnEndpointId: 'cvpn-endpoint-no' }, 400, 'InvalidClientVpnEndpointId.NotFound'],
  [
    connections,
    { ...known, 'Filter.1.Name': 'status', 'Filter.1.Value.1': 'active' },
    400,
    'InvalidParameterValue',
  ],
  [connections, { ...known, DryRun: 'true' }, 412, 'DryRunOperation'],
  [connections, { ...known, Version: '2010-01-01' }, 400, 'InvalidAction'],
  [endpoints, { 'ClientVpnEndpointId.1': 'cvpn-endpoint-no' }, 400, 'InvalidClientVpnEndpointId.NotFound'],
  [
    endpoints,
    { 'ClientVpnEndpointId.1': 'cvpn-endpoint-known', MaxResults: '5' },
    400,
    'InvalidParameterCombination',
  ],
  [endpoints, { 'Filter.1.Name': 'tag:env', 'Filter.1.Value.1': 'prod' }, 400, 'InvalidParameterValue'],
  [endpoints, { DryRun: 'true' }, 412, 'DryRunOperation'],
  [
    'DescribeClientVpnTargetNetworks',
    { ...known, 'AssociationIds.1': 'cvpn-assoc-no' },
    400,
    'InvalidClientVpnAssociationIdNotFound',
  ],
  ['DescribeClientVpnRoutes', known, 400, 'InvalidAction'],
  ['toString', known, 400, 'InvalidAction'],
])('%s %j: %i %s', async (action, params, status, code) => {
  const { world, url } = await simulate();
  world.addEndpoint({ id: 'cvpn-endpoint-known' });
  const reply = await ask({ url }, action, params);
  expect([reply.status, reply.all('Code')]).toEqual([status, [code]]);
  expect(reply.flat).toMatch(
    /<Response><Errors><Error><Code>.*<\/Error><\/Errors><RequestID>[^<]+<\/RequestID><\/Response>$/,
  );
});

test('an endpoint of another region or account, or a removed one, is not found', async () => {
  const { world, url } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  const endpointId = world.addEndpoint();
  const code = async (asker = {}) =>
    (await ask({ url, ...asker }, connections, { ClientVpnEndpointId: endpointId })).all('Code')[0];

  expect(await code()).toBeUndefined();
  expect(await code({ region: 'us-east-1' })).toBe('InvalidClientVpnEndpointId.NotFound');
  expect(await code({ accessKeyId: 'AKIAOTHER' })).toBe('InvalidClientVpnEndpointId.NotFound');
  world.removeEndpoint(endpointId);
  expect(await code()).toBe('InvalidClientVpnEndpointId.NotFound');
});

test('a request without a signature is refused, a GET with one is answered', async () => {
  const { world, url } = await simulate();
  world.addEndpoint();
  const address = `${url}/?Action=${endpoints}&Version=2016-11-15`;
  const unsigned = await toReply(await fetch(address));
  expect([unsigned.status, unsigned.all('Code')]).toEqual([401, ['AuthFailure']]);
  const authorization =
    'AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0';
  expect(
    (await toReply(await fetch(address, { headers: { authorization } }))).all('clientVpnEndpointId'),
  ).toHaveLength(1);
});

const terminate = 'TerminateClientVpnConnections';

test('a connection is terminated by its id: what it was, and what it is now', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  const id = world.connect(endpointId, { username: 'ada' });
  const other = world.connect(endpointId);
  world.hang(id);
  const reply = await ask({ url }, terminate, { ClientVpnEndpointId: endpointId, ConnectionId: id });
  expect(reply.flat.replace(/(?<=<requestId>)[^<]*/, 'R')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>' +
      '<TerminateClientVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>R</requestId>' +
      `<clientVpnEndpointId>${endpointId}</clientVpnEndpointId><connectionStatuses><item><connectionId>${id}</connectionId>` +
      '<previousStatus><code>failed-to-terminate</code><message>The connection could not be terminated.</message></previousStatus>' +
      '<currentStatus><code>terminating</code></currentStatus></item></connectionStatuses></TerminateClientVpnConnectionsResponse>',
  );
  const statuses = world.connections(endpointId).map((connection) => [connection.id, connection.status]);
  expect(Object.fromEntries(statuses)).toEqual({ [id]: 'terminating', [other]: 'active' });
});

test('those of a user are terminated together, five at most, and nobody else', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  const elsewhere = world.addEndpoint();
  const connect = (username: string, where = endpointId) => world.connect(where, { username });
  const ids = Array.from({ length: 5 }, () => connect('ada'));
  world.disconnect(connect('ada'));
  const others = [connect('chen'), connect('ada', elsewhere)];
  const params = { ClientVpnEndpointId: endpointId, Username: 'ada' };
  const reply = await ask({ url }, terminate, params);
  expect([reply.all('connectionId').sort(), reply.all('username')]).toEqual([ids.sort(), ['ada']]);
  const living = [endpointId, elsewhere].flatMap((where) => world.connections(where));
  expect(
    living
      .filter(({ status }) => status === 'active')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(others.sort());

  connect('ada');
  expect((await ask({ url }, terminate, params)).all('Code')).toEqual([
    'ClientVpnTerminateConnectionsLimitExceeded',
  ]);
});

test.each([
  [{ ConnectionId: 'cvpn-connection-no' }, 'InvalidClientVpnConnection.IdNotFound'],
  [{ Username: 'nobody' }, 'InvalidClientVpnConnection.UserNotFound'],
  [{}, 'MissingParameter'],
  [{ ConnectionId: 'cvpn-connection-no', Username: 'nobody' }, 'InvalidParameterCombination'],
  [{ ClientVpnEndpointId: 'cvpn-endpoint-no', Username: 'ada' }, 'InvalidClientVpnEndpointId.NotFound'],
  [{ Username: 'ada', DryRun: 'true' }, 'DryRunOperation'],
])('terminating %j is refused with %s, and ends nothing', async (params, code) => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  world.connect(endpointId, { username: 'ada' });
  const reply = await ask({ url }, terminate, { ClientVpnEndpointId: endpointId, ...params });
  expect(reply.all('Code')).toEqual([code]);
  expect(world.connections(endpointId).map(({ status }) => status)).toEqual(['active']);
});
