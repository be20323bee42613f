import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { simulateQueue } from './queue.ts';

test.each<[Fault, number, string, string]>([
  ['throttled', 400, 'com.amazonaws.sqs#RequestThrottled', 'RequestThrottled;Sender'],
  ['internal-error', 500, 'com.amazon.coral.service#InternalFailure', 'InternalFailure;Receiver'],
  ['denied', 403, 'com.amazon.coral.service#AccessDeniedException', 'AccessDenied;Sender'],
  [
    'auth-failure',
    403,
    'com.amazon.coral.service#UnrecognizedClientException',
    'InvalidClientTokenId;Sender',
  ],
  ['expired', 403, 'com.amazon.coral.service#InvalidSignatureException', 'InvalidSignatureException;Sender'],
  ['expired-token', 403, 'com.amazon.coral.service#ExpiredTokenException', 'ExpiredToken;Sender'],
  ['not-found', 400, 'com.amazonaws.sqs#QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue;Sender'],
])('%s is %i %s, then all is well again', async (fault, status, type, header) => {
  const { simulator, ask } = await simulateQueue();
  simulator.failNext(1, fault, { action: 'ReceiveMessage', item: 'ws-events' });
  const refused = await ask('ReceiveMessage');
  expect([refused.status, refused.json.__type, refused.headers.get('x-amzn-query-error')]).toEqual([
    status,
    type,
    header,
  ]);
  expect((await ask('ReceiveMessage')).status).toBe(200);
});

test('a denial names the action and the queue', async () => {
  const { simulator, ask } = await simulateQueue();
  simulator.deny('DeleteMessageBatch');
  const { json } = await ask('DeleteMessageBatch');
  expect(json.Message).toBe(
    'User: arn:aws:iam::111122223333:user/simulated is not authorized to perform: sqs:deletemessage on resource: arn:aws:sqs:eu-west-1:111122223333:ws-events because no identity-based policy allows the sqs:deletemessage action',
  );
});

test('a queue that is not there', async () => {
  const { queue, queues, ask } = await simulateQueue();
  queues.removeQueue(queue);
  for (const action of ['ReceiveMessage', 'GetQueueAttributes', 'DeleteMessage', 'SendMessage']) {
    const { status, json } = await ask(action, { MessageBody: 'a', ReceiptHandle: 'b' });
    expect([status, json]).toEqual([
      400,
      { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' },
    ]);
  }
  expect((await ask('GetQueueUrl', { QueueName: 'ws-events' })).json.__type).toMatch(/QueueDoesNotExist$/);
});

test('a queue of another account lets in whom its policy names', async () => {
  const accounts = { AKIAGUEST: '444455556666', AKIASTRANGER: '777788889999' };
  const { ask } = await simulateQueue({ guests: ['444455556666'] }, { accounts });
  expect((await ask('ReceiveMessage', {}, { accessKeyId: 'AKIAGUEST' })).status).toBe(200);
  const { status, json } = await ask('ReceiveMessage', {}, { accessKeyId: 'AKIASTRANGER' });
  expect([status, json.Message]).toEqual([
    403,
    expect.stringContaining('because no resource-based policy allows'),
  ]);
});

test('who signs for another region than the address of the queue names is refused', async () => {
  const { ask } = await simulateQueue({ region: 'us-east-1' });
  expect((await ask('ReceiveMessage', {}, { region: 'us-east-1' })).status).toBe(200);
  const { status, json } = await ask('ReceiveMessage');
  expect([status, json.__type]).toEqual([403, 'com.amazon.coral.service#InvalidSignatureException']);
});

test('the host of the address may be that of the simulator', async () => {
  const { ask, url } = await simulateQueue();
  expect((await ask('ReceiveMessage', { QueueUrl: `${url}/111122223333/ws-events` })).status).toBe(200);
});

const entry = (Id: string) => ({ Id, ReceiptHandle: 'h' });

test.each<[string, object, string, RegExp]>([
  [
    'ReceiveMessage',
    { MaxNumberOfMessages: 11 },
    'InvalidParameterValue',
    /Value 11 for parameter MaxNumberOfMessages/,
  ],
  ['ReceiveMessage', { MaxNumberOfMessages: 0 }, 'InvalidParameterValue', /Must be between 1 and 10/],
  [
    'ReceiveMessage',
    { WaitTimeSeconds: 21 },
    'InvalidParameterValue',
    /WaitTimeSeconds is invalid. Reason: Must be >= 0/,
  ],
  ['ReceiveMessage', { VisibilityTimeout: 43_201 }, 'InvalidParameterValue', /between 0 and 43200/],
  [
    'ReceiveMessage',
    { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/ws-events' },
    'InvalidAddress',
    /The address/,
  ],
  ['SendMessage', {}, 'MissingParameter', /MessageBody/],
  [
    'SendMessage',
    { MessageBody: 'x'.repeat(1024 * 1024 + 1) },
    'InvalidParameterValue',
    /shorter than 1048576/,
  ],
  ['DeleteMessage', {}, 'MissingParameter', /ReceiptHandle/],
  [
    'DeleteMessage',
    { ReceiptHandle: 'made-up' },
    'ReceiptHandleIsInvalid',
    /"made-up" is not a valid receipt handle/,
  ],
  ['DeleteMessageBatch', { Entries: [] }, 'EmptyBatchRequest', /at least one/],
  ['DeleteMessageBatch', { Entries: [entry('a'), entry('a')] }, 'BatchEntryIdsNotDistinct', /Id a repeated/],
  ['DeleteMessageBatch', { Entries: [entry('a b')] }, 'InvalidBatchEntryId', /alphanumeric/],
  [
    'DeleteMessageBatch',
    { Entries: Array.from({ length: 11 }, (_, n) => entry(String(n))) },
    'TooManyEntriesInBatchRequest',
    /are 10. You have sent 11/,
  ],
  ['GetQueueAttributes', { AttributeNames: ['Nope'] }, 'InvalidAttributeName', /Unknown Attribute Nope/],
  ['PurgeQueue', {}, 'UnknownOperationException', /^$/],
])('%s %j is refused', async (action, input, name, words) => {
  const { ask } = await simulateQueue();
  const { status, json } = await ask(action, input);
  expect([status, json]).toEqual([
    400,
    { __type: `com.amazonaws.sqs#${name}`, message: expect.stringMatching(words) },
  ]);
});
