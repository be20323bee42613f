import { expect, test } from 'vitest';
import { siteToSiteVpn } from '../../../src/collectors/site-to-site-vpn/index.ts';
import { startDomain } from '../../support/polled.ts';
import { SECRETS, telemetry, vpnConnection, vpnConnections } from '../../support/vpn-connections.ts';

/** The domain, asking an AWS that answers with what `answer` holds then. */
async function start(xml: string, own: object = {}) {
  const aws = { xml, status: 200 };
  const domain = await startDomain(
    siteToSiteVpn,
    own,
    (response) => void response.writeHead(aws.status, { 'content-type': 'text/xml' }).end(aws.xml),
  );
  return { aws, ...domain };
}

const prefixed = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`aws_site_to_site_vpn_${name}{`)).map((line) => line.slice(21));

test('a connection with two tunnels, from the answer to the exposition', async () => {
  const tunnels = [
    telemetry({ address: '203.0.113.3', status: 'DOWN', message: 'IPSEC IS DOWN' }),
    telemetry({
      address: '203.0.113.5',
      changedAt: '2026-09-02T09:09:33.004Z',
      message: '2 BGP ROUTES',
      routes: '2',
    }),
  ];
  const { pass, samples, rejected } = await start(
    vpnConnections(vpnConnection({ tunnels: tunnels.join('') })),
  );
  expect(await pass()).toBe('');
  expect(await samples()).toEqual([
    'aws_site_to_site_vpn_up{endpoint_id="vpn-0aaaabbbbccccdddd"} 1',
    'aws_site_to_site_vpn_last_success_timestamp_seconds{endpoint_id="vpn-0aaaabbbbccccdddd"} 1767225630',
    'aws_site_to_site_vpn_tunnel_up{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.3"} 0',
    'aws_site_to_site_vpn_tunnel_up{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.5"} 1',
    'aws_site_to_site_vpn_tunnel_status_change_timestamp_seconds{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.3"} 1785321311.25',
    'aws_site_to_site_vpn_tunnel_status_change_timestamp_seconds{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.5"} 1788340173.004',
    'aws_site_to_site_vpn_tunnel_accepted_routes{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.3"} 0',
    'aws_site_to_site_vpn_tunnel_accepted_routes{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.5"} 2',
    'aws_site_to_site_vpn_tunnel_info{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.3",reason="ipsec_down"} 1',
    'aws_site_to_site_vpn_tunnel_info{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.5",reason="bgp_routes"} 1',
    'aws_site_to_site_vpn_connection_status{endpoint_id="vpn-0aaaabbbbccccdddd",status="pending"} 0',
    'aws_site_to_site_vpn_connection_status{endpoint_id="vpn-0aaaabbbbccccdddd",status="available"} 1',
    'aws_site_to_site_vpn_tunnels_expected{endpoint_id="vpn-0aaaabbbbccccdddd"} 2',
    'aws_site_to_site_vpn_info{endpoint_id="vpn-0aaaabbbbccccdddd",name="branch-1",type="ipsec.1",category="VPN",gateway_type="transit",gateway_id="tgw-0123456789abcdef0",customer_gateway_id="cgw-0123456789abcdef0",routing="bgp",accelerated="false"} 1',
  ]);
  expect(rejected()).toEqual({});
});

test.each([
  ['<vpnGatewayId>vgw-1</vpnGatewayId>', 'gateway_type="virtual_private",gateway_id="vgw-1"'],
  ['<transitGatewayId>tgw-1</transitGatewayId>', 'gateway_type="transit",gateway_id="tgw-1"'],
  [
    '<coreNetworkArn>arn:aws:networkmanager::111122223333:core-network/core-1</coreNetworkArn><coreNetworkAttachmentArn>arn:x</coreNetworkAttachmentArn>',
    'gateway_type="cloud_wan",gateway_id="arn:aws:networkmanager::111122223333:core-network/core-1"',
  ],
  ['<vpnConcentratorId>vpn-c-1</vpnConcentratorId>', 'gateway_type="concentrator",gateway_id="vpn-c-1"'],
  ['', 'gateway_type="none",gateway_id=""'],
])('the gateway %s is %s', async (gateway, label) => {
  const { pass, samples } = await start(vpnConnections(vpnConnection({ gateway, isStatic: true })));
  await pass();
  const [info] = prefixed(await samples(), 'info');
  expect(info).toContain(label);
  expect(info).toContain('routing="static"');
});

test.each([
  ['IPSEC IS UP', 'ipsec_up'],
  ['IPSEC IS DOWN', 'ipsec_down'],
  ['1 BGP ROUTES', 'bgp_routes'],
  ['', 'none'],
  ['Phase 1 negotiation with 198.51.100.7 failed', 'other'],
])('the words %j are the reason %s', async (message, reason) => {
  const { pass, samples } = await start(vpnConnections(vpnConnection({ tunnels: telemetry({ message }) })));
  await pass();
  expect(prefixed(await samples(), 'tunnel_info')).toEqual([
    `tunnel_info{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.3",reason="${reason}"} 1`,
  ]);
});

test('without telemetry there are no series of tunnels, and the rest is there', async () => {
  const { pass, samples } = await start(vpnConnections(vpnConnection({ state: 'pending', tunnels: null })));
  expect(await pass()).toBe('');
  const lines = await samples();
  expect(lines.filter((line) => line.includes('tunnel='))).toEqual([]);
  expect(prefixed(lines, 'connection_status').map((line) => line.at(-1))).toEqual(['1', '0']);
});

