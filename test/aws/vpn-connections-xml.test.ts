import { DescribeVpnConnectionsResult$, type VpnConnection } from '@aws-sdk/client-ec2';
import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseVpnConnections, type RawVpnConnection } from '../../src/aws/vpn-connections-xml.ts';
import { SECRETS, telemetry, vpnConnection, vpnConnections } from '../support/vpn-connections.ts';

const sdk = new AwsEc2QueryProtocol({
  defaultNamespace: 'com.amazonaws.ec2',
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
  version: '2016-11-15',
});

type Deserialize = Parameters<AwsEc2QueryProtocol['deserializeResponse']>;

/** What the SDK's own deserialiser makes of the same document. */
async function parseWithSdk(xml: string): Promise<readonly VpnConnection[] | undefined> {
  const operation = { name: 'DescribeVpnConnections', output: DescribeVpnConnectionsResult$ };
  const response = { statusCode: 200, headers: {}, body: Buffer.from(xml) };
  const { VpnConnections } = (await sdk.deserializeResponse(
    operation as unknown as Deserialize[0],
    {} as Deserialize[1],
    response as Deserialize[2],
  )) as unknown as { VpnConnections?: readonly VpnConnection[] };
  return VpnConnections;
}

const parse = (xml: string) => parseVpnConnections(Buffer.from(xml));

/** The same as text, as AWS sent it. */
function asText(one: VpnConnection): RawVpnConnection {
  const given = <T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
  const text = (value: unknown) => (value === undefined ? undefined : String(value));
  return given<Required<RawVpnConnection>>({
    vpnConnectionId: one.VpnConnectionId,
    state: one.State,
    type: one.Type,
    category: one.Category,
    customerGatewayId: one.CustomerGatewayId,
    vpnGatewayId: one.VpnGatewayId,
    transitGatewayId: one.TransitGatewayId,
    coreNetworkArn: one.CoreNetworkArn,
    vpnConcentratorId: one.VpnConcentratorId,
    tagSet: one.Tags?.map(({ Key, Value }) => given({ key: Key, value: Value })),
    vgwTelemetry: one.VgwTelemetry?.map((tunnel) =>
      given({
        outsideIpAddress: tunnel.OutsideIpAddress,
        status: tunnel.Status,
        lastStatusChange: tunnel.LastStatusChange?.toISOString(),
        statusMessage: tunnel.StatusMessage,
        acceptedRouteCount: text(tunnel.AcceptedRouteCount),
      }),
    ),
    options: one.Options && {
      enableAcceleration: String(one.Options.EnableAcceleration),
      staticRoutesOnly: String(one.Options.StaticRoutesOnly),
    },
  });
}

const GATEWAYS = [
  '<vpnGatewayId>vgw-1</vpnGatewayId>',
  '<transitGatewayId>tgw-1</transitGatewayId>',
  '<coreNetworkArn>arn:aws:networkmanager::111122223333:core-network/core-network-1</coreNetworkArn>',
  '<vpnConcentratorId>vpn-concentrator-1</vpnConcentratorId>',
  '',
] as const;

test('what is read of a full answer is what the SDK reads of it', async () => {
  const word = fc.stringMatching(/^[A-Za-z0-9 .-]{1,12}$/).filter((text) => text.trim() === text);
  const connection = fc.record({
    id: fc.stringMatching(/^vpn-[0-9a-f]{1,17}$/),
    state: fc.constantFrom('pending', 'available', 'deleting', 'deleted'),
    gateway: fc.constantFrom(...GATEWAYS),
    isStatic: fc.boolean(),
    tags: fc.dictionary(word, word, { maxKeys: 3 }),
    tunnels: fc.option(
      fc
        .array(
          fc.record({
            address: fc.ipV4(),
            status: fc.constantFrom('UP', 'DOWN'),
            message: fc.constantFrom('', 'IPSEC IS UP', 'IPSEC IS DOWN', '3 BGP ROUTES'),
            routes: fc.nat(2_000).map(String),
          }),
          { maxLength: 3 },
        )
        .map((all) => all.map(telemetry).join('')),
      { nil: null },
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(connection.map(vpnConnection), { maxLength: 4 }), async (items) => {
      const xml = vpnConnections(...items);
      expect(parse(xml)).toEqual((await parseWithSdk(xml))?.map(asText));
    }),
    { numRuns: 300 },
  );
});

test('nothing secret is read', () => {
  const xml = vpnConnections(vpnConnection(), vpnConnection({ id: 'vpn-2' }));
  const read = JSON.stringify(parse(xml));
  expect(read).toContain('203.0.113.3');
  for (const secret of SECRETS) {
    expect(xml).toContain(secret);
    expect(read).not.toContain(secret);
  }
});

test('an answer that breaks off anywhere, or is damaged anywhere, is an error that repeats nothing of it', () => {
  const whole = vpnConnections(vpnConnection());
  const said = new Set<string>();
  const tell = (xml: string) => {
    try {
      parse(xml);
    } catch (error) {
      expect(error).toMatchObject({ name: 'BrokenAnswer', $retryable: { throttling: false } });
      said.add(String(error).replace(/\d+ bytes/, 'n bytes'));
    }
  };
  for (let at = 0; at < whole.length; at += 1) {
    expect(() => parse(whole.slice(0, at))).toThrow();
    tell(whole.slice(0, at));
    for (const byte of ['<', '>', '/', 'a', '&']) tell(`${whole.slice(0, at)}${byte}${whole.slice(at)}`);
  }
  expect([...said].sort()).toEqual([
    'BrokenAnswer: the answer broke off after n bytes',
    'BrokenAnswer: the answer is empty',
    'BrokenAnswer: the answer is not a whole list of VPN connections; it is not repeated here, for it may hold pre-shared keys',
  ]);
});

test.each([
  ['no list', '<DescribeVpnConnectionsResponse><requestId>r</requestId></DescribeVpnConnectionsResponse>'],
  ['another answer', '<DescribeVpcsResponse><vpnConnectionSet/></DescribeVpcsResponse>'],
  ['a page of HTML', '<html><body>s3cr3tOfTunnel1</body></html>'],
])('%s is an error, not an empty list', (_, xml) => {
  expect(() => parse(xml)).toThrow('the answer is not a whole list of VPN connections');
});

test('an empty list is a list', () => {
  expect(parse(vpnConnections())).toEqual([]);
  expect(
    parse('<DescribeVpnConnectionsResponse><vpnConnectionSet/></DescribeVpnConnectionsResponse>'),
  ).toEqual([]);
});
