import { expect, test } from 'vitest';
import { toCallError } from '../../../src/aws/errors.ts';
import { createScan, type ScanRequest } from '../../../src/collectors/websocket/ids/source-dynamodb.ts';
import { json, NEVER, openAws, TARGET } from '../../support/aws.ts';
import type { Answer } from '../../support/http-server.ts';

const REQUEST: ScanRequest = {
  table: 'connections',
  attributes: ['connection.id', 'ttl'],
  limit: 100,
  startKey: undefined,
  segment: 1,
  segments: 4,
};
const KEY = { id: { S: 'last' } };
const page = (more: object) => json(200, { Items: [], ...more });

async function setUp(...answers: Answer[]) {
  const { aws, server } = await openAws((response, request) => answers.shift()?.(response, request));
  const scan = createScan(aws);
  return { server, scan: (more: Partial<ScanRequest> = {}) => scan(TARGET, { ...REQUEST, ...more }, NEVER) };
}

test('a page: strings and numbers of the attributes asked for, under any name', async () => {
  const row = { 'connection.id': { S: 'a=' }, ttl: { N: '1790295783.5' } };
  const odd = { 'connection.id': { B: 'AAAA' }, ttl: { NULL: true }, more: { S: 'unasked' } };
  const { scan, server } = await setUp(
    page({ Items: [row, odd, {}], LastEvaluatedKey: KEY, ConsumedCapacity: { CapacityUnits: 2.5 } }),
  );
  expect(await scan({ attributes: ['connection.id', 'ttl', 'ttl'] })).toEqual({
    rows: [
      { 'connection.id': 'a=', ttl: '1790295783.5' },
      { 'connection.id': undefined, ttl: undefined },
      { 'connection.id': undefined, ttl: undefined },
    ],
    nextKey: KEY,
    capacityUnits: 2.5,
  });
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
    TableName: 'connections',
    ProjectionExpression: '#a0, #a1',
    ExpressionAttributeNames: { '#a0': 'connection.id', '#a1': 'ttl' },
    Limit: 100,
    Segment: 1,
    TotalSegments: 4,
    ReturnConsumedCapacity: 'TOTAL',
  });
});

test('the next page begins where the last one ended', async () => {
  const { scan, server } = await setUp(page({ ConsumedCapacity: { CapacityUnits: 0.5 } }));
  expect(await scan({ startKey: KEY })).toEqual({ rows: [], nextKey: undefined, capacityUnits: 0.5 });
  expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ ExclusiveStartKey: KEY });
});

test('where the capacity is not told it is taken high: half a unit for each item read', async () => {
  const { scan } = await setUp(page({ ScannedCount: 7 }));
  expect((await scan()).capacityUnits).toBe(3.5);
});

test('what is of another type than DynamoDB says is as if it were not there', async () => {
  const { scan } = await setUp(
    page({
      Items: [null, { id: 7 }, { id: { S: {} } }, { id: { S: 7 } }],
      ConsumedCapacity: { CapacityUnits: 'x' },
    }),
  );
  const nothing = expect.not.objectContaining({ id: expect.anything() });
  expect(await scan()).toMatchObject({ rows: [nothing, nothing, nothing, nothing], capacityUnits: 2 });
});

test.each([
  ['without items', json(200, {}), 'lacks its items'],
  ['whose items are no list', json(200, { Items: 7 }), 'lacks its items'],
  ['with a key that is none', page({ LastEvaluatedKey: { id: 7 } }), 'the key of the next page is no key'],
  ['that begins anew', page({ LastEvaluatedKey: KEY }), 'would never end'],
])('an answer %s is an error', async (_, answer, message) => {
  const { scan } = await setUp(answer);
  const error = await scan({ startKey: { id: { S: 'last' } } }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'BrokenAnswer', message: expect.stringContaining(message) });
});

test('a throttle is tried again, as often as is configured', async () => {
  const type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
  const throttle = json(400, { __type: type, message: 'slow down' });
  const once = await setUp(throttle, page({ ConsumedCapacity: { CapacityUnits: 1 } }));
  expect((await once.scan()).rows).toEqual([]);
  const twice = await setUp(throttle, throttle);
  expect(toCallError(await twice.scan().catch((reason: unknown) => reason))).toBe('throttled');
  expect(twice.server.requests).toHaveLength(2);
});
