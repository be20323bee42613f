import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { simulate } from '../simulation.ts';
import { ask, type Reply } from '../wire.ts';

const describe = 'DescribeVpnConnections';
const ids = (reply: Reply) => reply.all('vpnConnectionId').sort();

test('an item has every element, secrets included', async () => {
  const { vpns, url, advance } = await simulate();
  const id = vpns.addConnection({
    id: 'vpn-0aaaabbbbccccdddd',
    name: 'branch & <söhne>',
    gateway: 'transit',
    gatewayId: 'tgw-0123456789abcdef0',
    customerGatewayId: 'cgw-0123456789abcdef0',
    preSharedKeyArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s2svpn!vpn-0aaaabbbbccccdddd',
    routes: ['10.0.0.0/8'],
    tunnels: [
      { outsideIp: '203.0.113.3', preSharedKey: 'first.secret', certificateArn: 'arn:aws:acm:cert' },
      { outsideIp: '203.0.113.5', preSharedKey: 'second.secret', routes: 7 },
    ],
  });
  advance(61_042);
  vpns.takeDown(id, 0);

  const reply = await ask({ url }, describe);

  expect([reply.status, reply.contentType]).toEqual([200, 'text/xml;charset=UTF-8']);
  const body = reply.flat
    .replace(/(?<=<requestId>)[^<]*/, 'R')
    .replace(/(?<=<customerGatewayConfiguration>)[^<]*/, 'C')
    .replaceAll(/<logOptions>.*?<\/logOptions>/g, '<log/>')
    .replaceAll(/<phase1LifetimeSeconds>.*?<\/ikeVersionSet>/g, '<phases/>');
  const tunnel = (ip: string, n: number, key: string) =>
    `<item><outsideIpAddress>${ip}</outsideIpAddress><tunnelInsideCidr>169.254.${n}.0/30</tunnelInsideCidr>` +
    `<preSharedKey>${key}</preSharedKey><phases/><startupAction>add</startupAction><log/>` +
    '<enableTunnelLifecycleControl>false</enableTunnelLifecycleControl></item>';
  expect(body).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>' +
      '<DescribeVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>R</requestId>' +
      '<vpnConnectionSet><item><vpnConnectionId>vpn-0aaaabbbbccccdddd</vpnConnectionId><state>available</state>' +
      '<customerGatewayConfiguration>C</customerGatewayConfiguration><type>ipsec.1</type>' +
      '<customerGatewayId>cgw-0123456789abcdef0</customerGatewayId><transitGatewayId>tgw-0123456789abcdef0</transitGatewayId>' +
      '<gatewayAssociationState>associated</gatewayAssociationState><category>VPN</category><preSharedKeyArn>' +
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s2svpn!vpn-0aaaabbbbccccdddd</preSharedKeyArn>' +
      '<tagSet><item><key>Name</key><value>branch &amp; &lt;söhne&gt;</value></item></tagSet>' +
      '<vgwTelemetry><item><acceptedRouteCount>0</acceptedRouteCount>' +
      '<lastStatusChange>2026-01-01T00:01:01.042Z</lastStatusChange><outsideIpAddress>203.0.113.3</outsideIpAddress>' +
      '<status>DOWN</status><statusMessage>IPSEC IS DOWN</statusMessage><certificateArn>arn:aws:acm:cert</certificateArn></item>' +
      '<item><acceptedRouteCount>7</acceptedRouteCount><lastStatusChange>2026-01-01T00:00:00.000Z</lastStatusChange>' +
      '<outsideIpAddress>203.0.113.5</outsideIpAddress><status>UP</status><statusMessage>7 BGP ROUTES</statusMessage>' +
      '</item></vgwTelemetry><options><enableAcceleration>false</enableAcceleration><staticRoutesOnly>false</staticRoutesOnly>' +
      '<localIpv4NetworkCidr>0.0.0.0/0</localIpv4NetworkCidr><remoteIpv4NetworkCidr>0.0.0.0/0</remoteIpv4NetworkCidr>' +
      '<outsideIpAddressType>PublicIpv4</outsideIpAddressType><tunnelInsideIpVersion>ipv4</tunnelInsideIpVersion>' +
      `<tunnelOptionSet>${tunnel('203.0.113.3', 10, 'first.secret')}${tunnel('203.0.113.5', 11, 'second.secret')}` +
      '</tunnelOptionSet><tunnelBandwidth>standard</tunnelBandwidth></options><routes><item>' +
      '<destinationCidrBlock>10.0.0.0/8</destinationCidrBlock><source>Static</source><state>available</state></item></routes>' +
      '</item></vpnConnectionSet></DescribeVpnConnectionsResponse>',
  );
  expect(reply.all('customerGatewayConfiguration')[0]).toContain(
    '&lt;pre_shared_key&gt;second.secret&lt;/pre_shared_key&gt;',
  );
});

