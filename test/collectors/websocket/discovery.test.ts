import { expect, test } from 'vitest';
import { discover } from '../../../src/collectors/websocket/discovery.ts';
import { createSource } from '../../../src/collectors/websocket/source.ts';
import { json, NEVER, openAws, TARGET } from '../../support/aws.ts';

const api = (apiId: string, more = {}) => ({
  apiId,
  name: 'chat',
  protocolType: 'WEBSOCKET',
  apiEndpoint: `wss://${apiId}.execute-api.eu-west-1.amazonaws.com`,
  ...more,
});

/** What is discovered where API Gateway answers these lists, by path. */
async function discovered(lists: Readonly<Record<string, readonly object[]>>) {
  const { aws } = await openAws((response, request) => {
    const items = lists[new URL(request.url ?? '', 'http://aws').pathname];
    const answer = items ? json(200, { items }) : json(404, { message: 'Not Found' }, 'NotFoundException');
    answer(response, request);
  });
  return discover(createSource(aws), TARGET, true, NEVER);
}

test('what is listed twice is there once, for series are told apart by where a stage is', async () => {
  const { stages } = await discovered({
    '/v2/apis': [api('a1'), api('a2'), api('a1')],
    '/v2/apis/a1/stages': [{ stageName: 'prod' }, { stageName: 'dev' }, { stageName: 'prod' }],
    '/v2/apis/a2/stages': [{ stageName: 'x\ud800' }, { stageName: 'x\udfff' }],
    '/v2/domainnames': [],
  });
  expect(stages.map(({ apiId, stage }) => [apiId, stage])).toEqual([
    ['a1', 'prod'],
    ['a1', 'dev'],
    ['a2', 'x\ufffd'],
  ]);
});

test('names hold no half characters', async () => {
  const { stages } = await discovered({
    '/v2/apis': [api('a1', { name: 'a\ud800b' })],
    '/v2/apis/a1/stages': [{ stageName: 'prod' }],
    '/v2/domainnames': [],
  });
  expect(stages[0]?.name).toBe('a\ufffdb');
});

test('what is not found holds nothing; the rest is complete', async () => {
  const found = await discovered({
    '/v2/apis': [api('gone'), api('a1'), api('a2', { disableExecuteApiEndpoint: true })],
    '/v2/apis/a1/stages': [{ stageName: 'prod' }],
    '/v2/apis/a2/stages': [{ stageName: 'prod' }],
    '/v2/domainnames': [{ domainName: 'old.example.com' }, { domainName: 'ws.example.com' }],
    '/v2/domainnames/ws.example.com/apimappings': [{ apiId: 'a1', stage: 'prod', apiMappingKey: 'chat' }],
  });
  expect(found.notFound).toEqual([{ api_id: 'gone' }, { domain: 'old.example.com' }]);
  expect(found.stages.map(({ apiId }) => apiId)).toEqual(['a1']);
  expect(found.unreachable).toBe(1);
  expect([...found.behind.keys()]).toEqual(['ws.example.com/chat']);
});

test('a 404 of anything in between is no word of API Gateway’s', async () => {
  const { aws } = await openAws((response, request) => {
    if (request.url?.includes('/stages')) response.writeHead(404).end('<html>');
    else json(200, { items: [api('a1')] })(response, request);
  });
  await expect(discover(createSource(aws), TARGET, false, NEVER)).rejects.toThrow();
});
