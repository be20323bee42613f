import { expect } from 'vitest';
import { aws, withCli } from '../aws-cli.ts';
import { simulate } from '../simulation.ts';

withCli('aws looks one WebSocket connection up, and finds APIs', async () => {
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
});

withCli('aws wires an API: an access log, a header, a deployment', async () => {
  const { websockets, url } = await simulate();
  const destinationArn = websockets.logs.addGroup({ name: '/ws/access' });
  const integrations = [{ integrationId: 'abc1234', requestParameters: { a: 'context.apiId' } }];
  const routes = [{ key: '$connect', integrationId: 'abc1234' }];
  const apiId = websockets.addApi({ routes, integrations });
  const v2 = async (action: string, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await aws(url, 'apigatewayv2', action, '--api-id', apiId, ...args);
    if (code !== 0) throw new Error(stderr);
    return stdout === '' ? '' : (JSON.parse(stdout) as object);
  };
  const stage = ['--stage-name', 'prod'];
  const log = JSON.stringify({ DestinationArn: destinationArn, Format: '$context.requestId' });
  expect(await v2('update-stage', ...stage, '--access-log-settings', log)).toMatchObject({
    AccessLogSettings: JSON.parse(log),
  });
  const header = 'integration.request.header.ConnectionId';
  const change = ['--integration-id', 'abc1234', '--request-parameters'];
  expect(
    await v2('update-integration', ...change, JSON.stringify({ a: '', [header]: 'context.connectionId' })),
  ).toMatchObject({
    RequestParameters: { [header]: 'context.connectionId' },
  });
  expect(await v2('create-deployment', ...stage)).toMatchObject({
    DeploymentId: 'dep1',
    DeploymentStatus: 'PENDING',
  });
  expect(await v2('delete-access-log-settings', ...stage)).toBe('');
  const account = await aws(url, 'apigateway', 'get-account');
  expect(JSON.parse(account.stdout)).toMatchObject({
    cloudwatchRoleArn: 'arn:aws:iam::111122223333:role/api-gateway-logs',
  });
});
