import type { WorldOptions } from '../wire/steps.ts';
import { type Message, Queue, type QueueSpec } from './queue.ts';

/** What goes wrong with a message, on demand. */
export type Mischief = 'duplicate' | 'undeletable' | 'wrong-md5';

/** A world without queues, filled by hand or by what sends into it. */
export function createQueueWorld(options: Omit<WorldOptions, 'seed'> = {}): QueueWorld {
  return new QueueWorld(options);
}

/** The queues of every account and region. */
export class QueueWorld {
  readonly now: () => number;
  readonly #queues = new Map<string, Queue>();
  readonly #planned = new Map<Mischief, number>();

  constructor({ now = Date.now }: Omit<WorldOptions, 'seed'>) {
    this.now = now;
  }

  /** Adds a queue and returns it: its `url` is what AWS calls it by, its `arn` what others do. */
  addQueue(spec: QueueSpec): Queue {
    const queue = new Queue(spec, this.now());
    if (this.#queues.has(queue.arn)) throw new Error(`there is a queue ${queue.arn} already`);
    this.#queues.set(queue.arn, queue);
    return queue;
  }

  removeQueue({ arn }: Pick<Queue, 'arn'>): void {
    this.#queues.delete(arn);
  }

  queue(arn: string): Queue | undefined {
    return this.#queues.get(arn);
  }

  /** The queues of an account in a region, by name. */
  queues(accountId: string, region: string): readonly Queue[] {
    const prefix = `arn:aws:sqs:${region}:${accountId}:`;
    const own = [...this.#queues.values()].filter(({ arn }) => arn.startsWith(prefix));
    return own.sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  }

  /** Sends a message as the application would. */
  send(queue: Queue, body: string, delaySeconds?: number, senderId = 'AIDASIMULATEDUSER0001'): Message {
    const copies = this.plagues('duplicate') ? 2 : 1;
    return queue.send(body, senderId, this.now(), {
      copies,
      ...(delaySeconds === undefined ? {} : { delaySeconds }),
    });
  }

  /** Moves a message to where a queue gives up its own; false where that is not there. */
  bury({ spec }: Queue, message: Message): boolean {
    const target = this.#queues.get(spec.redrive?.deadLetterTargetArn ?? '');
    target?.take(message);
    return target !== undefined;
  }

  /**
   * Plagues the next messages: `duplicate` those that are sent, which come twice with one id, `undeletable` those that
   * are deleted, `wrong-md5` those that are received, whose clients then throw all away that came with them.
   */
  plague(mischief: Mischief, messages = 1): void {
    this.#planned.set(mischief, (this.#planned.get(mischief) ?? 0) + messages);
  }

  /** Whether a message is to be plagued; it is used up by asking. */
  plagues(mischief: Mischief): boolean {
    const left = this.#planned.get(mischief) ?? 0;
    if (left <= 0) return false;
    this.#planned.set(mischief, left - 1);
    return true;
  }
}
