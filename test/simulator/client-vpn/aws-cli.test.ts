import { expect } from 'vitest';
import { aws, withCli } from '../aws-cli.ts';
import { simulate } from '../simulation.ts';

withCli('aws reads connections over several pages', async () => {
  const { world, simulator, url } = await simulate();
  const endpointId = world.addEndpoint();
  const names = Array.from({ length: 23 }, (_, n) => `üser <${n}> & "co"\n`);
  for (const username of names) {
    const id = world.connect(endpointId, { username, postures: ['compliant'] });
    world.talk(id, { ingressBytes: 2n ** 60n, egressBytes: 1, ingressPackets: 2, egressPackets: 3 });
  }
  const args = ['--client-vpn-endpoint-id', endpointId, '--page-size', '5'];
  const { code, stdout, stderr } = await aws(url, 'ec2', 'describe-client-vpn-connections', ...args);

  expect([code, stderr]).toEqual([0, '']);
  const { Connections: rows } = JSON.parse(stdout) as { Connections: Record<string, unknown>[] };
  expect(rows.map((row) => row.Username).sort()).toEqual(names.sort());
  expect(rows[0]).toMatchObject({
    ClientVpnEndpointId: endpointId,
    ConnectionEstablishedTime: '2026-01-01 00:00:00',
    IngressBytes: String(2n ** 60n),
    EgressPackets: '3',
    Status: { Code: 'active' },
    ConnectionEndTime: '-',
    PostureComplianceStatuses: ['compliant'],
  });
  expect(simulator.requests().map(({ action, params }) => [action, params.MaxResults])).toEqual(
    Array(5).fill(['DescribeClientVpnConnections', '5']),
  );
});

withCli('aws reads endpoints and their target networks', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint({
    name: 'office',
    description: 'Head office',
    vpcId: 'vpc-0a',
    subnetIds: ['subnet-0a'],
    transportProtocol: 'tcp',
    authentication: 'directory-service-authentication',
    clientCidrBlock: '10.1.0.0/20',
  });
  world.addEndpoint({ transportProtocol: 'udp' });
  const filter = ['--filters', 'Name=transport-protocol,Values=tcp'];
  const endpoints = await aws(url, 'ec2', 'describe-client-vpn-endpoints', ...filter);
  expect(JSON.parse(endpoints.stdout)).toMatchObject({
    ClientVpnEndpoints: [
      {
        ClientVpnEndpointId: endpointId,
        Description: 'Head office',
        Status: { Code: 'available' },
        ClientCidrBlock: '10.1.0.0/20',
        SplitTunnel: true,
        TransportProtocol: 'tcp',
        VpnPort: 443,
        AuthenticationOptions: [{ Type: 'directory-service-authentication' }],
        Tags: [{ Key: 'Name', Value: 'office' }],
        VpcId: 'vpc-0a',
        SessionTimeoutHours: 24,
      },
    ],
  });
  const of = ['--client-vpn-endpoint-id', endpointId];
  const networks = await aws(url, 'ec2', 'describe-client-vpn-target-networks', ...of);
  expect(JSON.parse(networks.stdout)).toMatchObject({
    ClientVpnTargetNetworks: [{ TargetNetworkId: 'subnet-0a', Status: { Code: 'associated' } }],
  });
});

withCli(
  'aws reports an unknown endpoint, a throttle, a dry run and a denial in the words of AWS',
  async () => {
    const { world, simulator, url } = await simulate();
    const endpointId = world.addEndpoint();
    const describe = (id: string, ...more: string[]) =>
      aws(url, 'ec2', 'describe-client-vpn-connections', '--client-vpn-endpoint-id', id, ...more);
    const call = 'when calling the DescribeClientVpnConnections operation';

    const unknown = await describe('cvpn-endpoint-no');
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain(
      `(InvalidClientVpnEndpointId.NotFound) ${call}: Endpoint cvpn-endpoint-no`,
    );

    simulator.failNext(Number.POSITIVE_INFINITY, 'throttled');
    expect((await describe(endpointId)).stderr).toContain('(RequestLimitExceeded)');
    simulator.clearFaults();

    const dryRun = await describe(endpointId, '--dry-run');
    expect(dryRun.stderr).toContain(`(DryRunOperation) ${call}: Request would have succeeded`);
    simulator.deny('DescribeClientVpnConnections');
    expect((await describe(endpointId, '--dry-run')).stderr).toContain(`(UnauthorizedOperation) ${call}`);
  },
);

withCli('aws terminates a connection, and says what became of it', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  const id = world.connect(endpointId, { username: 'ada' });
  const terminate = (...which: string[]) =>
    aws(url, 'ec2', 'terminate-client-vpn-connections', '--client-vpn-endpoint-id', endpointId, ...which);
  expect(JSON.parse((await terminate('--username', 'ada')).stdout)).toEqual({
    ClientVpnEndpointId: endpointId,
    Username: 'ada',
    ConnectionStatuses: [
      { ConnectionId: id, PreviousStatus: { Code: 'active' }, CurrentStatus: { Code: 'terminating' } },
    ],
  });
  world.disconnect(id);
  expect((await terminate('--connection-id', id)).stderr).toContain(
    '(InvalidClientVpnConnection.IdNotFound) when calling the TerminateClientVpnConnections operation',
  );
});
