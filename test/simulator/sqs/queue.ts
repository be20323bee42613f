import type { Queue, QueueSpec } from '../../../src/simulator/sqs/queue.ts';
import { simulate } from '../simulation.ts';
import { askJson } from '../wire.ts';

export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly MD5OfBody: string;
  readonly Body: string;
  readonly Attributes?: Readonly<Record<string, string>>;
}

/** A simulator with one queue, and how it is asked about it. */
export async function simulateQueue(
  spec: Partial<QueueSpec> = {},
  options: Parameters<typeof simulate>[0] = {},
) {
  const simulation = await simulate(options);
  const { queues, url } = simulation;
  const queue: Queue = queues.addQueue({ name: 'ws-events', ...spec });
  const ask = (action: string, input: object = {}, asker: object = {}, signal: AbortSignal | null = null) =>
    askJson({ url, service: 'sqs', ...asker }, action, { QueueUrl: queue.url, ...input }, signal);
  const receive = async (input: object = {}) => {
    const { status, body, json } = await ask('ReceiveMessage', { MaxNumberOfMessages: 10, ...input });
    if (status !== 200) throw new Error(body);
    return (json.Messages ?? []) as readonly ReceivedMessage[];
  };
  const bodies = async (input: object = {}) => (await receive(input)).map(({ Body }) => Body);
  /** Visible, hidden, delayed, as the queue itself says. */
  const counts = async () => {
    const { json } = await ask('GetQueueAttributes', { AttributeNames: ['All'] });
    const attributes = json.Attributes as Readonly<Record<string, string>>;
    return ['', 'NotVisible', 'Delayed'].map((kind) =>
      Number(attributes[`ApproximateNumberOfMessages${kind}`]),
    );
  };
  return { ...simulation, queue, ask, receive, bodies, counts };
}
