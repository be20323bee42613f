import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { APIGatewayClient, UpdateAccountCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  type CreateStageCommandInput,
  GetIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, onTestFinished } from 'vitest';
import { startMoto } from '../simulator/moto.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from './lab.ts';
import { DEADLINE_MS, run } from './program.ts';

/*
 * The same program against moto's server, which nobody here wrote. It has no UpdateStage, no DeleteAccessLogSettings and no deployments. Where it
 * differs from AWS as recorded, the recording is believed: moto replaces the parameters of an integration by those that are sent, where AWS merges
 * them. So whoever sends only what is new proves nothing here; all of them are sent, which comes to the same at both.
 */

const motoTest = needs('moto_server');
const ACCOUNT = '123456789012';
const FORMAT =
  '{"requestId":"$context.requestId","eventType":"$context.eventType","status":"$context.status","connectionId":"$context.connectionId"}';
const TOKEN = { 'integration.request.header.X-Intake-Token': "'s3cret'" };
const TIMEOUT_MS = 4 * DEADLINE_MS;

async function openMoto(stage: Omit<CreateStageCommandInput, 'ApiId' | 'StageName'> = {}) {
  const endpoint = await startMoto();
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };
  const settings = { endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 };
  const [v1, v2, logs] = [
    new APIGatewayClient(settings),
    new ApiGatewayV2Client(settings),
    new CloudWatchLogsClient(settings),
  ];
  onTestFinished(() => {
    for (const client of [v1, v2, logs]) client.destroy();
  });
  const value = `arn:aws:iam::${ACCOUNT}:role/logs`;
  const patchOperations = [{ op: 'replace' as const, path: '/cloudwatchRoleArn', value }];
  const giveRole = () => v1.send(new UpdateAccountCommand({ patchOperations }));
  const RouteSelectionExpression = '$request.body.action';
  const { ApiId = '' } = await v2.send(
    new CreateApiCommand({ Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression }),
  );
  await v2.send(new CreateStageCommand({ ApiId, StageName: 'prod', ...stage }));
  const folder = temporaryFolder();
  const file = join(folder, 'exporter.yaml');
  const aws = `aws: {endpoint_url: "${endpoint}", max_attempts: 1}`;
  writeFileSync(file, `targets: [{name: lab, regions: [eu-west-1]}]\n${aws}\n`);
  const wire = (...args: readonly string[]) =>
    run(['wire', ...args, `--config.file=${file}`], { cwd: folder });
  const undoFile = () => readdirSync(folder).find((name) => name.startsWith('undo-'));
  return { v2, logs, ApiId, giveRole, wire, undoFile };
}

motoTest(
  'of moto, too, the role, the stage and its log group are read, and a log group is made',
  async () => {
    const { ApiId, wire, giveRole, logs, undoFile } = await openMoto();
    const args = ['access-log', `--api-id=${ApiId}`, '--stage=prod'] as const;
    expect((await wire(...args)).stderr).toContain(`no role to write logs with in the account ${ACCOUNT}`);
    await giveRole();
    const planned = await wire(...args);
    expect([planned.code, planned.stderr]).toEqual([0, '']);
    expect(planned.stdout).toContain(
      '2. Have the stage prod write an access log\n   from      no access log\n',
    );
    // moto falls over UpdateStage: what was made before stands, and is told.
    const applied = await wire(...args, '--apply');
    expect(applied.code).toBe(1);
    expect(applied.stdout).toContain(
      `1. Make the log group /ws/${ApiId}/prod: done, and reads back as asked for`,
    );
    expect(applied.stderr).toContain('2. Have the stage prod write an access log: apigateway:PATCH failed');
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups).toMatchObject([{ logGroupName: `/ws/${ApiId}/prod`, retentionInDays: 1 }]);
    const undone = await wire('access-log', `--undo=${undoFile()}`);
    expect([undone.code, undone.stdout.split('\n')[0]]).toEqual([
      0,
      'Have the stage prod write an access log: it is as it was before',
    ]);
  },
  TIMEOUT_MS,
);

motoTest(
  'of moto, too, a stage that logs is left as it is',
  async () => {
    const DestinationArn = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/ws/access`;
    const { ApiId, wire, giveRole } = await openMoto({
      AccessLogSettings: { DestinationArn, Format: FORMAT },
    });
    await giveRole();
    const args = ['access-log', `--api-id=${ApiId}`, '--stage=prod', '--apply'] as const;
    const made = await wire(...args);
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain('- The stage prod writes to /ws/access, in a format that can be read.');
    expect(made.stdout).toContain('1. Make the log group /ws/access: done');
    expect((await wire(...args)).stdout).toContain('Nothing is to be changed.');
  },
  TIMEOUT_MS,
);

motoTest(
  'of moto, too, headers are added to what is there, and taken away again',
  async () => {
    const { v2, ApiId, wire, undoFile } = await openMoto();
    const { IntegrationId = '' } = await v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://nlb.example.com/websocket',
        RequestParameters: TOKEN,
      }),
    );
    for (const RouteKey of ['$connect', '$disconnect'])
      await v2.send(new CreateRouteCommand({ ApiId, RouteKey, Target: `integrations/${IntegrationId}` }));
    const parameters = async () =>
      (await v2.send(new GetIntegrationCommand({ ApiId, IntegrationId }))).RequestParameters;
    const applied = await wire('headers', `--api-id=${ApiId}`, '--apply');
    expect([applied.code, applied.stderr]).toEqual([0, '']);
    const connectionId = { 'integration.request.header.ConnectionId': 'context.connectionId' };
    expect(await parameters()).toMatchObject({ ...TOKEN, ...connectionId });
    const undone = await wire('headers', `--undo=${undoFile()}`);
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect(await parameters()).toEqual(TOKEN);
  },
  TIMEOUT_MS,
);
