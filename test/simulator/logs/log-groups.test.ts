import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { type Asker, askJson } from '../wire.ts';

async function names(asker: Asker, input: object = {}) {
  const { json } = await askJson(asker, 'DescribeLogGroups', input);
  const groups = json.logGroups as readonly { logGroupName: string }[];
  return groups.map(({ logGroupName }) => logGroupName);
}

test('a group looks as at AWS', async () => {
  const { websockets, url } = await simulate();
  const { logs } = websockets;
  const arn = logs.addGroup({ name: '/ws/access', class: 'INFREQUENT_ACCESS', retentionInDays: 1 });
  logs.put('/ws/access', { message: 'é' });
  expect(arn).toBe('arn:aws:logs:eu-west-1:111122223333:log-group:/ws/access');
  const { json } = await askJson({ url }, 'DescribeLogGroups');
  expect(json).toEqual({
    logGroups: [
      {
        arn: `${arn}:*`,
        creationTime: Date.UTC(2026, 0, 1),
        logGroupArn: arn,
        logGroupClass: 'INFREQUENT_ACCESS',
        logGroupName: '/ws/access',
        metricFilterCount: 0,
        retentionInDays: 1,
        storedBytes: 28,
      },
    ],
  });
});

test('groups are found by the beginning, a piece of the name or the class, page by page', async () => {
  const { websockets, url } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  const { logs } = websockets;
  for (const name of ['/ws/b', '/ws/a', '/other/ws']) logs.addGroup({ name });
  logs.addGroup({ name: '/ws/rare', class: 'DELIVERY' });
  logs.addGroup({ name: '/ws/east', region: 'us-east-1' });
  logs.addGroup({ name: '/ws/theirs', accountId: '444455556666' });
  expect(await names({ url })).toEqual(['/other/ws', '/ws/a', '/ws/b', '/ws/rare']);
  expect(await names({ url }, { logGroupNamePrefix: '/ws/' })).toEqual(['/ws/a', '/ws/b', '/ws/rare']);
  expect(await names({ url }, { logGroupNamePattern: 'WS' })).toHaveLength(4);
  expect(await names({ url }, { logGroupClass: 'DELIVERY' })).toEqual(['/ws/rare']);
  expect(await names({ url, region: 'us-east-1' })).toEqual(['/ws/east']);
  expect(await names({ url, accessKeyId: 'AKIAOTHER' })).toEqual(['/ws/theirs']);
  const first = await askJson({ url }, 'DescribeLogGroups', { limit: 3 });
  const nextToken = first.json.nextToken;
  expect(await names({ url }, { limit: 3, nextToken })).toEqual(['/ws/rare']);
  logs.removeGroup('/ws/rare');
  expect(await names({ url }, { limit: 3, nextToken })).toEqual([]);
});

test('a group can be made, once, and told how long to keep what it has', async () => {
  const { url } = await simulate();
  const make = (input: object) => askJson({ url }, 'CreateLogGroup', input);
  const keep = (input: object) => askJson({ url }, 'PutRetentionPolicy', input);
  expect(await make({ logGroupName: 'new' })).toMatchObject({ status: 200, body: '' });
  expect((await make({ logGroupName: 'new' })).json.__type).toBe('ResourceAlreadyExistsException');
  expect((await make({ logGroupName: 'a b' })).json.__type).toBe('InvalidParameterException');
  expect((await make({ logGroupName: 'x', logGroupClass: 'CHEAP' })).json.__type).toBe(
    'InvalidParameterException',
  );
  expect(await keep({ logGroupName: 'new', retentionInDays: 1 })).toMatchObject({ status: 200, body: '' });
  expect((await keep({ logGroupName: 'new', retentionInDays: 2 })).json.__type).toBe(
    'InvalidParameterException',
  );
  expect((await keep({ logGroupName: 'no', retentionInDays: 1 })).json.__type).toBe(
    'ResourceNotFoundException',
  );
  const { json } = await askJson({ url }, 'DescribeLogGroups');
  expect(json).toMatchObject({ logGroups: [{ logGroupName: 'new', retentionInDays: 1 }] });
});

test.each([
  [{ limit: 51 }, "at 'limit'"],
  [{ nextToken: 'made-up' }, 'nextToken is invalid'],
  [{ logGroupNamePrefix: 'a', logGroupNamePattern: 'a' }, 'mutually exclusive'],
])('%j is refused', async (input, words) => {
  const { url } = await simulate();
  const { status, json } = await askJson({ url }, 'DescribeLogGroups', input);
  expect([status, json]).toEqual([
    400,
    { __type: 'InvalidParameterException', message: expect.stringContaining(words) },
  ]);
});
