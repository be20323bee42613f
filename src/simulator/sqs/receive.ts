import { textsOf } from '../wire/aws-json.ts';
import type { Answer, Call, Json } from '../wire/service.ts';
import { answerSqs, badValue } from './errors.ts';
import type { Queue, Received } from './queue.ts';
import type { QueueWorld } from './world.ts';

/** How often those that wait look again, on the machine's own clock: a world's clock rings no bell. */
const LOOK_MS = 10;

/** Receives messages from a queue; one that is to wait does so on the world's clock, or until the caller has left. */
export async function receive(
  world: QueueWorld,
  queue: Queue,
  call: Call,
  left: AbortSignal,
): Promise<Answer> {
  const { json = {} } = call;
  const limit = within(json, 'MaxNumberOfMessages', 1, [1, 10], 'Must be between 1 and 10, if provided');
  const wait = within(
    json,
    'WaitTimeSeconds',
    queue.spec.waitSeconds ?? 0,
    [0, 20],
    'Must be >= 0 and <= 20, if provided',
  );
  const { visibilitySeconds = 30 } = queue.spec;
  const hidden = within(
    json,
    'VisibilityTimeout',
    visibilitySeconds,
    [0, 43_200],
    'Must be between 0 and 43200, if provided',
  );
  const take = () =>
    queue.receive(limit, hidden * 1000, world.now(), (message) => world.bury(queue, message));
  if (call.fault) return answerSqs({});
  const until = world.now() + wait * 1000;
  let received = take();
  while (received.length === 0 && world.now() < until) {
    await pause(left);
    if (left.aborted) break;
    received = take();
  }
  if (received.length === 0) return answerSqs({});
  return answerSqs({ Messages: received.map((message) => toMessage(world, message, attributeNames(json))) });
}

function pause(left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, LOOK_MS);
    left.addEventListener('abort', done);
    function done() {
      clearTimeout(timer);
      left.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** A whole number of a request within bounds. */
export function within(
  json: Json,
  name: string,
  otherwise: number,
  [least, most]: readonly [number, number],
  reason: string,
): number {
  const value = json[name] ?? otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw badValue(value, name, reason);
}

/** Both names of the list: the older one is still asked for. */
function attributeNames(json: Json): readonly string[] {
  return [...(textsOf(json.MessageSystemAttributeNames) ?? []), ...(textsOf(json.AttributeNames) ?? [])];
}

function toMessage(world: QueueWorld, message: Received, wanted: readonly string[]) {
  const attributes: Readonly<Record<string, string | undefined>> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    DeadLetterQueueSourceArn: message.source,
  };
  const shown = Object.entries(attributes).filter(
    ([name, value]) => value !== undefined && (wanted.includes('All') || wanted.includes(name)),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.handle,
    MD5OfBody: world.plagues('wrong-md5') ? '0'.repeat(32) : message.md5,
    Body: message.body,
    ...(shown.length > 0 && { Attributes: Object.fromEntries(shown) }),
  };
}
