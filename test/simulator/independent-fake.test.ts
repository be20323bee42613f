import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { needs } from '../support/programs.ts';
import { startMoto } from './moto.ts';
import { simulate } from './simulation.ts';

/*
 * The same reads of the simulator and of moto's server, which nobody here wrote. Where moto differs from AWS as recorded,
 * the recording is believed, and nothing is asked here: moto has no token on the last full page, returns everything for
 * a JSON pattern, takes a wrong token for the end, orders by stream, and replaces the parameters of an integration.
 */

interface Row {
  readonly timestamp: number;
  readonly message: string;
}

interface Fake {
  readonly url: string;
  readonly now: number;
  group(name: string, rows: readonly Row[]): Promise<void>;
  /** Makes a queue that gives messages up after two receives to another, and returns the addresses of both. */
  queues(): Promise<readonly [queue: string, dead: string]>;
}

const settings = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
};

function clients(url: string) {
  const logs = new CloudWatchLogsClient({ ...settings, endpoint: url });
  const sqs = new SQSClient({ ...settings, endpoint: url, useQueueUrlAsEndpoint: false });
  onTestFinished(() => {
    logs.destroy();
    sqs.destroy();
  });
  return { logs, sqs };
}

async function simulator(): Promise<Fake> {
  const { websockets, queues, url } = await simulate({
    logs: { filtersPerSecond: Number.POSITIVE_INFINITY },
  });
  return {
    url,
    now: websockets.now(),
    async group(name, rows) {
      websockets.logs.addGroup({ name });
      for (const row of rows) websockets.logs.put(name, row);
    },
    async queues() {
      const dead = queues.addQueue({ name: 'dead' });
      const redrive = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
      return [queues.addQueue({ name: 'live', redrive }).url, dead.url];
    },
  };
}

async function moto(): Promise<Fake> {
  const url = await startMoto();
  const { logs, sqs } = clients(url);
  return {
    url,
    now: Date.now(),
    async group(logGroupName, logEvents) {
      const stream = { logGroupName, logStreamName: 'stream' };
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
      await logs.send(new CreateLogStreamCommand(stream));
      await logs.send(new PutLogEventsCommand({ ...stream, logEvents: [...logEvents] }));
    },
    async queues() {
      const create = async (QueueName: string, Attributes = {}) => {
        const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
        return QueueUrl;
      };
      const dead = await create('dead');
      const asked = new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] });
      const { Attributes } = await sqs.send(asked);
      const policy = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 2 };
      return [await create('live', { RedrivePolicy: JSON.stringify(policy) }), dead];
    },
  };
}

async function readsOfLogs({ url, now, group }: Fake): Promise<void> {
  const { logs } = clients(url);
  const at = (n: number) => now - 60_000 + n * 1_000;
  const kinds = ['CONNECT $connect', 'MESSAGE $default', 'DISCONNECT $disconnect'];
  const rows = Array.from({ length: 9 }, (_, n) => ({ timestamp: at(n), message: `"${kinds[n % 3]} ${n}"` }));
  await group('access', rows);
  const read = async (input: object) => {
    const messages: string[] = [];
    let nextToken: string | undefined;
    do {
      const command = new FilterLogEventsCommand({ logGroupName: 'access', ...input, nextToken });
      const page = await logs.send(command);
      for (const { message = '', timestamp, ingestionTime, eventId, logStreamName } of page.events ?? []) {
        expect([typeof timestamp, typeof ingestionTime, typeof eventId, typeof logStreamName]).toEqual([
          'number',
          'number',
          'string',
          'string',
        ]);
        messages.push(message);
      }
      ({ nextToken } = page);
    } while (nextToken);
    return messages;
  };
  const all = rows.map(({ message }) => message);
  expect(await read({})).toEqual(all);
  expect(await read({ limit: 2 })).toEqual(all);
  expect(await read({ startTime: at(2), endTime: at(4), limit: 2 })).toEqual(all.slice(2, 5));
  expect(await read({ filterPattern: '"MESSAGE $default"' })).toEqual(all.filter((_, n) => n % 3 === 1));
  expect(await read({ filterPattern: 'CONNECT', limit: 1 })).toEqual(all.filter((_, n) => n % 3 !== 1));
  const missing = logs.send(new FilterLogEventsCommand({ logGroupName: 'nope' }));
  await expect(missing).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 400 },
  });
}

async function readsOfQueues({ url, queues }: Fake): Promise<void> {
  const { sqs } = clients(url);
  const [QueueUrl, dead] = await queues();
  const receive = async (input: object = {}) => {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const] };
    return (await sqs.send(new ReceiveMessageCommand({ ...asked, ...input }))).Messages;
  };
  const counts = async () => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible];
  };
  expect(await receive()).toBeUndefined();
  for (const MessageBody of ['a', 'b']) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  expect(await counts()).toEqual(['2', '0']);
  const messages = await receive();
  expect(messages?.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount])).toEqual([
    ['a', '1'],
    ['b', '1'],
  ]);
  expect([await counts(), await receive()]).toEqual([['0', '2'], undefined]);
  const Entries = [
    { Id: 'good', ReceiptHandle: messages?.[0]?.ReceiptHandle },
    { Id: 'odd', ReceiptHandle: 'made-up' },
  ];
  const { Successful, Failed } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  expect(Successful).toEqual([{ Id: 'good' }]);
  expect(Failed).toMatchObject([{ Id: 'odd', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }]);
  expect(await counts()).toEqual(['0', '1']);

  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'odd' }));
  const bodies = async () => (await receive({ VisibilityTimeout: 0 }))?.map(({ Body }) => Body);
  expect([await bodies(), await bodies(), await bodies()]).toEqual([['odd'], ['odd'], undefined]);
  expect((await receive({ QueueUrl: dead }))?.map(({ Body }) => Body)).toEqual(['odd']);
  const nowhere = sqs.send(new ReceiveMessageCommand({ QueueUrl: `${QueueUrl}-nope` }));
  await expect(nowhere).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    $metadata: { httpStatusCode: 400 },
  });
}

const motoTest = needs('moto_server');

test('a log group of the simulator is read', async () => readsOfLogs(await simulator()));
motoTest('a log group of moto is read in the same way', async () => readsOfLogs(await moto()), 60_000);
test('a queue of the simulator is read', async () => readsOfQueues(await simulator()));
motoTest('a queue of moto is read in the same way', async () => readsOfQueues(await moto()), 60_000);