test('telemetry is there while a connection is, and its configuration until it is to go', async () => {
  const { vpns, url, advance } = await simulate();
  const id = vpns.addConnection({ state: 'pending', routing: 'static' });
  const shown = async () => {
    const reply = await ask({ url }, describe, { 'VpnConnectionId.1': id });
    const has = (element: string) => reply.flat.includes(`<${element}>`);
    return [...reply.all('state'), has('vgwTelemetry'), has('customerGatewayConfiguration')];
  };

  expect(await shown()).toEqual(['pending', false, true]);
  vpns.setState(id, 'available');
  expect(await shown()).toEqual(['available', true, true]);
  expect(vpns.truth(id).tunnels.map(({ status, message }) => [status, message])).toEqual(
    Array(2).fill(['DOWN', 'IPSEC IS DOWN']),
  );
  vpns.setState(id, 'deleting');
  expect(await shown()).toEqual(['deleting', true, false]);
  vpns.setState(id, 'deleted');
  advance(60 * 60 * 1000);
  expect(await shown()).toEqual(['deleted', false, false]);
  advance(1);
  expect((await ask({ url }, describe, { 'VpnConnectionId.1': id })).all('Code')).toEqual([
    'InvalidVpnConnectionID.NotFound',
  ]);
  expect((await ask({ url }, describe)).body).toContain('<vpnConnectionSet/>');
});

test.each([
  ['virtual-private', 'vgw-1', ['vpnGatewayId'], 'associated'],
  ['transit', 'tgw-1', ['transitGatewayId'], 'associated'],
  ['core-network', 'arn:aws:core', ['coreNetworkArn', 'coreNetworkAttachmentArn'], 'associated'],
  ['concentrator', 'vpnc-1', ['vpnConcentratorId'], 'associated'],
  ['none', 'ignored', [], 'not-associated'],
] as const)('a connection on %s says so', async (gateway, gatewayId, elements, association) => {
  const { vpns, url } = await simulate();
  vpns.addConnection({ gateway, gatewayId });
  const reply = await ask({ url }, describe);
  const all = [
    'vpnGatewayId',
    'transitGatewayId',
    'coreNetworkArn',
    'coreNetworkAttachmentArn',
    'vpnConcentratorId',
  ];
  expect(all.filter((element) => reply.all(element).length > 0)).toEqual(elements);
  if (elements[0]) expect(reply.all(elements[0])).toEqual([gatewayId]);
  expect(reply.all('gatewayAssociationState')).toEqual([association]);
});

test('connections are of one account and region, however many, in one answer and another order', async () => {
  const { vpns, url } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  const here = Array.from({ length: 1_200 }, () => vpns.addConnection({ tunnels: [] }));
  const far = vpns.addConnection({ region: 'us-east-1' });
  const foreign = vpns.addConnection({ accountId: '444455556666' });
  const reply = await ask({ url }, describe);
  expect(ids(reply)).toEqual([...here].sort());
  expect(reply.all('vpnConnectionId')).not.toEqual(here);
  expect(reply.flat).not.toContain('nextToken');
  expect(ids(await ask({ url, region: 'us-east-1' }, describe))).toEqual([far]);
  expect(ids(await ask({ url, accessKeyId: 'AKIAOTHER' }, describe))).toEqual([foreign]);
});

