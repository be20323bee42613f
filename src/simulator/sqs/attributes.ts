import { textsOf } from '../wire/aws-json.ts';
import { type Answer, type Call, Refusal } from '../wire/service.ts';
import { answerSqs } from './errors.ts';
import type { Queue } from './queue.ts';

/** What a queue says of itself, and how much lies in it: as of now, where AWS is about right. */
export function queueAttributes(queue: Queue, { json }: Call, now: number): Answer {
  const wanted = textsOf(json?.AttributeNames) ?? [];
  const all = attributesOf(queue, now);
  const unknown = wanted.find((name) => name !== 'All' && !(name in all));
  if (unknown !== undefined) throw new Refusal(400, 'InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const shown = Object.entries(all).filter(
    ([name, value]) => value !== undefined && (wanted.includes('All') || wanted.includes(name)),
  );
  return answerSqs(shown.length > 0 ? { Attributes: Object.fromEntries(shown) } : {});
}

function attributesOf(queue: Queue, now: number) {
  const { spec, arn, createdAt } = queue;
  const { visible, hidden, delayed } = queue.count(now);
  const created = String(Math.floor(createdAt / 1000));
  return {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
    CreatedTimestamp: created,
    DelaySeconds: String(spec.delaySeconds ?? 0),
    LastModifiedTimestamp: created,
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: String(spec.retentionSeconds ?? 345_600),
    QueueArn: arn,
    ReceiveMessageWaitTimeSeconds: String(spec.waitSeconds ?? 0),
    RedrivePolicy: spec.redrive && JSON.stringify(spec.redrive),
    SqsManagedSseEnabled: 'true',
    VisibilityTimeout: String(spec.visibilitySeconds ?? 30),
  } satisfies Record<string, string | undefined>;
}
