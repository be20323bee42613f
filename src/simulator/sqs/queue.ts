import { createHash, randomUUID } from 'node:crypto';

export interface QueueSpec {
  readonly name: string;
  readonly accountId?: string;
  readonly region?: string;
  /** How long a message that was received is hidden; 30 if not given. */
  readonly visibilitySeconds?: number;
  /** How long a receive waits that does not say; 0 if not given. */
  readonly waitSeconds?: number;
  /** How long a message that was sent stays hidden at first; 0 if not given. */
  readonly delaySeconds?: number;
  /** 4 days if not given. */
  readonly retentionSeconds?: number;
  /** Where a message goes that was received so often and never deleted. */
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
  /** Other accounts that the queue's policy lets in. */
  readonly guests?: readonly string[];
}

/** A message as it lies in a queue; times in milliseconds since 1970. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly senderId: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number | undefined;
  readonly receiveCount: number;
  readonly visibleAt: number;
  /** The queue that gave it up. */
  readonly source: string | undefined;
}

/** A message that was handed out, and the handle to delete it by. */
export interface Received extends Message {
  readonly handle: string;
}

/** In flight at the most: beyond it nothing is handed out. */
const maxInFlight = 120_000;

/** A standard queue: everything that was sent is handed out until it is deleted, as often as it comes to light. */
export class Queue {
  readonly spec: QueueSpec;
  readonly arn: string;
  readonly url: string;
  readonly createdAt: number;
  /** By the number in their handles, the oldest first: two copies of a message have two. */
  readonly #messages = new Map<number, Message>();
  #numbered = 0;

  constructor(spec: QueueSpec, createdAt: number) {
    const { name, accountId = '111122223333', region = 'eu-west-1' } = spec;
    this.spec = spec;
    this.arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
    this.url = `https://sqs.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${accountId}/${name}`;
    this.createdAt = createdAt;
  }

  /** Puts a new message in, in so many copies of one id. */
  send(
    body: string,
    senderId: string,
    now: number,
    { delaySeconds = this.spec.delaySeconds ?? 0, copies = 1 } = {},
  ) {
    const message: Message = {
      id: randomUUID(),
      body,
      md5: createHash('md5').update(body).digest('hex'),
      senderId,
      sentAt: now,
      firstReceivedAt: undefined,
      receiveCount: 0,
      visibleAt: now + delaySeconds * 1000,
      source: undefined,
    };
    for (let n = 0; n < copies; n++) this.take(message);
    return message;
  }

  /** Takes a message in as it is. */
  take(message: Message): void {
    this.#messages.set(this.#numbered++, message);
  }

  /** Hands out at most `limit` messages and hides them; what was handed out too often goes to `bury` instead. */
  receive(limit: number, hiddenMs: number, now: number, bury: (message: Message) => boolean): Received[] {
    this.#expire(now);
    const received: Received[] = [];
    const most = this.spec.redrive?.maxReceiveCount ?? Number.POSITIVE_INFINITY;
    let room = this.#messages.size > maxInFlight ? maxInFlight - this.count(now).hidden : maxInFlight;
    for (const [number, message] of this.#messages) {
      if (received.length === limit || room <= 0) break;
      if (message.visibleAt > now) continue;
      if (message.receiveCount >= most && bury({ ...message, source: this.arn, visibleAt: now })) {
        this.#messages.delete(number);
        continue;
      }
      const handed = {
        ...message,
        firstReceivedAt: message.firstReceivedAt ?? now,
        receiveCount: message.receiveCount + 1,
        visibleAt: now + hiddenMs,
      };
      this.#messages.set(number, handed);
      received.push({ ...handed, handle: this.#handle(number, handed.receiveCount) });
      room--;
    }
    return received;
  }

  /** Deletes by a handle: only by the last of a message; false when it is no handle of this queue. */
  delete(handle: string): boolean {
    return this.#atHandle(handle, (number, isLast) => void (isLast && this.#messages.delete(number)));
  }

  /** Hides a message from `now` on for so long, 0 to show it at once; false when it is no handle of this queue. */
  hide(handle: string, hiddenMs: number, now: number): boolean {
    return this.#atHandle(handle, (number, isLast) => {
      const message = this.#messages.get(number);
      if (message && isLast) this.#messages.set(number, { ...message, visibleAt: now + hiddenMs });
    });
  }

  /** How many messages can be received, were and are not deleted yet, or wait for their delay to pass. */
  count(now: number): { readonly visible: number; readonly hidden: number; readonly delayed: number } {
    this.#expire(now);
    const counts = { visible: 0, hidden: 0, delayed: 0 };
    for (const { visibleAt, receiveCount } of this.#messages.values())
      counts[visibleAt <= now ? 'visible' : receiveCount > 0 ? 'hidden' : 'delayed']++;
    return counts;
  }

  /** The bodies of everything that is there, hidden or not, the oldest first. */
  bodies(now: number): readonly string[] {
    this.#expire(now);
    return [...this.#messages.values()].map(({ body }) => body);
  }

  #atHandle(handle: string, act: (number: number, isLast: boolean) => void): boolean {
    const [arn, number, receiveCount] = Buffer.from(handle, 'base64').toString().split(' ');
    if (arn !== this.arn) return false;
    const message = this.#messages.get(Number(number));
    act(Number(number), message?.receiveCount === Number(receiveCount));
    return true;
  }

  #handle(number: number, receiveCount: number): string {
    return Buffer.from(`${this.arn} ${number} ${receiveCount} ${randomUUID()}`).toString('base64');
  }

  #expire(now: number): void {
    const oldest = now - (this.spec.retentionSeconds ?? 4 * 24 * 3600) * 1000;
    for (const [number, { sentAt }] of this.#messages) {
      if (sentAt > oldest) break;
      this.#messages.delete(number);
    }
  }
}
