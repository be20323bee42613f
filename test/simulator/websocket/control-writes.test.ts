import { expect, test } from 'vitest';
import { JSON_FORMAT } from '../../../src/simulator/websocket/access-log-format.ts';
import { mappedRequest } from '../../../src/simulator/websocket/mapped-request.ts';
import type { ProxyEvent } from '../../../src/simulator/websocket/proxy-event.ts';
import { filterAll, messagesOf } from '../logs/rows.ts';
import { simulate } from '../simulation.ts';
import { askRest } from '../wire.ts';

const API = 'a1b2c3d4e5';
const GROUP = '/ws/access';

async function simulateApi(spec: object = {}) {
  const simulation = await simulate();
  const { websockets, url } = simulation;
  const destinationArn = websockets.logs.addGroup({ name: GROUP });
  const routes = [
    { key: '$connect', integrationId: 'abc1234' },
    { key: '$disconnect', integrationId: 'abc1234' },
  ];
  websockets.addApi({ apiId: API, routes, ...spec });
  const call = async (method: string, path: string, body?: object) => {
    const reply = await askRest({ url }, 'apigateway', `/v2/apis/${API}${path}`, {
      method,
      ...(body && { body }),
    });
    const answer = reply.body === '' ? '' : (JSON.parse(reply.body) as Readonly<Record<string, unknown>>);
    return [reply.status, answer, reply.header('x-amzn-errortype')] as const;
  };
  const log = { accessLogSettings: { destinationArn, format: JSON_FORMAT } };
  return { ...simulation, destinationArn, call, log };
}

test('an access log is set, shown, written to after 45 s, and deleted, after which rows go on for 7 s', async () => {
  const { websockets, url, advance, call, log } = await simulateApi();
  const [status, stage] = await call('PATCH', '/stages/prod', log);
  expect([status, stage]).toEqual([
    200,
    expect.objectContaining({ stageName: 'prod', ...log, deploymentId: 'dep0' }),
  ]);
  expect(await call('GET', '/stages/prod')).toEqual([200, stage, undefined]);
  expect(await call('GET', '/stages')).toEqual([200, { items: [stage] }, undefined]);
  const ids: string[] = [];
  const connect = (ms: number) => {
    advance(ms);
    ids.push(websockets.connect(API));
  };
  connect(44_999);
  connect(1);
  expect(await call('DELETE', '/stages/prod/accesslogsettings')).toEqual([204, '', undefined]);
  expect(await call('GET', '/stages/prod')).toEqual([200, expect.not.objectContaining(log), undefined]);
  connect(6_999);
  connect(1);
  advance(30_000);
  const rows = messagesOf(await filterAll({ url }, { logGroupName: GROUP }));
  expect(rows.map((row) => ids.findIndex((id) => row.includes(id)))).toEqual([1, 2]);
});

test('an update of a stage leaves what it does not name, also within its settings', async () => {
  const { call, log } = await simulateApi();
  await call('PATCH', '/stages/prod', { ...log, description: 'live', stageVariables: { a: '1' } });
  const changed = { defaultRouteSettings: { loggingLevel: 'NONSENSE' }, stageVariables: { b: '2' } };
  expect((await call('PATCH', '/stages/prod', changed))[1]).toMatchObject({
    ...log,
    description: 'live',
    defaultRouteSettings: {
      dataTraceEnabled: false,
      detailedMetricsEnabled: false,
      loggingLevel: 'NONSENSE',
    },
    stageVariables: { a: '1', b: '2' },
  });
  const format = '$context.requestId';
  const [, stage] = await call('PATCH', '/stages/prod', { accessLogSettings: { format } });
  expect(stage).toMatchObject({ accessLogSettings: { ...log.accessLogSettings, format } });
});

