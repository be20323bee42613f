import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { simulate } from '../simulation.ts';

async function simulateClient() {
  const simulation = await simulate();
  const client = new CloudWatchLogsClient({
    region: 'eu-west-1',
    endpoint: simulation.url,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  const { logs } = simulation.websockets;
  logs.addGroup({ name: 'access' });
  return { ...simulation, logs, client };
}

test("the SDK's own paginator reads a group to its end", async () => {
  const { logs, client } = await simulateClient();
  for (let n = 0; n < 5; n++) logs.put('access', { message: `row ${n}`, timestamp: logs.now() - 5 + n });
  const pages = [];
  const input = { logGroupName: 'access', startTime: logs.now() - 4, limit: 3 };
  for await (const page of paginateFilterLogEvents({ client, stopOnSameToken: true }, input))
    pages.push(page);
  expect(pages.map(({ events }) => events?.map(({ message }) => message))).toEqual([
    ['row 1', 'row 2', 'row 3'],
    ['row 4'],
    [],
  ]);
});

test.each<[Fault, string, number]>([
  ['throttled', 'ThrottlingException', 400],
  ['denied', 'AccessDeniedException', 400],
  ['auth-failure', 'UnrecognizedClientException', 400],
  ['expired-token', 'ExpiredTokenException', 400],
  ['not-found', 'ResourceNotFoundException', 400],
  ['internal-error', 'InternalFailure', 500],
])('the SDK names %s %s', async (fault, name, status) => {
  const { simulator, client } = await simulateClient();
  simulator.failNext(1, fault);
  const failing = client.send(new FilterLogEventsCommand({ logGroupName: 'access' }));
  await expect(failing).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
});

test('the SDK tries again when it is throttled', async () => {
  const { simulator, url } = await simulateClient();
  const client = new CloudWatchLogsClient({
    region: 'eu-west-1',
    endpoint: url,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
  });
  onTestFinished(() => client.destroy());
  simulator.failNext(2, 'throttled');
  const { $metadata } = await client.send(new FilterLogEventsCommand({ logGroupName: 'access' }));
  expect($metadata.attempts).toBe(3);
});

test('the SDK makes and finds groups', async () => {
  const { client } = await simulateClient();
  await client.send(new CreateLogGroupCommand({ logGroupName: 'rare', logGroupClass: 'INFREQUENT_ACCESS' }));
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'ra' }));
  expect(logGroups).toMatchObject([{ logGroupName: 'rare', logGroupClass: 'INFREQUENT_ACCESS' }]);
  const failing = client.send(new FilterLogEventsCommand({ logGroupName: 'rare' }));
  await expect(failing).rejects.toMatchObject({ name: 'InvalidOperationException' });
});

test.each<Fault>(['reset-mid-body', 'truncated-xml', 'html-503'])('%s fails in the SDK', async (fault) => {
  const { logs, simulator, client } = await simulateClient();
  logs.put('access', { message: 'row' });
  simulator.failNext(1, fault);
  await expect(client.send(new FilterLogEventsCommand({ logGroupName: 'access' }))).rejects.toThrow();
});
