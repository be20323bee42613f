import {
  DescribeVpnConnectionsCommand,
  type DescribeVpnConnectionsCommandInput,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { expect, onTestFinished, test } from 'vitest';
import { simulate } from '../simulation.ts';

async function simulateClient() {
  const simulation = await simulate();
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };
  const client = new EC2Client({
    region: 'eu-west-1',
    endpoint: simulation.url,
    credentials,
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return { ...simulation, client };
}

const tunnelOptions = {
  Phase1LifetimeSeconds: 28800,
  Phase2LifetimeSeconds: 3600,
  RekeyMarginTimeSeconds: 270,
  RekeyFuzzPercentage: 100,
  ReplayWindowSize: 1024,
  DpdTimeoutSeconds: 30,
  DpdTimeoutAction: 'clear',
  Phase1EncryptionAlgorithms: [{ Value: 'AES128' }, { Value: 'AES256-GCM-16' }],
  Phase2EncryptionAlgorithms: [{ Value: 'AES256' }],
  Phase1IntegrityAlgorithms: [{ Value: 'SHA1' }, { Value: 'SHA2-256' }],
  Phase2IntegrityAlgorithms: [{ Value: 'SHA2-512' }],
  Phase1DHGroupNumbers: [{ Value: 2 }, { Value: 14 }],
  Phase2DHGroupNumbers: [{ Value: 5 }],
  IkeVersions: [{ Value: 'ikev1' }, { Value: 'ikev2' }],
  StartupAction: 'add',
  LogOptions: {
    CloudWatchLogOptions: {
      LogEnabled: true,
      LogGroupArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:/vpn/vpn-1',
      LogOutputFormat: 'json',
      BgpLogEnabled: true,
      BgpLogGroupArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:/vpn/vpn-1/bgp',
      BgpLogOutputFormat: 'text',
    },
  },
  EnableTunnelLifecycleControl: false,
};

test('the SDK reads every field of a connection', async () => {
  const { vpns, client, advance } = await simulateClient();
  const id = vpns.addConnection({
    id: 'vpn-1',
    name: 'branch',
    gateway: 'core-network',
    gatewayId: 'arn:aws:networkmanager::111122223333:core-network/core-network-1',
    customerGatewayId: 'cgw-1',
    preSharedKeyArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:vpn',
    transportAttachmentId: 'tgw-attach-1',
    bandwidth: 'large',
    accelerated: true,
    routes: ['10.0.0.0/8'],
    tunnels: [
      { outsideIp: '203.0.113.3', preSharedKey: 'first.secret', certificateArn: 'arn:aws:acm:cert' },
      { outsideIp: '203.0.113.5', preSharedKey: 'second.secret', routes: 7 },
    ],
  });
  advance(61_042);
  vpns.stall(id, 0);

  const { VpnConnections, $metadata } = await client.send(new DescribeVpnConnectionsCommand({}));

  expect($metadata.httpStatusCode).toBe(200);
  expect(VpnConnections).toEqual([
    {
      VpnConnectionId: 'vpn-1',
      State: 'available',
      CustomerGatewayConfiguration: expect.stringMatching(
        /^<\?xml version="1.0" encoding="UTF-8"\?>\n<vpn_connection id="vpn-1">\n.*<pre_shared_key>first\.secret<\/pre_shared_key>.*<pre_shared_key>second\.secret</s,
      ),
      Type: 'ipsec.1',
      CustomerGatewayId: 'cgw-1',
      CoreNetworkArn: 'arn:aws:networkmanager::111122223333:core-network/core-network-1',
      CoreNetworkAttachmentArn: 'arn:aws:networkmanager::111122223333:attachment/attachment-vpn-1',
      GatewayAssociationState: 'associated',
      Category: 'VPN',
      PreSharedKeyArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:vpn',
      Tags: [{ Key: 'Name', Value: 'branch' }],
      VgwTelemetry: [
        {
          AcceptedRouteCount: 0,
          LastStatusChange: new Date('2026-01-01T00:01:01.042Z'),
          OutsideIpAddress: '203.0.113.3',
          Status: 'DOWN',
          StatusMessage: 'IPSEC IS UP',
          CertificateArn: 'arn:aws:acm:cert',
        },
        {
          AcceptedRouteCount: 7,
          LastStatusChange: new Date('2026-01-01T00:00:00.000Z'),
          OutsideIpAddress: '203.0.113.5',
          Status: 'UP',
          StatusMessage: '7 BGP ROUTES',
        },
      ],
      Options: {
        EnableAcceleration: true,
        StaticRoutesOnly: false,
        LocalIpv4NetworkCidr: '0.0.0.0/0',
        RemoteIpv4NetworkCidr: '0.0.0.0/0',
        OutsideIpAddressType: 'PrivateIpv4',
        TransportTransitGatewayAttachmentId: 'tgw-attach-1',
        TunnelInsideIpVersion: 'ipv4',
        TunnelBandwidth: 'large',
        TunnelOptions: [
          {
            OutsideIpAddress: '203.0.113.3',
            TunnelInsideCidr: '169.254.10.0/30',
            PreSharedKey: 'first.secret',
            ...tunnelOptions,
          },
          {
            OutsideIpAddress: '203.0.113.5',
            TunnelInsideCidr: '169.254.11.0/30',
            PreSharedKey: 'second.secret',
            ...tunnelOptions,
          },
        ],
      },
      Routes: [{ DestinationCidrBlock: '10.0.0.0/8', Source: 'Static', State: 'available' }],
    },
  ]);
});

test('the SDK reads what is absent as absent, an empty message as empty, and IPv6 inside', async () => {
  const { vpns, client } = await simulateClient();
  vpns.addConnection({ id: 'vpn-1', state: 'pending', gateway: 'none' });
  vpns.addConnection({ id: 'vpn-2', routing: 'static', insideIpVersion: 'ipv6', category: 'VPN-Classic' });
  const one = async (id: string) => {
    const { VpnConnections = [] } = await client.send(
      new DescribeVpnConnectionsCommand({ VpnConnectionIds: [id] }),
    );
    return VpnConnections[0];
  };
  const pending = await one('vpn-1');
  expect(pending).toMatchObject({
    State: 'pending',
    GatewayAssociationState: 'not-associated',
    Routes: [],
    Tags: [],
  });
  expect(
    Object.keys(pending ?? {}).filter((key) => /Vgw|VpnGateway|Transit|Core|Concentrator|Arn/.test(key)),
  ).toEqual([]);
  expect(await one('vpn-2')).toMatchObject({
    Category: 'VPN-Classic',
    VgwTelemetry: Array(2).fill({ Status: 'UP', StatusMessage: '', AcceptedRouteCount: 0 }),
    Options: {
      StaticRoutesOnly: true,
      TunnelInsideIpVersion: 'ipv6',
      LocalIpv6NetworkCidr: '::/0',
      TunnelOptions: [{ TunnelInsideIpv6Cidr: 'fd00:10::/126' }, { TunnelInsideIpv6Cidr: 'fd00:11::/126' }],
    },
  });
});

test('the SDK asks with filters and names what went wrong as it does with AWS', async () => {
  const { vpns, client, simulator } = await simulateClient();
  vpns.addConnection({ state: 'deleted' });
  const id = vpns.addConnection();
  const describe = (input: DescribeVpnConnectionsCommandInput) =>
    client.send(new DescribeVpnConnectionsCommand(input)).then(
      ({ VpnConnections }) => VpnConnections?.map(({ VpnConnectionId }) => VpnConnectionId),
      (error: Error) => [error.name, error.message],
    );
  expect(await describe({ Filters: [{ Name: 'state', Values: ['pending', 'available'] }] })).toEqual([id]);
  expect(simulator.requests()[0]?.params).toMatchObject({
    'Filter.1.Name': 'state',
    'Filter.1.Value.2': 'available',
  });
  expect(await describe({ VpnConnectionIds: ['vpn-no'] })).toEqual([
    'InvalidVpnConnectionID.NotFound',
    "The vpnConnection ID 'vpn-no' does not exist",
  ]);
  expect(await describe({ DryRun: true })).toEqual(['DryRunOperation', expect.any(String)]);
});

test.each([
  [{ status: 'SIDEWAYS' }, { Status: 'SIDEWAYS' }],
  [{ acceptedRouteCount: 'many' }, { AcceptedRouteCount: Number.NaN }],
  [{ acceptedRouteCount: '' }, { AcceptedRouteCount: 0 }],
  [{ acceptedRouteCount: null }, { AcceptedRouteCount: undefined }],
  [{ lastStatusChange: null }, { LastStatusChange: undefined }],
  [{ outsideIpAddress: null }, { OutsideIpAddress: undefined }],
])('of %j the SDK makes %j', async (raw, read) => {
  const { vpns, client } = await simulateClient();
  vpns.setTunnel(vpns.addConnection(), 0, raw);
  const { VpnConnections = [] } = await client.send(new DescribeVpnConnectionsCommand({}));
  expect({ ...VpnConnections[0]?.VgwTelemetry?.[0], ...read }).toEqual(VpnConnections[0]?.VgwTelemetry?.[0]);
});

test('one time that the SDK cannot read takes the whole answer down', async () => {
  const { vpns, client } = await simulateClient();
  vpns.addConnection();
  vpns.setTunnel(vpns.addConnection(), 1, { lastStatusChange: 'yesterday' });
  await expect(client.send(new DescribeVpnConnectionsCommand({}))).rejects.toThrow('Invalid RFC3339');
});
