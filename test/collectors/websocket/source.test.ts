import { expect, test } from 'vitest';
import { explain, toCallError } from '../../../src/aws/errors.ts';
import { createSource } from '../../../src/collectors/websocket/source.ts';
import { json, NEVER, openAws, TARGET } from '../../support/aws.ts';
import type { Answer } from '../../support/http-server.ts';

const HOST = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';
const URL_PROD = `https://${HOST}/prod`;
const ID = 'gbgBR89uMQAYKEiZJA==';
const CONNECTED = '2026-09-25T00:02:14.263Z';
const ACTIVE = '2026-09-25T00:02:17.448Z';
const LIVE = {
  identity: { sourceIp: '192.0.2.7', userAgent: 'test' },
  connectedAt: CONNECTED,
  lastActiveAt: ACTIVE,
};

async function setUp(...answers: Answer[]) {
  const { aws, server } = await openAws((response, request) => {
    const answer = answers.shift();
    if (!answer) throw new Error(`nobody expected ${request.method} ${request.url}`);
    answer(response, request);
  });
  return { source: createSource(aws), server };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test.each<[string, Answer, unknown]>([
  [
    'a live one',
    json(200, LIVE),
    { status: 'alive', connectedAt: Date.parse(CONNECTED), lastActiveAt: Date.parse(ACTIVE) },
  ],
  [
    'a live one of which little is said',
    json(200, { identity: null, connectedAt: CONNECTED }),
    { status: 'alive', connectedAt: Date.parse(CONNECTED), lastActiveAt: undefined },
  ],
  ['one that was closed', json(410, '', 'GoneException'), { status: 'gone' }],
  ['a 410 without a name', json(410, ''), { status: 'gone' }],
  [
    'one of another API',
    json(400, { message: `Invalid connectionId: ${ID}` }, 'BadRequestException'),
    { status: 'invalid' },
  ],
])('the outcome of looking up %s', async (_, answer, outcome) => {
  const { source, server } = await setUp(answer);
  expect(await source.lookUp(TARGET, URL_PROD, ID, NEVER)).toEqual(outcome);
  expect(server.requests).toHaveLength(1);
});

test.each<[string, Answer, string, RegExp]>([
  [
    'a denial',
    json(
      403,
      {
        Message: `User: arn:aws:iam::111122223333:user/x is not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:eu-west-1:********2333:a1b2c3d4e5/prod/GET/@connections/{connectionId} because no identity-based policy allows it`,
      },
      'AccessDeniedException',
    ),
    'denied',
    /^execute-api:ManageConnections failed \(AccessDeniedException, HTTP 403\): User.*; allow execute-api:ManageConnections/,
  ],
  [
    'a stage that does not exist',
    json(403, { message: 'Forbidden' }, 'ForbiddenException'),
    'denied',
    /^execute-api:ManageConnections failed \(ForbiddenException, HTTP 403\): Forbidden; .*no such stage/,
  ],
  [
    'a throttle',
    json(429, { message: 'Too Many Requests' }, 'LimitExceededException'),
    'throttled',
    /requests_per_second/,
  ],
  ['a 500', json(500, { message: 'no' }, 'InternalServerError'), 'unavailable', /mostly passes/],
  ['a 400 of a proxy', (response) => void response.writeHead(400).end('<html>'), 'invalid', /HTTP 400/],
  ['an empty 200', json(200, ''), 'unavailable', /says nothing of a connection/],
  ['a 429 in HTML', (response) => void response.writeHead(429).end('<html>'), 'throttled', /HTTP 429/],
  ['a page of HTML', (response) => void response.end('<html>'), 'unavailable', /endpoint_url/],
])('%s rejects, once', async (_, answer, kind, sentence) => {
  const { source, server } = await setUp(answer);
  const error = await source.lookUp(TARGET, URL_PROD, ID, NEVER).catch((reason: unknown) => reason);
  expect(toCallError(error)).toBe(kind);
  expect(explain(error)).toMatch(sentence);
  expect(explain(error)).not.toContain(ID);
  expect(server.requests).toHaveLength(1);
});

test('what is no id is not sent', async () => {
  const { source, server } = await setUp();
  await expect(source.lookUp(TARGET, URL_PROD, '', NEVER)).rejects.toThrow('its id is empty');
  for (const step of ['.', '..'])
    expect(await source.lookUp(TARGET, URL_PROD, step, NEVER)).toEqual({ status: 'invalid' });
  expect(server.requests).toEqual([]);
});

test('a look-up whose signal is aborted ends', async () => {
  const abort = new AbortController();
  const { source } = await setUp(() => abort.abort());
  await expect(source.lookUp(TARGET, URL_PROD, ID, abort.signal)).rejects.toMatchObject({
    name: 'AbortError',
  });
});

test('the WebSocket APIs, over two pages', async () => {
  const api = (apiId: string, more = {}) => ({
    apiId,
    name: `api ${apiId}`,
    protocolType: 'WEBSOCKET',
    apiEndpoint: `wss://${apiId}.execute-api.eu-west-1.amazonaws.com`,
    ...more,
  });
  const { source, server } = await setUp(
    json(200, { items: [api('a1'), api('h1', { protocolType: 'HTTP' })], nextToken: 'more/=' }),
    json(200, { items: [api('a2', { disableExecuteApiEndpoint: true })] }),
  );
  expect(await all(source.apis(TARGET, NEVER))).toEqual([
    {
      apiId: 'a1',
      name: 'api a1',
      host: 'a1.execute-api.eu-west-1.amazonaws.com',
      isDefaultDisabled: false,
    },
    { apiId: 'a2', name: 'api a2', host: 'a2.execute-api.eu-west-1.amazonaws.com', isDefaultDisabled: true },
  ]);
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /v2/apis?maxResults=100',
    'GET /v2/apis?maxResults=100&nextToken=more%2F%3D',
  ]);
  expect(server.requests[0]?.headers.authorization).toContain('/eu-west-1/apigateway/aws4_request');
});

