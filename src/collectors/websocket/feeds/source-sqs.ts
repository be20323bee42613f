import { brokenAnswer } from '../../../aws/answers.ts';
import type { Aws } from '../../../aws/clients.ts';
import type { Target } from '../../../aws/targets.ts';
import { regionOf } from '../queue-url.ts';

/** A message of a queue. */
export interface QueueMessage {
  readonly body: string;
  /** What it is deleted by. */
  readonly handle: string;
  /** When it was sent, milliseconds since 1970; undefined where SQS does not say. */
  readonly sentAt: number | undefined;
}

/** What is asked of a queue. Rejects with the SDK's error, and when the answer is none. */
export interface Queue {
  /** Up to ten messages, which nobody else gets for a minute; waits so many seconds, 20 at most, for the first. */
  receive(waitSeconds: number, signal: AbortSignal): Promise<readonly QueueMessage[]>;
  /** Deletes messages, ten at most; why some of them could not be, in AWS' words. */
  remove(handles: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** Whether the queue puts aside by itself what is never deleted. */
  hasRedrive(signal: AbortSignal): Promise<boolean>;
}

/** How long nobody else gets a message that was received, in seconds. */
export const VISIBILITY_SECONDS = 60;
/** The most messages that one call receives, or deletes. */
export const MOST_MESSAGES = 10;

/** The queue of this URL, asked through the SDK. */
export function createQueue(aws: Pick<Aws, 'sqs'>, target: Target, url: string): Queue {
  const region = regionOf(url) ?? target.region;
  return {
    async receive(waitSeconds, abortSignal) {
      const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
      const client = await aws.sqs(target, region);
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: MOST_MESSAGES,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: VISIBILITY_SECONDS,
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      // Where there are none, there is no list.
      const { Messages = [] } = await client.send(command, { abortSignal });
      if (!Array.isArray(Messages)) throw brokenAnswer('ReceiveMessage: the messages are no list');
      return Messages.map(toMessage);
    },

    async remove(handles, abortSignal) {
      const { DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
      const client = await aws.sqs(target, region);
      const Entries = handles.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle }));
      const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }), {
        abortSignal,
      });
      return Failed.map(({ Code, Message }) => `${Code ?? 'no code'}: ${Message ?? 'no reason given'}`);
    },

    async hasRedrive(abortSignal) {
      const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
      const client = await aws.sqs(target, region);
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['RedrivePolicy'] });
      const { Attributes } = await client.send(command, { abortSignal });
      return Attributes?.RedrivePolicy !== undefined;
    },
  };
}

function toMessage(message: unknown): QueueMessage {
  const { Body, ReceiptHandle, Attributes } = (message ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof ReceiptHandle !== 'string') throw brokenAnswer('ReceiveMessage: a message lacks its handle');
  const { SentTimestamp } = (Attributes ?? {}) as Readonly<Record<string, unknown>>;
  const sentAt = Number(SentTimestamp ?? Number.NaN);
  return {
    body: typeof Body === 'string' ? Body : '',
    handle: ReceiptHandle,
    sentAt: Number.isFinite(sentAt) ? sentAt : undefined,
  };
}
