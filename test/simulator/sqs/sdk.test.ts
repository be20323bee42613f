import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { simulateQueue } from './queue.ts';

async function simulateClient() {
  const simulation = await simulateQueue();
  const client = new SQSClient({
    region: 'eu-west-1',
    endpoint: simulation.url,
    // The address of a queue names AWS' host: without this the SDK would go there.
    useQueueUrlAsEndpoint: false,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return { ...simulation, client, of: { QueueUrl: simulation.queue.url } };
}

test('the SDK sends, receives and deletes', async () => {
  const { client, of } = await simulateClient();
  expect((await client.send(new ReceiveMessageCommand(of))).Messages).toBeUndefined();
  for (const MessageBody of ['a', 'b']) await client.send(new SendMessageCommand({ ...of, MessageBody }));
  const asked = { ...of, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const] };
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(asked));
  expect(Messages.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount])).toEqual([
    ['a', '1'],
    ['b', '1'],
  ]);
  const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
  const deleted = await client.send(new DeleteMessageBatchCommand({ ...of, Entries }));
  expect([deleted.Successful, deleted.Failed]).toEqual([[{ Id: '0' }, { Id: '1' }], undefined]);
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ ...of, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
});

test('the SDK hangs up on a receive that waits, at once', async () => {
  const { client, of, simulator } = await simulateClient();
  const leaving = new AbortController();
  const waiting = client.send(new ReceiveMessageCommand({ ...of, WaitTimeSeconds: 20 }), {
    abortSignal: leaving.signal,
  });
  while (simulator.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
  leaving.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

test('one wrong MD5 makes the SDK throw a whole batch away, whose messages stay hidden', async () => {
  const { client, of, queue, queues, counts } = await simulateClient();
  for (const body of ['a', 'b']) queues.send(queue, body);
  queues.plague('wrong-md5');
  await expect(client.send(new ReceiveMessageCommand({ ...of, MaxNumberOfMessages: 10 }))).rejects.toThrow(
    /MD5/,
  );
  expect(await counts()).toEqual([0, 2, 0]);
});

test.each<[Fault, object]>([
  [
    'not-found',
    { name: 'QueueDoesNotExist', Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' },
  ],
  // Of errors that are not in its model the SDK takes the name from the header for the Query protocol.
  ['denied', { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } }],
  ['throttled', { name: 'RequestThrottled', $metadata: { httpStatusCode: 400 } }],
  ['auth-failure', { name: 'InvalidClientTokenId', $metadata: { httpStatusCode: 403 } }],
  ['internal-error', { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }],
])('the SDK names %s %j', async (fault, error) => {
  const { client, of, simulator } = await simulateClient();
  simulator.failNext(1, fault);
  await expect(client.send(new ReceiveMessageCommand(of))).rejects.toMatchObject(error);
});

test('messages whose answer breaks on its way are hidden, and come back later', async () => {
  const { client, of, simulator, queue, queues, counts, bodies, advance } = await simulateClient();
  queues.send(queue, 'a');
  simulator.failNext(1, 'reset-mid-body');
  await expect(client.send(new ReceiveMessageCommand(of))).rejects.toThrow();
  expect(await counts()).toEqual([0, 1, 0]);
  advance(30_000);
  expect(await bodies()).toEqual(['a']);
});
