import { readAwsJson } from '../wire/aws-json.ts';
import { type Answer, type Call, Refusal, type Service } from '../wire/service.ts';
import { queueAttributes } from './attributes.ts';
import { deleteBatch, deleteOne } from './delete.ts';
import { answerSqs, badHandle, denied, missing, noQueue, refuseSqs, sqsRefusals } from './errors.ts';
import type { Queue } from './queue.ts';
import { receive, within } from './receive.ts';
import type { QueueWorld } from './world.ts';

type OnQueue = (queue: Queue, call: Call, left: AbortSignal) => Answer | Promise<Answer>;

const maxBytes = 1024 * 1024;

/** SQS, as far as messages are sent, received and deleted with it. */
export function createSqs(world: QueueWorld): Service {
  const onQueue: Readonly<Record<string, OnQueue>> = {
    SendMessage: (queue, call) => send(world, queue, call),
    ReceiveMessage: (queue, call, left) => receive(world, queue, call, left),
    DeleteMessage: (queue, call) => deleteOne(world, queue, call),
    DeleteMessageBatch: (queue, call) => deleteBatch(world, queue, call),
    ChangeMessageVisibility: (queue, call) => changeVisibility(world, queue, call),
    GetQueueAttributes: (queue, call) => queueAttributes(queue, call, world.now()),
  };
  const others: Readonly<Record<string, (call: Call) => Answer>> = {
    GetQueueUrl: (call) => queueUrl(world, call),
    ListQueues: (call) => list(world, call),
  };

  return {
    read: readSqs,
    answer(call, left) {
      const other = others[call.action];
      if (other) return other(call);
      const action = onQueue[call.action];
      if (!action) throw new Refusal(400, 'UnknownOperationException', '');
      return action(queueOf(world, call), call, left);
    },
    refuse: refuseSqs,
    refusals: sqsRefusals,
  };
}

/** What is asked about, by its name. */
const readSqs: Service['read'] = (request) => {
  const read = readAwsJson(request);
  const name = read.params.QueueName ?? read.params.QueueUrl?.split('/').at(-1);
  return { ...read, params: { ...read.params, ...(name !== undefined && { queue: name }) } };
};

/** The queue of a QueueUrl, of which the host matters only where it names a region: the caller must have signed for that one. */
function queueOf(world: QueueWorld, call: Call): Queue {
  const { QueueUrl: url } = call.params;
  if (url === undefined) throw missing('QueueUrl');
  const [, host = '', owner, name] = /^https?:\/\/([^/]+)\/(\d{12})\/([\w.-]+)$/.exec(url) ?? [];
  if (!owner || !name)
    throw new Refusal(400, 'InvalidAddress', `The address ${url} is not valid for this endpoint.`);
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(host)?.[1] ?? call.region;
  if (region !== call.region) {
    const message = `Credential should be scoped to a valid region.`;
    throw new Refusal(403, 'InvalidSignatureException', message);
  }
  const queue = world.queue(`arn:aws:sqs:${region}:${owner}:${name}`);
  if (!queue) throw noQueue;
  if (owner !== call.accountId && !queue.spec.guests?.includes(call.accountId)) throw denied(call, owner);
  return queue;
}

function queueUrl(world: QueueWorld, call: Call): Answer {
  const { QueueName: name, QueueOwnerAWSAccountId: owner = call.accountId } = call.params;
  if (name === undefined) throw missing('QueueName');
  const queue = world.queue(`arn:aws:sqs:${call.region}:${owner}:${name}`);
  const isLetIn = owner === call.accountId || queue?.spec.guests?.includes(call.accountId);
  if (!queue || !isLetIn) throw noQueue;
  return answerSqs({ QueueUrl: queue.url });
}

function list(world: QueueWorld, { accountId, region, params }: Call): Answer {
  const { QueueNamePrefix: prefix = '' } = params;
  const urls = world.queues(accountId, region).filter(({ spec }) => spec.name.startsWith(prefix));
  return answerSqs(urls.length > 0 ? { QueueUrls: urls.map(({ url }) => url) } : {});
}

function send(world: QueueWorld, queue: Queue, { json = {}, userId }: Call): Answer {
  const { MessageBody: body } = json;
  if (typeof body !== 'string' || body === '') throw missing('MessageBody');
  if (Buffer.byteLength(body) > maxBytes) {
    const message = `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`;
    throw new Refusal(400, 'InvalidParameterValue', message);
  }
  if (json.MessageAttributes !== undefined)
    throw new Refusal(400, 'UnsupportedOperation', 'Attributes of messages are not simulated.');
  const delay = within(
    json,
    'DelaySeconds',
    queue.spec.delaySeconds ?? 0,
    [0, 900],
    'DelaySeconds must be >= 0 and <= 900',
  );
  const message = world.send(queue, body, delay, userId);
  return answerSqs({ MD5OfMessageBody: message.md5, MessageId: message.id });
}

function changeVisibility(world: QueueWorld, queue: Queue, { json = {}, params }: Call): Answer {
  const { ReceiptHandle: handle } = params;
  if (handle === undefined) throw missing('ReceiptHandle');
  const reason = 'VisibilityTimeout must be between 0 and 43200';
  const seconds = within(json, 'VisibilityTimeout', Number.NaN, [0, 43_200], reason);
  if (!queue.hide(handle, seconds * 1000, world.now())) throw badHandle(handle);
  return { ...answerSqs({}), body: '' };
}