test('the stages of an API', async () => {
  const { source, server } = await setUp(
    json(200, { items: [{ stageName: 'dev' }, { stageName: '$default' }] }),
  );
  expect(await all(source.stages(TARGET, 'a1', NEVER))).toEqual([
    { stage: 'dev', arn: undefined, format: undefined },
    { stage: '$default', arn: undefined, format: undefined },
  ]);
  expect(server.requests[0]?.url).toBe('/v2/apis/a1/stages?maxResults=100');
});

test('the custom domains, and the mappings of one', async () => {
  const { source, server } = await setUp(
    json(200, { items: [{ domainName: 'ws.example.com' }, { domainName: 'api.example.com' }] }),
    json(200, { items: [{ apiId: 'a1', stage: 'prod', apiMappingKey: 'chat' }], nextToken: '2' }),
    json(200, { items: [{ apiId: 'a1', stage: 'dev' }] }),
  );
  expect(await all(source.domains(TARGET, NEVER))).toEqual(['ws.example.com', 'api.example.com']);
  expect(await all(source.mappings(TARGET, 'ws.example.com', NEVER))).toEqual([
    { domain: 'ws.example.com', key: 'chat', apiId: 'a1', stage: 'prod' },
    { domain: 'ws.example.com', key: '', apiId: 'a1', stage: 'dev' },
  ]);
  expect(server.requests.map(({ url }) => url?.replace('maxResults=100', ''))).toEqual([
    '/v2/domainnames?',
    '/v2/domainnames/ws.example.com/apimappings?',
    '/v2/domainnames/ws.example.com/apimappings?&nextToken=2',
  ]);
});

test.each<[string, RegExp, Answer[]]>([
  ['without its list', /GetApis: the answer lacks its list/, [json(200, {})]],
  [
    'that repeats a token',
    /used before/,
    [json(200, { items: [], nextToken: 't' }), json(200, { items: [], nextToken: 't' })],
  ],
  ['whose list is none', /GetApis: the answer lacks its list/, [json(200, { items: { a: 1 } })]],
  ['of nothing', /GetApis: an item is no object/, [json(200, { items: [null] })]],
  [
    'whose token is no text',
    /the token of the next page is no text/,
    [json(200, { items: [], nextToken: {} })],
  ],
  [
    'of an API whose id is no text',
    /lacks its ApiId/,
    [json(200, { items: [{ protocolType: 'WEBSOCKET', apiId: 7 }] })],
  ],
  ['of an API without an id', /lacks its ApiId/, [json(200, { items: [{ protocolType: 'WEBSOCKET' }] })]],
  [
    'of an API without a host',
    /no URL/,
    [json(200, { items: [{ protocolType: 'WEBSOCKET', apiId: 'a', apiEndpoint: 'a' }] })],
  ],
])('a listing %s is an error', async (_, message, answers) => {
  const { source } = await setUp(...answers);
  const error = await all(source.apis(TARGET, NEVER)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'BrokenAnswer', message: expect.stringMatching(message) });
});

test('a name that is no text is left out', async () => {
  const endpoint = 'wss://a.execute-api.eu-west-1.amazonaws.com';
  const item = {
    protocolType: 'WEBSOCKET',
    apiId: 'a',
    apiEndpoint: endpoint,
    disableExecuteApiEndpoint: 'no',
  };
  const { source } = await setUp(json(200, { items: [{ ...item, name: 7 }] }));
  expect(await all(source.apis(TARGET, NEVER))).toMatchObject([{ name: '', isDefaultDisabled: false }]);
});

test('a denied listing names the action that IAM knows', async () => {
  const { source } = await setUp(json(403, { message: 'no' }, 'AccessDeniedException'));
  const error = await all(source.apis(TARGET, NEVER)).catch((reason: unknown) => reason);
  expect(explain(error)).toMatch(/^apigateway:GET failed \(AccessDeniedException, HTTP 403\): no; allow/);
});
