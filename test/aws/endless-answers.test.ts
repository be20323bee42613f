import { GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeClientVpnConnectionsCommand, DescribeClientVpnEndpointsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { pages } from '../../src/aws/answers.ts';
import type { Aws } from '../../src/aws/clients.ts';
import { explain, toCallError } from '../../src/aws/errors.ts';
import { NEVER, openAws, TARGET } from '../support/aws.ts';
import type { Answer } from '../support/http-server.ts';

const MIB = 2 ** 20;
const URL_PROD = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';

/** Never ends, and writes down how much was sent. */
function endless(status: number) {
  const sent = { bytes: 0 };
  const chunk = Buffer.alloc(65_536, 'a');
  const answer: Answer = (response) => {
    response.writeHead(status);
    const more = () => {
      while (!response.destroyed) {
        sent.bytes += chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', more);
    more();
  };
  return { sent, answer };
}

const CALLS: readonly (readonly [string, (aws: Aws) => Promise<unknown>])[] = [
  [
    'DescribeClientVpnConnections',
    async (aws) =>
      (await aws.ec2(TARGET)).send(new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'e' })),
  ],
  [
    'DescribeClientVpnEndpoints',
    async (aws) => (await aws.ec2(TARGET)).send(new DescribeClientVpnEndpointsCommand({})),
  ],
  ['GetApis', async (aws) => (await aws.apiGateway(TARGET)).send(new GetApisCommand({}))],
  ['Scan', async (aws) => (await aws.dynamoDb(TARGET)).send(new ScanCommand({ TableName: 't' }))],
  [
    'GetConnection',
    async (aws) =>
      (await aws.management(TARGET, URL_PROD)).send(new GetConnectionCommand({ ConnectionId: 'a=' })),
  ],
  ['GetCallerIdentity', (aws) => aws.accountId({ name: 'bare', region: 'eu-west-1' }, NEVER)],
  [
    'AssumeRole',
    async (aws) => {
      const role = { ...TARGET, name: 'role', roleArn: 'arn:aws:iam::111122223333:role/r' };
      return (await aws.ec2(role)).send(new DescribeClientVpnEndpointsCommand({}));
    },
  ],
];

test.each(CALLS.flatMap(([name, call]) => [200, 400, 500, 301].map((status) => ({ name, status, call }))))(
  'an answer to $name with status $status that never ends is broken off and told',
  async ({ name, status, call }) => {
    const { sent, answer } = endless(status);
    const isOfSts = name === 'GetCallerIdentity' || name === 'AssumeRole';
    const { aws } = await openAws(answer, { maxAttempts: 1, ...(isOfSts && { sts: answer }) });
    const error = await call(aws).catch((reason: unknown) => reason);
    expect(explain(error)).toContain('the answer is longer than 16 MiB');
    expect(toCallError(error)).toBe('unavailable');
    // What is under way in sockets comes on top.
    expect(sent.bytes).toBeLessThan(40 * MIB);
  },
);

test('an answer of 16 MiB is read', async () => {
  const filling = ' '.repeat(16 * MIB - 100);
  const { aws } = await openAws((response) => void response.end(`{"items": []${filling}}`));
  const { Items } = await (await aws.apiGateway(TARGET)).send(new GetApisCommand({}));
  expect(Items).toEqual([]);
});

/** How many pages are asked for until a listing of pages of `size` that never ends is refused, and how. */
async function refusal(size: number): Promise<{ readonly asked: number; readonly error: unknown }> {
  const items = Array.from({ length: size }, () => ({}));
  let asked = 0;
  const listing = pages('DescribeThings', async () => {
    asked += 1;
    return { items, next: `${asked}` };
  });
  try {
    for await (const _ of listing);
    return { asked, error: undefined };
  } catch (error) {
    return { asked, error };
  }
}

test.each([
  [1000, 501],
  [5, 50_001],
  [0, 50_001],
])('a listing of pages of %s that never ends is told as that', async (size, expected) => {
  const { asked, error } = await refusal(size);
  expect(asked).toBe(expected);
  expect(explain(error)).toMatch(/DescribeThings: no end after \d+ items on \d+ pages/);
  expect(toCallError(error)).toBe('unavailable');
});

test('a listing of 126,000 items on the smallest pages is read', async () => {
  let asked = 0;
  const listing = pages('DescribeThings', async () => {
    asked += 1;
    return { items: [1, 2, 3, 4, 5], next: asked < 25_200 ? `${asked}` : undefined };
  });
  let items = 0;
  for await (const page of listing) items += page.length;
  expect(items).toBe(126_000);
});
