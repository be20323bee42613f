import {
  ApiGatewayV2Client,
  CreateDeploymentCommand,
  DeleteAccessLogSettingsCommand,
  GetDeploymentCommand,
  GetIntegrationCommand,
  GetStageCommand,
  UpdateIntegrationCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { expect, onTestFinished, test } from 'vitest';
import { simulate } from '../simulation.ts';

async function simulateClient() {
  const simulation = await simulate();
  const { websockets, url } = simulation;
  const DestinationArn = websockets.logs.addGroup({ name: 'access' });
  const ApiId = websockets.addApi({ routes: [{ key: '$connect', integrationId: 'abc1234' }] });
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };
  const client = new ApiGatewayV2Client({ region: 'eu-west-1', endpoint: url, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  const AccessLogSettings = { DestinationArn, Format: '$context.requestId $context.connectionId' };
  return { ...simulation, client, AccessLogSettings, stage: { ApiId, StageName: 'prod' }, ApiId };
}

test('the SDK sets an access log, reads it back and deletes it', async () => {
  const { client, stage, AccessLogSettings } = await simulateClient();
  await client.send(new UpdateStageCommand({ ...stage, AccessLogSettings }));
  const shown = await client.send(new GetStageCommand(stage));
  expect([shown.AccessLogSettings, shown.AutoDeploy, shown.DeploymentId]).toEqual([
    AccessLogSettings,
    undefined,
    'dep0',
  ]);
  const deleted = await client.send(new DeleteAccessLogSettingsCommand(stage));
  expect(deleted.$metadata.httpStatusCode).toBe(204);
  expect((await client.send(new GetStageCommand(stage))).AccessLogSettings).toBeUndefined();
});

test('the SDK maps a header and deploys it', async () => {
  const { client, ApiId } = await simulateClient();
  const of = { ApiId, IntegrationId: 'abc1234' };
  const RequestParameters = { 'integration.request.header.ConnectionId': 'context.connectionId' };
  await client.send(new UpdateIntegrationCommand({ ...of, RequestParameters }));
  const { RequestParameters: shown } = await client.send(new GetIntegrationCommand(of));
  expect(shown).toEqual(RequestParameters);
  const { DeploymentId = '' } = await client.send(new CreateDeploymentCommand({ ApiId, StageName: 'prod' }));
  const { DeploymentStatus } = await client.send(new GetDeploymentCommand({ ApiId, DeploymentId }));
  expect(DeploymentStatus).toBe('DEPLOYED');
});

test('the SDK names what is refused', async () => {
  const { client, simulator, stage, AccessLogSettings } = await simulateClient();
  const bad = new UpdateStageCommand({ ...stage, AccessLogSettings: { ...AccessLogSettings, Format: 'a' } });
  await expect(client.send(bad)).rejects.toMatchObject({ name: 'BadRequestException' });
  const good = new UpdateStageCommand({ ...stage, AccessLogSettings });
  simulator.failNext(1, 'conflict');
  await expect(client.send(good)).rejects.toMatchObject({ name: 'ConflictException' });
  simulator.failNext(1, 'throttled');
  await expect(client.send(good)).rejects.toMatchObject({ name: 'TooManyRequestsException' });
});