test.each([
  [
    'no request id',
    '{"id":"$context.connectionId"}',
    'must include either $context.requestId or $context.extendedRequestId',
  ],
  ['two lines', '$context.requestId\n', 'Access Log format must be single line'],
  ['no format', undefined, 'must include either'],
])('a format with %s is refused, and nothing is changed', async (_, format, words) => {
  const { call, destinationArn } = await simulateApi();
  const accessLogSettings = { destinationArn, ...(format !== undefined && { format }) };
  const [status, body, name] = await call('PATCH', '/stages/prod', { accessLogSettings, description: 'new' });
  expect([status, name]).toEqual([400, 'BadRequestException']);
  const prefix = 'The following errors are found in Access Log Format: ';
  expect(body).toEqual({ message: expect.stringContaining(words) });
  expect(body).toEqual({ message: expect.stringContaining(prefix) });
  const [, stage] = await call('GET', '/stages/prod');
  expect(stage).not.toHaveProperty('accessLogSettings');
  expect(stage).not.toHaveProperty('description');
});

test('a destination that is no ARN of a log group is refused, as is any where the account has no role', async () => {
  const { websockets, call, destinationArn, log } = await simulateApi();
  const to = (arn: string) =>
    call('PATCH', '/stages/prod', { accessLogSettings: { destinationArn: arn, format: JSON_FORMAT } });
  expect((await to('/ws/access'))[1]).toEqual({
    message: "Invalid ARN specified in the request. ARNs must start with 'arn:'",
  });
  expect((await to(`${destinationArn}:*`))[1]).toEqual({
    message: expect.stringMatching(
      /^Access log destination must only contain characters .*: 'log-group:\/ws\/access:\*'$/,
    ),
  });
  websockets.loggingRoles.set('111122223333', 'eu-west-1', undefined);
  expect(await call('PATCH', '/stages/prod', log)).toEqual([
    400,
    { message: 'CloudWatch Logs role ARN must be set in account settings to enable logging' },
    'BadRequestException',
  ]);
});

test('the account says which role writes its logs, if there is one', async () => {
  const { websockets, url } = await simulateApi();
  const account = async () => JSON.parse((await askRest({ url }, 'apigateway', '/account')).body) as object;
  expect(await account()).toEqual({
    apiKeyVersion: '4',
    cloudwatchRoleArn: 'arn:aws:iam::111122223333:role/api-gateway-logs',
    features: ['UsagePlans'],
    throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
  });
  websockets.loggingRoles.set('111122223333', 'eu-west-1', undefined);
  expect(await account()).not.toHaveProperty('cloudwatchRoleArn');
});

test('parameters of an integration are merged, and go by being sent empty', async () => {
  const integration = {
    integrationId: 'vpc1234',
    uri: 'http://10.0.0.1/ws',
    vpcLinkId: 'link12',
    requestParameters: { a: 'context.apiId' },
  };
  const { call } = await simulateApi({ integrations: [integration] });
  const [, before] = await call('GET', '/integrations/vpc1234');
  expect(before).toMatchObject({
    connectionId: 'link12',
    connectionType: 'VPC_LINK',
    integrationType: 'HTTP_PROXY',
    requestParameters: { a: 'context.apiId' },
  });
  const patch = async (requestParameters: object) =>
    (await call('PATCH', '/integrations/vpc1234', { requestParameters }))[1];
  const added = { ...(before as object), requestParameters: { a: 'context.apiId', b: 'context.stage' } };
  expect(await patch({ b: 'context.stage' })).toEqual(added);
  expect((await call('PATCH', '/integrations/vpc1234', { timeoutInMillis: 1_000 }))[1]).toEqual({
    ...added,
    timeoutInMillis: 1_000,
  });
  expect(await patch({ a: '' })).toMatchObject({ requestParameters: { b: 'context.stage' } });
  expect(await patch({ b: '' })).not.toHaveProperty('requestParameters');
  const [, list] = await call('GET', '/integrations');
  expect(list).toMatchObject({ items: [{ integrationId: 'abc1234' }, { integrationId: 'vpc1234' }] });
});

