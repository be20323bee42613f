import { expect } from 'vitest';
import { aws, withCli } from '../aws-cli.ts';
import { simulate } from '../simulation.ts';

withCli('aws reads VPN connections, and reports what is refused in the words of AWS', async () => {
  const { vpns, simulator, url } = await simulate();
  const id = vpns.addConnection({
    name: 'branch',
    gateway: 'transit',
    gatewayId: 'tgw-1',
    tags: { env: 'prod' },
    routes: ['10.0.0.0/8'],
    tunnels: [
      { outsideIp: '203.0.113.3', status: 'DOWN' },
      { outsideIp: '203.0.113.5', routes: 7 },
    ],
  });
  vpns.addConnection({ name: 'plant' });
  const describe = (...args: string[]) => aws(url, 'ec2', 'describe-vpn-connections', ...args);

  const { code, stdout, stderr } = await describe('--filters', 'Name=tag:env,Values=prod');
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({
    VpnConnections: [
      expect.objectContaining({
        VpnConnectionId: id,
        State: 'available',
        TransitGatewayId: 'tgw-1',
        CustomerGatewayConfiguration: expect.stringContaining('<pre_shared_key>'),
        Options: expect.objectContaining({ StaticRoutesOnly: false, TunnelInsideIpVersion: 'ipv4' }),
        Routes: [{ DestinationCidrBlock: '10.0.0.0/8', Source: 'Static', State: 'available' }],
        Tags: [
          { Key: 'Name', Value: 'branch' },
          { Key: 'env', Value: 'prod' },
        ],
        VgwTelemetry: [
          {
            AcceptedRouteCount: 0,
            LastStatusChange: expect.stringContaining('2026-01-01T00:00:00'),
            OutsideIpAddress: '203.0.113.3',
            Status: 'DOWN',
            StatusMessage: 'IPSEC IS DOWN',
          },
          expect.objectContaining({ AcceptedRouteCount: 7, Status: 'UP', StatusMessage: '7 BGP ROUTES' }),
        ],
      }),
    ],
  });

  const call = 'when calling the DescribeVpnConnections operation';
  expect((await describe('--vpn-connection-ids', 'vpn-no')).stderr).toContain(
    `(InvalidVpnConnectionID.NotFound) ${call}: The vpnConnection ID 'vpn-no' does not exist`,
  );
  expect((await describe('--dry-run')).stderr).toContain(`(DryRunOperation) ${call}`);
  simulator.deny('DescribeVpnConnections');
  expect((await describe()).stderr).toContain(`(UnauthorizedOperation) ${call}`);
});
