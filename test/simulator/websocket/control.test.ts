import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { askRest } from '../wire.ts';

test('an API and its stage look as they do at AWS', async () => {
  const { websockets, url } = await simulate();
  websockets.addApi({ apiId: 'abcde12345', name: 'chat', stages: ['prod'], isDefaultDisabled: true });
  const apis = await askRest({ url }, 'apigateway', '/v2/apis');
  expect([apis.status, apis.header('content-type')]).toEqual([200, 'application/json']);
  expect(JSON.parse(apis.body)).toEqual({
    items: [
      {
        apiEndpoint: 'wss://abcde12345.execute-api.eu-west-1.amazonaws.com',
        apiId: 'abcde12345',
        apiKeySelectionExpression: '$request.header.x-api-key',
        createdDate: '2026-01-01T00:00:00.000Z',
        disableExecuteApiEndpoint: true,
        name: 'chat',
        protocolType: 'WEBSOCKET',
        routeSelectionExpression: '$request.body.action',
        tags: {},
      },
    ],
  });
  const stages = await askRest({ url }, 'apigateway', '/v2/apis/abcde12345/stages');
  expect(JSON.parse(stages.body)).toMatchObject({
    items: [{ stageName: 'prod', defaultRouteSettings: { loggingLevel: 'OFF' } }],
  });
});

test('routes say where they go, page by page', async () => {
  const { websockets, url } = await simulate();
  const routes = [
    { key: '$connect', integrationId: 'abc1234' },
    { key: '$disconnect', integrationId: 'abc1234' },
    { key: '$default' },
  ];
  const apiId = websockets.addApi({ routes });
  const path = `/v2/apis/${apiId}/routes`;
  const first = JSON.parse((await askRest({ url }, 'apigateway', `${path}?maxResults=2`)).body);
  expect(first.items).toEqual([
    {
      apiKeyRequired: false,
      authorizationType: 'NONE',
      routeId: 'route0',
      routeKey: '$connect',
      target: 'integrations/abc1234',
    },
    {
      apiKeyRequired: false,
      authorizationType: 'NONE',
      routeId: 'route1',
      routeKey: '$disconnect',
      target: 'integrations/abc1234',
    },
  ]);
  const token = encodeURIComponent(first.nextToken);
  const last = JSON.parse(
    (await askRest({ url }, 'apigateway', `${path}?maxResults=2&nextToken=${token}`)).body,
  );
  expect(last).toEqual({
    items: [{ apiKeyRequired: false, authorizationType: 'NONE', routeId: 'route2', routeKey: '$default' }],
  });
});

test('a listing is of one account and region', async () => {
  const { websockets, url } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  const here = websockets.addApi();
  const there = websockets.addApi({ region: 'us-east-1' });
  const theirs = websockets.addApi({ accountId: '444455556666' });
  const list = async (asker: object) => {
    const { body } = await askRest({ url, ...asker }, 'apigateway', '/v2/apis');
    return (JSON.parse(body) as { items: { apiId: string }[] }).items.map(({ apiId }) => apiId);
  };
  expect(await list({})).toEqual([here]);
  expect(await list({ region: 'us-east-1' })).toEqual([there]);
  expect(await list({ accessKeyId: 'AKIAOTHER' })).toEqual([theirs]);
  expect((await askRest({ url }, 'apigateway', `/v2/apis/${there}/stages`)).status).toBe(404);
});

test.each([
  ['/v2/apis/nope/routes', 404, 'NotFoundException', 'Invalid API identifier specified 111122223333:nope'],
  ['/v2/apis/nope/stages', 404, 'NotFoundException', 'Invalid API identifier specified 111122223333:nope'],
  [
    '/v2/domainnames/no.example.com/apimappings',
    404,
    'NotFoundException',
    'Invalid domain name identifier specified',
  ],
  ['/v2/apis?maxResults=0', 400, 'BadRequestException', 'Invalid maxResults 0'],
  ['/v2/apis?nextToken=made-up', 400, 'BadRequestException', 'Invalid nextToken'],
  ['/v2/nope', 404, 'UnknownOperationException', 'There is no /v2/nope here'],
])('%s is %i %s', async (target, status, name, message) => {
  const { url } = await simulate();
  const reply = await askRest({ url }, 'apigateway', target);
  expect([reply.status, reply.header('x-amzn-errortype')]).toEqual([status, name]);
  expect(JSON.parse(reply.body)).toEqual({ message });
});

test('throttles and denials are in the words of the control plane', async () => {
  const { simulator, url } = await simulate();
  simulator.failNext(1, 'throttled', { action: 'GetApis' });
  const throttled = await askRest({ url }, 'apigateway', '/v2/apis');
  expect([throttled.status, throttled.header('x-amzn-errortype')]).toEqual([429, 'TooManyRequestsException']);
  simulator.deny('GetApis');
  const denied = await askRest({ url }, 'apigateway', '/v2/apis');
  expect([denied.status, denied.header('x-amzn-errortype')]).toEqual([403, 'AccessDeniedException']);
  expect(denied.body).toMatch(
    /^{"Message":"User: .* apigateway:GET on resource: arn:aws:apigateway:eu-west-1::\/apis /,
  );
  expect((await askRest({ url }, 'apigateway', '/v2/domainnames')).status).toBe(200);
  expect((await askRest({ url }, null, '/v2/apis')).status).toBe(403);
});

test('pages that are wrong: no items, none yet, the same token for ever', async () => {
  const { websockets, simulator, url } = await simulate();
  for (let n = 0; n < 3; n++) websockets.addApi();
  const page = async (token = '') => {
    const target = `/v2/apis?maxResults=2${token && `&nextToken=${encodeURIComponent(token)}`}`;
    return JSON.parse((await askRest({ url }, 'apigateway', target)).body) as {
      items?: unknown[];
      nextToken?: string;
    };
  };
  simulator.failNext(1, 'missing-connections');
  expect(await page()).not.toHaveProperty('items');
  simulator.failNext(1, 'empty-pages');
  const empty = await page();
  expect(empty.items).toEqual([]);
  expect((await page(empty.nextToken)).items).toHaveLength(2);
  simulator.failNext(3, 'repeating-token');
  const { nextToken = '' } = await page();
  expect([(await page(nextToken)).nextToken, (await page(nextToken)).nextToken]).toEqual([
    nextToken,
    nextToken,
  ]);
});