test('a deployment is PENDING, then DEPLOYED, publishes every edit, and can be taken back', async () => {
  const { websockets, call, advance } = await simulateApi();
  const connected: ProxyEvent[] = [];
  websockets.listen((event) => connected.push(event));
  const headers = () => {
    websockets.connect(API);
    const event = connected.at(-1);
    return event && mappedRequest(websockets, event)?.headers;
  };
  await call('PATCH', '/integrations/abc1234', {
    requestParameters: { 'integration.request.header.ConnectionId': 'context.connectionId', other: 'x' },
  });
  advance(120_000);
  expect(headers()).toEqual({});
  const [status, made] = await call('POST', '/deployments', { stageName: 'prod', description: 'headers' });
  expect([status, made]).toEqual([
    201,
    {
      autoDeployed: false,
      createdDate: '2026-01-01T00:02:00.000Z',
      deploymentId: 'dep1',
      deploymentStatus: 'PENDING',
      description: 'headers',
    },
  ]);
  expect((await call('GET', '/deployments/dep1'))[1]).toMatchObject({ deploymentStatus: 'DEPLOYED' });
  expect((await call('GET', '/stages/prod'))[1]).toMatchObject({ deploymentId: 'dep1' });
  expect(headers()).toEqual({});
  advance(70_000);
  expect(headers()).toEqual({ ConnectionId: connected.at(-1)?.requestContext.connectionId });
  expect((await call('PATCH', '/stages/prod', { deploymentId: 'dep0' }))[1]).toMatchObject({
    deploymentId: 'dep0',
  });
  advance(70_000);
  expect(headers()).toEqual({});
});

test('a stage that deploys by itself has every edit at once, and takes no deployment from anybody', async () => {
  const { call } = await simulateApi({ autoDeployed: ['prod'] });
  await call('PATCH', '/integrations/abc1234', { requestParameters: { a: 'b' } });
  expect((await call('GET', '/stages/prod'))[1]).toMatchObject({ autoDeploy: true, deploymentId: 'dep1' });
  expect((await call('GET', '/deployments/dep1'))[1]).toMatchObject({ autoDeployed: true });
  const refused = { message: 'Deployment ID cannot be set on this stage because AutoDeploy is enabled' };
  expect((await call('PATCH', '/stages/prod', { deploymentId: 'dep0' })).slice(0, 2)).toEqual([400, refused]);
  expect((await call('POST', '/deployments', { stageName: 'prod' })).slice(0, 2)).toEqual([400, refused]);
});

test.each([
  ['GET', '/stages/nope', 404, 'Invalid stage identifier specified'],
  ['PATCH', '/stages/nope', 404, 'Invalid stage identifier specified'],
  ['DELETE', '/stages/nope/accesslogsettings', 404, 'Invalid stage identifier specified'],
  ['GET', '/integrations/nope', 404, 'Invalid Integration identifier specified'],
  ['PATCH', '/integrations/nope', 404, 'Invalid Integration identifier specified'],
  ['GET', '/deployments/nope', 404, 'Invalid Deployment identifier specified'],
  ['PUT', '/stages/prod', 404, `There is no /v2/apis/${API}/stages/prod here`],
])('%s %s is %i', async (method, path, status, message) => {
  const { call } = await simulateApi();
  expect((await call(method, path)).slice(0, 2)).toEqual([status, { message }]);
});

test('an API without routes cannot be deployed, nor to a deployment that is not there', async () => {
  const { call } = await simulateApi({ routes: [] });
  expect((await call('POST', '/deployments', {}))[1]).toEqual({
    message: 'At least one route is required before deploying the Api.',
  });
  expect((await call('PATCH', '/stages/prod', { deploymentId: 'nope' }))[0]).toBe(404);
  expect((await call('POST', '/deployments', { stageName: 'nope' }))[0]).toBe(404);
});

test('what tags say of an API and its stages, and denials by the method of each action', async () => {
  const tags = { 'aws:cloudformation:stack-name': 'chat' };
  const { simulator, call } = await simulateApi({ tags, stageTags: tags });
  expect((await call('GET', ''))[1]).toMatchObject({ apiId: API, protocolType: 'WEBSOCKET', tags });
  expect((await call('GET', '/stages/prod'))[1]).toMatchObject({ tags });
  simulator.deny('UpdateStage', { item: API });
  const [status, body] = await call('PATCH', '/stages/prod', {});
  expect([status, body]).toEqual([
    403,
    {
      Message: expect.stringContaining(
        `apigateway:PATCH on resource: arn:aws:apigateway:eu-west-1::/apis/${API}/stages/prod `,
      ),
    },
  ]);
  simulator.failNext(1, 'conflict');
  expect(await call('GET', '')).toMatchObject([409, {}, 'ConflictException']);
  simulator.failNext(1, 'throttled');
  expect(await call('GET', '')).toMatchObject([429, {}, 'TooManyRequestsException']);
});