test('one bad value is counted and takes nothing else down', async () => {
  const odd = [
    telemetry({ address: '203.0.113.3', status: 'UNKNOWN', routes: 'many', changedAt: 'yesterday' }),
    telemetry({ address: '203.0.113.3', status: 'UP' }),
    telemetry({ address: '', status: 'UP' }),
    telemetry({ address: '203.0.113.5', status: 'DOWN' }),
  ].join('');
  const xml = vpnConnections(
    vpnConnection({ tunnels: odd, tags: { tunnels: 'both' } }),
    vpnConnection({ id: 'not an id' }),
    vpnConnection({ id: 'vpn-2', tags: { tunnels: '1' } }),
  );
  const { pass, samples, rejected, log } = await start(xml, { expected_tunnels_tag: 'tunnels' });
  expect(await pass()).toBe('');
  const lines = await samples();
  expect(prefixed(lines, 'tunnel_up')).toEqual([
    'tunnel_up{endpoint_id="vpn-0aaaabbbbccccdddd",tunnel="203.0.113.5"} 0',
    'tunnel_up{endpoint_id="vpn-2",tunnel="203.0.113.3"} 1',
  ]);
  expect(prefixed(lines, 'tunnels_expected')).toEqual([
    'tunnels_expected{endpoint_id="vpn-0aaaabbbbccccdddd"} 2',
    'tunnels_expected{endpoint_id="vpn-2"} 1',
  ]);
  expect(rejected()).toEqual({
    connection_id: 1,
    tunnel: 2,
    tunnel_status: 1,
    status_changed_at: 1,
    accepted_routes: 1,
    expected_tunnels: 1,
  });
  expect(log.filter((line) => line.includes('A value from AWS was rejected'))).toHaveLength(6);
});

test('a connection that is being deleted ceases to exist; one that is named is not up', async () => {
  const there = vpnConnections(vpnConnection(), vpnConnection({ id: 'vpn-2' }));
  for (const own of [{}, { endpoints: ['vpn-2'] }]) {
    const { aws, pass, samples, log } = await start(there, own);
    expect(await pass()).toBe('');
    aws.xml = vpnConnections(vpnConnection(), vpnConnection({ id: 'vpn-2', state: 'deleting' }));
    const isNamed = 'endpoints' in own;
    expect(await pass()).toBe(isNamed ? 'Error: 1 of 1 endpoints failed' : '');
    expect(prefixed(await samples(), 'up')).toEqual([
      isNamed ? 'up{endpoint_id="vpn-2"} 0' : 'up{endpoint_id="vpn-0aaaabbbbccccdddd"} 1',
    ]);
    const said = isNamed
      ? 'A named Site-to-Site VPN connection is gone'
      : 'A Site-to-Site VPN connection ceased to exist';
    expect(log.filter((line) => line.includes(said))).toHaveLength(1);
  }
});

test('a named connection that is nowhere is not up', async () => {
  const { pass, samples } = await start(vpnConnections(vpnConnection()), { endpoints: ['vpn-9'] });
  expect(await pass()).toBe('Error: 1 of 1 endpoints failed');
  expect(await samples()).toEqual([
    'aws_site_to_site_vpn_up{account_id="unknown",region="unknown",endpoint_id="vpn-9"} 0',
  ]);
});

test('tags choose connections', async () => {
  const xml = vpnConnections(
    vpnConnection({ id: 'vpn-1', tags: { stage: 'prod' } }),
    vpnConnection({ id: 'vpn-2', tags: { stage: 'dev' } }),
    vpnConnection({ id: 'vpn-3', tags: {} }),
  );
  const { pass, samples } = await start(xml, { tags: { stage: 'prod' }, endpoints: ['vpn-3'] });
  await pass();
  expect(prefixed(await samples(), 'up')).toEqual(['up{endpoint_id="vpn-1"} 1', 'up{endpoint_id="vpn-3"} 1']);
});

test.each([
  [
    'a list that is missing',
    200,
    '<DescribeVpnConnectionsResponse><requestId>r</requestId></DescribeVpnConnectionsResponse>',
  ],
  ['a page of HTML', 200, '<html><body>s3cr3tOfTunnel1</body></html>'],
  ['an answer that breaks off', 200, vpnConnections(vpnConnection()).slice(0, 900)],
  [
    'an error of AWS',
    503,
    '<Response><Errors><Error><Code>Unavailable</Code><Message>later</Message></Error></Errors></Response>',
  ],
])('%s keeps what was known, as not up, and says nothing secret anywhere', async (_, status, xml) => {
  const { aws, pass, samples, log, collector } = await start(vpnConnections(vpnConnection()));
  await pass();
  const before = await samples();
  Object.assign(aws, { status, xml });
  expect(await pass()).toBe('Error: 1 of 1 targets failed, 1 of 1 endpoints failed');
  const up = 'aws_site_to_site_vpn_up{endpoint_id="vpn-0aaaabbbbccccdddd"}';
  expect(await samples()).toEqual(before.map((line) => (line.startsWith(up) ? `${up} 0` : line)));
  const everything = [...log, JSON.stringify(collector.status()), ...before].join('\n');
  for (const secret of SECRETS) expect(everything).not.toContain(secret);
});
