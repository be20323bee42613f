import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { simulateQueue } from './queue.ts';

test('what was sent is received as at AWS', async () => {
  const { ask, advance, queues } = await simulateQueue();
  const sent = await ask('SendMessage', { MessageBody: 'hello' });
  expect([sent.status, sent.contentType]).toEqual([200, 'application/x-amz-json-1.0']);
  expect(sent.json).toEqual({
    MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const at = queues.now();
  advance(1_500);
  const { json } = await ask('ReceiveMessage', { MessageSystemAttributeNames: ['All'] });
  expect(json).toEqual({
    Messages: [
      {
        MessageId: sent.json.MessageId,
        ReceiptHandle: expect.any(String),
        MD5OfBody: createHash('md5').update('hello').digest('hex'),
        Body: 'hello',
        Attributes: {
          SenderId: 'AIDASIMULATEDUSER0001',
          SentTimestamp: String(at),
          ApproximateReceiveCount: '1',
          ApproximateFirstReceiveTimestamp: String(at + 1_500),
        },
      },
    ],
  });
});

test('an empty queue answers with nothing at all, and messages show only the attributes asked for', async () => {
  const { ask, receive } = await simulateQueue();
  expect((await ask('ReceiveMessage')).body).toBe('{}');
  await ask('SendMessage', { MessageBody: 'one' });
  await ask('SendMessage', { MessageBody: 'two' });
  const [plain] = await receive({ MaxNumberOfMessages: 1 });
  expect(plain).not.toHaveProperty('Attributes');
  const [asked] = await receive({ AttributeNames: ['SentTimestamp'] });
  expect(Object.keys(asked?.Attributes ?? {})).toEqual(['SentTimestamp']);
});

test('a message is hidden while it is worked on, and comes back unless it is deleted', async () => {
  const { queue, queues, ask, receive, bodies, counts, advance } = await simulateQueue({
    visibilitySeconds: 60,
  });
  for (const body of ['a', 'b', 'c']) queues.send(queue, body);
  const [a, b] = await receive({ MaxNumberOfMessages: 2 });
  expect([a?.Body, b?.Body, await counts()]).toEqual(['a', 'b', [1, 2, 0]]);
  expect(await ask('DeleteMessage', { ReceiptHandle: a?.ReceiptHandle })).toMatchObject({
    status: 200,
    body: '',
  });
  expect(await bodies({ VisibilityTimeout: 5 })).toEqual(['c']);
  advance(5_000);
  expect(await bodies()).toEqual(['c']);
  advance(55_000);
  const [again] = await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
  expect([again?.Body, again?.Attributes]).toEqual(['b', { ApproximateReceiveCount: '2' }]);
  expect(again?.ReceiptHandle).not.toBe(b?.ReceiptHandle);
});

test('only the last handle of a message deletes it; to delete by an older one, or twice, succeeds and does nothing', async () => {
  const { queue, queues, ask, receive, counts, advance } = await simulateQueue();
  queues.send(queue, 'a');
  const [first] = await receive({ VisibilityTimeout: 1 });
  advance(1_000);
  const [last] = await receive();
  const remove = async (handle: string | undefined) =>
    (await ask('DeleteMessage', { ReceiptHandle: handle })).status;
  expect([await remove(first?.ReceiptHandle), await counts()]).toEqual([200, [0, 1, 0]]);
  expect([await remove(last?.ReceiptHandle), await counts()]).toEqual([200, [0, 0, 0]]);
  expect(await remove(last?.ReceiptHandle)).toBe(200);
});

test('a batch says of each message whether it is deleted', async () => {
  const { queue, queues, ask, receive, counts } = await simulateQueue();
  for (const body of ['a', 'b', 'c']) queues.send(queue, body);
  const messages = await receive();
  queues.plague('undeletable');
  const Entries = [
    ...messages.map(({ ReceiptHandle }, n) => ({ Id: `m-${n}`, ReceiptHandle })),
    { Id: 'odd', ReceiptHandle: 'made-up' },
  ];
  const { status, json } = await ask('DeleteMessageBatch', { Entries });
  expect(status).toBe(200);
  expect(json).toEqual({
    Successful: [{ Id: 'm-1' }, { Id: 'm-2' }],
    Failed: [
      { Id: 'm-0', SenderFault: false, Code: 'InternalError', Message: 'An internal error has occurred.' },
      {
        Id: 'odd',
        SenderFault: true,
        Code: 'ReceiptHandleIsInvalid',
        Message: 'The input receipt handle "made-up" is not a valid receipt handle.',
      },
    ],
  });
  expect(await counts()).toEqual([0, 1, 0]);
});

test('a message can be hidden for longer, or shown at once', async () => {
  const { queue, queues, ask, receive, bodies, advance } = await simulateQueue();
  queues.send(queue, 'a');
  const hide = (handle: string | undefined, seconds: number) =>
    ask('ChangeMessageVisibility', { ReceiptHandle: handle, VisibilityTimeout: seconds });
  const [one] = await receive();
  expect(await hide(one?.ReceiptHandle, 90)).toMatchObject({ status: 200, body: '' });
  advance(60_000);
  expect(await bodies()).toEqual([]);
  await hide(one?.ReceiptHandle, 0);
  expect(await bodies()).toEqual(['a']);
});

test('a message may be delayed, and is gone when its queue has kept it long enough', async () => {
  const { queue, queues, ask, bodies, counts, advance } = await simulateQueue({
    delaySeconds: 10,
    retentionSeconds: 60,
  });
  queues.send(queue, 'late');
  await ask('SendMessage', { MessageBody: 'now', DelaySeconds: 0 });
  expect([await counts(), await bodies({ VisibilityTimeout: 0 })]).toEqual([[1, 0, 1], ['now']]);
  advance(10_000);
  expect(await bodies({ VisibilityTimeout: 0 })).toEqual(['late', 'now']);
  advance(50_000);
  expect([await bodies(), await counts()]).toEqual([[], [0, 0, 0]]);
});

test('a message that was received too often goes to the dead-letter queue, which says where it comes from', async () => {
  const { queue, queues, ask, bodies, counts, advance, url } = await simulateQueue({
    redrive: { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:111122223333:ws-dead', maxReceiveCount: 2 },
  });
  queues.send(queue, 'odd');
  const wanted = { MessageSystemAttributeNames: ['All'], VisibilityTimeout: 0 };
  expect([await bodies(wanted), await bodies(wanted), await bodies(wanted)]).toEqual([
    ['odd'],
    ['odd'],
    ['odd'],
  ]);
  const dead = queues.addQueue({ name: 'ws-dead' });
  expect([await bodies(wanted), await counts()]).toEqual([[], [0, 0, 0]]);
  advance(1_000);
  const { json } = await ask('ReceiveMessage', { QueueUrl: dead.url, ...wanted });
  expect(json).toMatchObject({
    Messages: [
      { Body: 'odd', Attributes: { ApproximateReceiveCount: '4', DeadLetterQueueSourceArn: queue.arn } },
    ],
  });
  const { json: told } = await ask('GetQueueAttributes', { AttributeNames: ['RedrivePolicy'] });
  expect(told).toEqual({
    Attributes: { RedrivePolicy: `{"deadLetterTargetArn":"${dead.arn}","maxReceiveCount":2}` },
  });
  expect(url).toContain('127.0.0.1');
});

test('a message may come twice with one id, each with its own handle', async () => {
  const { queue, queues, receive } = await simulateQueue();
  queues.plague('duplicate');
  queues.send(queue, 'a');
  queues.send(queue, 'b');
  const messages = await receive();
  expect(messages.map(({ Body }) => Body)).toEqual(['a', 'a', 'b']);
  expect(new Set(messages.map(({ MessageId }) => MessageId)).size).toBe(2);
  expect(new Set(messages.map(({ ReceiptHandle }) => ReceiptHandle)).size).toBe(3);
});

test('a queue tells of itself', async () => {
  const { ask, queue } = await simulateQueue();
  expect((await ask('GetQueueUrl', { QueueName: 'ws-events' })).json).toEqual({ QueueUrl: queue.url });
  expect(queue.url).toBe('https://sqs.eu-west-1.amazonaws.com/111122223333/ws-events');
  expect((await ask('ListQueues', { QueueNamePrefix: 'ws-' })).json).toEqual({ QueueUrls: [queue.url] });
  expect((await ask('ListQueues', { QueueNamePrefix: 'no' })).body).toBe('{}');
  expect((await ask('GetQueueAttributes')).body).toBe('{}');
  expect((await ask('GetQueueAttributes', { AttributeNames: ['All'] })).json).toEqual({
    Attributes: {
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: '1767225600',
      DelaySeconds: '0',
      LastModifiedTimestamp: '1767225600',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      QueueArn: 'arn:aws:sqs:eu-west-1:111122223333:ws-events',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '30',
    },
  });
});
