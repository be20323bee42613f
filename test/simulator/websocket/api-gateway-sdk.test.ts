import { ApiGatewayManagementApiClient, GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import {
  ApiGatewayV2Client,
  GetApiMappingsCommand,
  GetApisCommand,
  GetDomainNamesCommand,
  GetStagesCommand,
} from '@aws-sdk/client-apigatewayv2';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { simulate } from '../simulation.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };

async function simulateApi() {
  const simulation = await simulate();
  const { websockets, url, simulator } = simulation;
  const apiId = websockets.addApi({ apiId: 'abcde12345' });
  const lookAt = async (stage: string, ConnectionId: string) => {
    const client = new ApiGatewayManagementApiClient({
      region: 'eu-west-1',
      endpoint: `${url}/${stage}`,
      credentials,
      maxAttempts: 1,
    });
    onTestFinished(() => client.destroy());
    return client.send(new GetConnectionCommand({ ConnectionId }));
  };
  const failure = (stage: string, id: string) =>
    lookAt(stage, id).then(
      () => 'it did not fail',
      (error) => [error.name, error.message, error.$metadata.httpStatusCode, error.$metadata.attempts],
    );
  const control = new ApiGatewayV2Client({ region: 'eu-west-1', endpoint: url, credentials, maxAttempts: 1 });
  onTestFinished(() => control.destroy());
  return { ...simulation, simulator, apiId, lookAt, failure, control };
}

test.each(['L0SM9cOFvHcCIhw=', 'gbgBR89uMQAYKEiZJA==', 'gbgBaQ9t-QAYKE_olA=='])(
  'the SDK reads %s, which arrives as it left',
  async (id) => {
    const { websockets, simulator, apiId, lookAt, advance } = await simulateApi();
    websockets.connect(apiId, { id, sourceIp: '192.0.2.7', userAgent: 'agent' });
    advance(1_234);
    websockets.talk(id);
    const { ConnectedAt, LastActiveAt, Identity, $metadata } = await lookAt('prod', id);
    expect([ConnectedAt, LastActiveAt, Identity]).toEqual([
      new Date('2026-01-01T00:00:00.000Z'),
      new Date('2026-01-01T00:00:01.234Z'),
      { SourceIp: '192.0.2.7', UserAgent: 'agent' },
    ]);
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(simulator.requests().map(({ params }) => params.connectionId)).toEqual([id]);
  },
);

test('the SDK names what went wrong as it does with AWS', async () => {
  const { websockets, simulator, apiId, failure } = await simulateApi();
  const id = websockets.connect(apiId);
  expect(await failure('nope', id)).toEqual(['ForbiddenException', 'Forbidden', 403, 1]);
  expect(await failure('prod', 'AAAA=')).toEqual([
    'BadRequestException',
    'Invalid connectionId: AAAA=',
    400,
    1,
  ]);
  websockets.disconnect(id);
  expect(await failure('prod', id)).toEqual(['GoneException', 'UnknownError', 410, 1]);
  simulator.failNext(1, 'throttled');
  expect(await failure('prod', id)).toEqual(['LimitExceededException', 'Too Many Requests', 429, 1]);
  simulator.deny('GetConnection');
  expect(await failure('prod', id)).toEqual([
    'AccessDeniedException',
    expect.stringContaining('execute-api:ManageConnections'),
    403,
    1,
  ]);
});

test.each<Fault>(['reset-mid-body', 'html-503', 'internal-error'])('%s fails in the SDK', async (fault) => {
  const { websockets, simulator, apiId, lookAt } = await simulateApi();
  const id = websockets.connect(apiId);
  simulator.failNext(1, fault, { action: 'GetConnection' });
  await expect(lookAt('prod', id)).rejects.toThrow();
  await expect(lookAt('prod', id)).resolves.toHaveProperty('ConnectedAt');
});

test('the SDK finds APIs, stages, domains and mappings over several pages', async () => {
  const { websockets, control } = await simulateApi();
  const domains = [
    { domain: 'ws.example.com', key: 'chat', stage: 'prod' },
    { domain: 'ws.example.com', key: '', stage: 'dev' },
  ];
  const mapped = websockets.addApi({ name: 'chat', stages: ['dev', 'prod'], domains });
  for (let n = 0; n < 3; n++) websockets.addApi({ protocol: 'HTTP' });
  const apis = [];
  let NextToken: string | undefined;
  do {
    const page = await control.send(
      new GetApisCommand({ MaxResults: '2', ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    expect(page.Items?.length).toBeLessThanOrEqual(2);
    apis.push(...(page.Items ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);

  expect(apis.map(({ ProtocolType }) => ProtocolType)).toEqual([
    'WEBSOCKET',
    'WEBSOCKET',
    'HTTP',
    'HTTP',
    'HTTP',
  ]);
  expect(apis[1]).toMatchObject({
    ApiId: mapped,
    Name: 'chat',
    ApiEndpoint: `wss://${mapped}.execute-api.eu-west-1.amazonaws.com`,
    DisableExecuteApiEndpoint: false,
    CreatedDate: new Date('2026-01-01T00:00:00.000Z'),
  });
  const stages = await control.send(new GetStagesCommand({ ApiId: mapped }));
  expect(stages.Items?.map(({ StageName }) => StageName)).toEqual(['dev', 'prod']);
  const names = await control.send(new GetDomainNamesCommand({}));
  expect(names.Items?.map(({ DomainName }) => DomainName)).toEqual(['ws.example.com']);
  const mappings = await control.send(new GetApiMappingsCommand({ DomainName: 'ws.example.com' }));
  expect(mappings.Items).toMatchObject([
    { ApiId: mapped, ApiMappingKey: 'chat', Stage: 'prod' },
    { ApiId: mapped, ApiMappingKey: '', Stage: 'dev' },
  ]);
  await expect(control.send(new GetStagesCommand({ ApiId: 'nope' }))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Invalid API identifier specified 111122223333:nope',
  });
});

test('without a page size a listing of many is several pages', async () => {
  const { websockets, control } = await simulateApi();
  for (let n = 0; n < 30; n++) websockets.addApi();
  const first = await control.send(new GetApisCommand({}));
  expect([first.Items?.length, first.NextToken]).toEqual([25, expect.any(String)]);
});
