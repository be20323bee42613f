import type { Queue } from '../sqs/queue.ts';
import type { QueueWorld } from '../sqs/world.ts';
import type { ProxyEvent } from './proxy-event.ts';
import type { WebSocketWorld } from './world.ts';

export interface QueueFeedOptions {
  readonly world: WebSocketWorld;
  /** Whose events are sent. */
  readonly apiId: string;
  readonly queues: QueueWorld;
  readonly queue: Queue;
}

/** Sends every event of an API to a queue, as its own Lambda function would: those told before, then all until the returned function is called. */
export function feedQueue(
  { world, apiId, queues, queue }: QueueFeedOptions,
  before: readonly ProxyEvent[] = [],
): () => void {
  const send = (event: ProxyEvent) => {
    if (event.requestContext.apiId === apiId) queues.send(queue, JSON.stringify(event));
  };
  for (const event of before) send(event);
  return world.listen(send);
}