test('filters narrow: every one has to match, by any of its values', async () => {
  const { vpns, url } = await simulate();
  const bgp = vpns.addConnection({
    gateway: 'transit',
    gatewayId: 'tgw-1',
    bgpAsn: 65_010,
    customerGatewayId: 'cgw-1',
    tags: { env: 'prod', 'aws:cloudformation:stack-name': 'vpn*' },
  });
  const fixed = vpns.addConnection({
    name: 'plant',
    gatewayId: 'vgw-1',
    routing: 'static',
    routes: ['10.1.0.0/16', '10.2.0.0/16'],
    tags: { env: 'test' },
  });
  const gone = vpns.addConnection({ state: 'deleted', gateway: 'none' });
  const find = async (...filters: [name: string, ...values: string[]][]) =>
    ids(
      await ask(
        { url },
        describe,
        Object.fromEntries(
          filters.flatMap(([name, ...values], f) => [
            [`Filter.${f + 1}.Name`, name],
            ...values.map((value, v) => [`Filter.${f + 1}.Value.${v + 1}`, value]),
          ]),
        ),
      ),
    );

  expect(await find()).toEqual([bgp, fixed, gone].sort());
  expect(await find(['state', 'available', 'pending'])).toEqual([bgp, fixed].sort());
  expect(await find(['state', 'available'], ['tag:env', 'test', 'dev'])).toEqual([fixed]);
  expect(await find(['tag:Name', 'plant'])).toEqual([fixed]);
  expect(await find(['tag:aws:cloudformation:stack-name', 'vpn\\*'])).toEqual([bgp]);
  expect(await find(['tag:aws:cloudformation:stack-name', 'vpn\\?'])).toEqual([]);
  expect(await find(['tag:env', '*o?'])).toEqual([bgp]);
  expect(await find(['tag-key', 'env'])).toEqual([bgp, fixed].sort());
  expect(await find(['tag-key', 'ENV'])).toEqual([]);
  expect(await find(['type', 'ipsec.1'])).toEqual([bgp, fixed, gone].sort());
  expect(await find(['type', 'ipsec?2'])).toEqual([]);
  expect(await find(['vpn-connection-id', gone, 'vpn-0'])).toEqual([gone]);
  expect(await find(['option.static-routes-only', 'true'])).toEqual([fixed]);
  expect(await find(['route.destination-cidr-block', '10.2.0.0/16'])).toEqual([fixed]);
  expect(await find(['bgp-asn', '65010'])).toEqual([bgp]);
  expect(await find(['customer-gateway-id', 'cgw-1'])).toEqual([bgp]);
  expect(await find(['vpn-gateway-id', 'vgw-1', 'tgw-1'])).toEqual([fixed]);
  expect(await find(['transit-gateway-id', 'vgw-1', 'tgw-1'])).toEqual([bgp]);
  expect(await find(['customer-gateway-configuration', '*<asn>65010</asn>*'])).toEqual([bgp]);
});

const filter = (name: string) => ({ 'Filter.1.Name': name, 'Filter.1.Value.1': 'x' });
test.each([
  [{ 'VpnConnectionId.1': 'vpn-no' }, 400, 'InvalidVpnConnectionID.NotFound'],
  [{ 'VpnConnectionId.1': 'vpn-1', 'VpnConnectionId.2': 'vpn-far' }, 400, 'InvalidVpnConnectionID.NotFound'],
  [filter('core-network-arn'), 400, 'InvalidParameterValue'],
  [filter('tunnel-status'), 400, 'InvalidParameterValue'],
  [filter('toString'), 400, 'InvalidParameterValue'],
  [{ MaxResults: '5' }, 400, 'UnknownParameter'],
  [{ NextToken: 'abc' }, 400, 'UnknownParameter'],
  [{ DryRun: 'true' }, 412, 'DryRunOperation'],
  [{ Version: '2010-01-01' }, 400, 'InvalidAction'],
])('%j: %i %s', async (params, status, code) => {
  const { vpns, url } = await simulate();
  vpns.addConnection({ id: 'vpn-1' });
  vpns.addConnection({ id: 'vpn-far', region: 'us-east-1' });
  const reply = await ask({ url }, describe, params);
  expect([reply.status, reply.all('Code')]).toEqual([status, [code]]);
});

