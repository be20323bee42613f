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
