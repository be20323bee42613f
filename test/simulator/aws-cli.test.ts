import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { expect } from 'vitest';
import { needs, programPath } from '../support/programs.ts';
import { simulate } from './simulation.ts';

const cliTest = needs('aws');
const timeoutMs = 60_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line against the simulator, away from the configuration and credentials of this machine. */
function aws(url: string, ...args: readonly string[]): Promise<Outcome> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  const argv = ['--endpoint-url', url, '--output', 'json', ...args];
  return new Promise((resolve) => {
    execFile(programPath('aws'), argv, { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

cliTest(
  'aws reads connections over several pages',
  async () => {
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
  },
  timeoutMs,
);

cliTest(
  'aws reads endpoints and their target networks',
  async () => {
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
  },
  timeoutMs,
);

cliTest(
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
  timeoutMs,
);

cliTest(
  'aws terminates a connection, and says what became of it',
  async () => {
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
  },
  timeoutMs,
);

cliTest(
  'aws reads identity and role keys from STS',
  async () => {
    const role = 'arn:aws:iam::444455556666:role/exporter';
    const { url } = await simulate({ roles: { [role]: { externalId: 'example' } } });
    const identity = await aws(url, 'sts', 'get-caller-identity');
    expect(JSON.parse(identity.stdout)).toMatchObject({ Account: '111122223333' });

    const assume = ['sts', 'assume-role', '--role-arn', role, '--role-session-name', 'test'];
    expect((await aws(url, ...assume)).stderr).toContain(
      '(AccessDenied) when calling the AssumeRole operation',
    );
    expect(JSON.parse((await aws(url, ...assume, '--external-id', 'example')).stdout)).toMatchObject({
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/) },
      AssumedRoleUser: { Arn: 'arn:aws:sts::444455556666:assumed-role/exporter/test' },
    });
  },
  timeoutMs,
);

cliTest(
  'aws looks one WebSocket connection up, and finds APIs',
  async () => {
    const { websockets, url } = await simulate();
    const apiId = websockets.addApi({
      name: 'chat',
      stages: ['dev', 'prod'],
      routes: [{ key: '$connect', integrationId: 'abc1234' }],
    });
    websockets.addApi({ protocol: 'HTTP' });
    const id = websockets.connect(apiId, { sourceIp: '192.0.2.7' });
    const look = (connectionId: string) =>
      aws(`${url}/prod`, 'apigatewaymanagementapi', 'get-connection', '--connection-id', connectionId);
    expect(JSON.parse((await look(id)).stdout)).toMatchObject({
      ConnectedAt: expect.stringContaining('2026-01-01T00:00:00'),
      Identity: { SourceIp: '192.0.2.7' },
    });
    websockets.disconnect(id);
    expect((await look(id)).stderr).toContain('(GoneException) when calling the GetConnection operation');
    expect((await look('AAAA=')).stderr).toContain('(BadRequestException)');

    const apis = await aws(url, 'apigatewayv2', 'get-apis', '--page-size', '1');
    expect(JSON.parse(apis.stdout)).toMatchObject({
      Items: [{ ApiId: apiId, Name: 'chat', ProtocolType: 'WEBSOCKET' }, { ProtocolType: 'HTTP' }],
    });
    const routes = await aws(url, 'apigatewayv2', 'get-routes', '--api-id', apiId, '--page-size', '1');
    expect(JSON.parse(routes.stdout)).toMatchObject({
      Items: [{ RouteKey: '$connect', Target: 'integrations/abc1234' }],
    });
    const stages = await aws(url, 'apigatewayv2', 'get-stages', '--api-id', apiId);
    expect(JSON.parse(stages.stdout)).toMatchObject({ Items: [{ StageName: 'dev' }, { StageName: 'prod' }] });
  },
  timeoutMs,
);