test.each<[Fault, number, string]>([
  ['throttled', 503, 'RequestLimitExceeded'],
  ['internal-error', 500, 'InternalError'],
  ['denied', 403, 'UnauthorizedOperation'],
  ['auth-failure', 401, 'AuthFailure'],
  ['expired', 400, 'RequestExpired'],
  ['expired-token', 400, 'ExpiredToken'],
  ['not-found', 400, 'InvalidVpnConnectionID.NotFound'],
])('%s is %i %s, where it is meant', async (fault, status, code) => {
  const { vpns, simulator, url } = await simulate();
  vpns.addConnection();
  simulator.failNext(1, fault, { action: describe, region: 'us-east-1', accountId: '111122223333' });
  expect((await ask({ url }, describe)).status).toBe(200);
  const reply = await ask({ url, region: 'us-east-1' }, describe);
  expect([reply.status, reply.all('Code')[0]]).toEqual([status, code]);
  expect((await ask({ url, region: 'us-east-1' }, describe)).status).toBe(200);
});

test('an answer can lack its list, have an empty one, or break off inside the last item', async () => {
  const { vpns, simulator, url } = await simulate();
  vpns.addConnection();
  for (const fault of ['missing-connections', 'empty-pages', 'truncated-xml'] as const)
    simulator.failNext(1, fault);
  const [missing, empty, truncated] = [
    await ask({ url }, describe),
    await ask({ url }, describe),
    await ask({ url }, describe),
  ];
  expect(missing?.flat).toMatch(/<requestId>[^<]+<\/requestId><\/DescribeVpnConnectionsResponse>$/);
  expect(empty?.flat).toContain('</requestId><vpnConnectionSet/></DescribeVpnConnectionsResponse>');
  expect([truncated?.status, truncated?.flat.endsWith('</routes><')]).toEqual([200, false]);
  expect(truncated?.flat).toContain('</vgwTelemetry>');
  expect(truncated?.flat).not.toContain('</vpnConnectionSet>');
});

test('a denied action is refused, its DryRun too, until it is allowed again', async () => {
  const { simulator, url } = await simulate();
  const code = async () => (await ask({ url }, describe, { DryRun: 'true' })).all('Code')[0];
  const allow = simulator.deny(describe, { region: 'eu-west-1' });
  expect(await code()).toBe('UnauthorizedOperation');
  allow();
  expect(await code()).toBe('DryRunOperation');
});

test('overrides change the wire, not the truth; null leaves out, undefined gives back', async () => {
  const { vpns, url } = await simulate();
  const id = vpns.addConnection({ gateway: 'transit', gatewayId: 'tgw-1' });
  const before = vpns.truth(id);
  vpns.set(id, { state: 'parked', category: null, staticRoutesOnly: 'perhaps', vpnGatewayId: '' });
  vpns.setTunnel(id, 0, { status: 'SIDEWAYS', lastStatusChange: 'yesterday', acceptedRouteCount: '-1' });
  vpns.setTunnel(id, 1, { outsideIpAddress: null, statusMessage: 'A < B' });
  const odd = await ask({ url }, describe);
  expect(odd.all('state')).toEqual(['parked']);
  expect([odd.all('category'), odd.all('staticRoutesOnly'), odd.all('vpnGatewayId')]).toEqual([
    [],
    ['perhaps'],
    [''],
  ]);
  expect(odd.flat).toContain('<acceptedRouteCount>-1</acceptedRouteCount><lastStatusChange>yesterday<');
  expect(odd.all('status')).toEqual(['SIDEWAYS', 'UP']);
  expect(odd.flat).toContain(
    'Z</lastStatusChange><status>UP</status><statusMessage>A &lt; B</statusMessage>',
  );
  expect(vpns.truth(id)).toEqual(before);

  vpns.set(id, { options: null, routes: null, tagSet: null, vgwTelemetry: null });
  expect((await ask({ url }, describe)).body).not.toMatch(/<(options|routes|tagSet|vgwTelemetry)[ />]/);
  vpns.set(id, { state: undefined, vgwTelemetry: undefined });
  vpns.setTunnel(id, 0, { status: undefined });
  const even = await ask({ url }, describe);
  expect([even.all('state'), even.all('status')]).toEqual([['available'], ['UP', 'UP']]);
});
