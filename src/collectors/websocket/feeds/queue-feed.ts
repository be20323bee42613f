import { toCallError } from '../../../aws/errors.ts';
import type { Clock } from '../../../core/clock.ts';
import type { ConnectionEvent, Told } from '../../../core/websocket-event.ts';
import type { RowKeys } from '../../../event-forms/access-log-row.ts';
import { toMessage } from '../../../event-forms/message.ts';
import type { OpenedRegistry } from '../registry/registries.ts';
import type { Feed, FeedStatus, OnFeedEvent } from './feed.ts';
import { MOST_MESSAGES, type Queue, type QueueMessage, VISIBILITY_SECONDS } from './source-sqs.ts';

type Opened = Pick<OpenedRegistry, 'registry'>;

/** What a queue is read with. */
export interface QueueFeedDeps {
  readonly name: string;
  readonly queue: Queue;
  readonly keys: RowKeys;
  readonly clock: Clock;
  /** The registries of the endpoints that are told of in the queue; rejects unless all of them can be read. */
  readonly open: () => Promise<readonly Opened[]>;
  readonly tell: (event: ConnectionEvent, at: number) => Told | 'early';
  /** Has on disk what was told; whether it is. */
  readonly save: () => Promise<boolean>;
  readonly onEvent: OnFeedEvent;
}

const LONGEST_WAIT_SECONDS = 20;
const SHORT_WAIT_SECONDS = 1;
/** Calls at a time while there is more than one receives. */
export const AT_ONCE = 8;
/** A turn ends after so long, though there be more: what it read is read. */
const LONGEST_TURN_MS = 10_000;
/** How long is believed what a queue does with messages that are never deleted. */
const REDRIVE_FOR_MS = 10 * 60_000;

/** Reads a queue to its end, and deletes what it told once that is on disk. */
export class QueueFeed implements Feed {
  readonly everyMs = 0;
  readonly #deps: QueueFeedDeps;
  #rows = 0;
  #isComplete = false;
  #delayMs: number | undefined;
  /** When the newest event of those that are taken in happened, milliseconds since 1970. */
  #newestAt = Number.NEGATIVE_INFINITY;
  /** When a message was left for an endpoint that may become known, and since when registries are told; milliseconds since 1970. */
  #leftAt: number | undefined;
  readonly #toldSince = new WeakMap<Opened['registry'], number>();
  #redrive: { readonly answer: Promise<boolean>; readonly until: number } | undefined;

  constructor(deps: QueueFeedDeps) {
    this.#deps = deps;
  }

  get status(): FeedStatus {
    return { rows: this.#rows, isComplete: this.#isComplete, delayMs: this.#delayMs };
  }

  async turn(signal: AbortSignal, isFollowed: boolean): Promise<boolean> {
    const { queue, clock, open } = this.#deps;
    const opened = await open();
    for (const { registry } of opened)
      if (!this.#toldSince.has(registry)) this.#toldSince.set(registry, clock.now());
    // The first end of the queue is not waited for long: before it there is nothing to publish.
    const waitSeconds = isFollowed && this.#isComplete ? LONGEST_WAIT_SECONDS : SHORT_WAIT_SECONDS;
    this.#rows = 0;
    let [calls, wait] = [1, waitSeconds];
    let newestAtFirst: number | undefined;
    let endsBy: number | undefined;
    try {
      do {
        const askedAt = clock.now();
        const batches = await Promise.all(Array.from({ length: calls }, () => queue.receive(wait, signal)));
        const messages = batches.flat();
        // A call that waits asks all that hold messages, and may bring few of many: only that there is none says that there are no more.
        if (messages.length === 0) return this.#reach(askedAt, opened);
        await this.#take(messages, signal);
        const sent = messages.map(({ sentAt = Number.NEGATIVE_INFINITY }) => sentAt);
        const first = newestAtFirst;
        // Where there are always more, what was there at first has been read once all that comes is newer.
        if (first !== undefined && sent.every((at) => at > first))
          return this.#reach(Math.min(first, askedAt), opened);
        newestAtFirst ??= Math.max(...sent);
        endsBy ??= clock.monotonic() + LONGEST_TURN_MS;
        wait = SHORT_WAIT_SECONDS;
        calls = batches.some(({ length }) => length === MOST_MESSAGES) ? AT_ONCE : 1;
      } while (clock.monotonic() < endsBy);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  /** All that was sent by then has been read. */
  #reach(sentBy: number, opened: readonly Opened[]): true {
    // What a process received that died comes back after that time, as does what was left for an endpoint that was not known.
    const before = sentBy - VISIBILITY_SECONDS * 1000;
    for (const { registry } of opened) {
      const since = this.#toldSince.get(registry) ?? Number.POSITIVE_INFINITY;
      if (registry.isTold || this.#leftAt === undefined || since <= before) registry.heard(before);
    }
    this.#isComplete = true;
    return true;
  }

  async #take(messages: readonly QueueMessage[], signal: AbortSignal): Promise<void> {
    const { clock, save, name } = this.#deps;
    if (messages.length === 0) return;
    const now = clock.now();
    this.#newestAt = Number.NEGATIVE_INFINITY;
    const kept: Promise<readonly QueueMessage[]>[] = messages.map(async (message) =>
      (await this.#takeOne(message, now, signal)) ? [message] : [],
    );
    const done = (await Promise.all(kept)).flat();
    this.#rows += messages.length;
    if (Number.isFinite(this.#newestAt)) this.#delayMs = Math.max(now - this.#newestAt, 0);
    if (!(await save()))
      throw new Error(
        `what the queue ${name} told is not on disk, so nothing of it is deleted there: make room or mend the folder`,
      );
    await this.#remove(done, signal);
  }

  /** Takes a message in; whether it is done with. */
  async #takeOne({ body, sentAt }: QueueMessage, now: number, signal: AbortSignal): Promise<boolean> {
    const { keys, tell, onEvent } = this.#deps;
    const message = toMessage(body, keys, sentAt ?? now);
    if (message.is === 'unreadable') {
      onEvent('unknown', 'unreadable', message.reason);
      return !(await this.#hasRedrive(signal));
    }
    if (message.is !== 'event') {
      if (message.is === 'refused') onEvent('connect', 'refused');
      else onEvent(message.is, 'accepted');
      return true;
    }
    this.#newestAt = Math.max(this.#newestAt, message.at);
    const told = tell(message.event, message.at);
    if (told === 'early') {
      this.#leftAt = now;
      return false;
    }
    onEvent(message.event.type, told);
    // There may be room when it comes back.
    return told !== 'over_capacity';
  }

  /** Whether the queue puts aside what is not deleted; where that may not be asked, it may. */
  #hasRedrive(signal: AbortSignal): Promise<boolean> {
    const { queue, clock } = this.#deps;
    if (!this.#redrive || this.#redrive.until < clock.monotonic()) {
      const answer = queue.hasRedrive(signal).catch((error: unknown) => {
        if (toCallError(error) === 'denied') return true;
        this.#redrive = undefined;
        throw error;
      });
      this.#redrive = { answer, until: clock.monotonic() + REDRIVE_FOR_MS };
    }
    return this.#redrive.answer;
  }

  async #remove(messages: readonly QueueMessage[], signal: AbortSignal): Promise<void> {
    const { queue, name } = this.#deps;
    const batches: string[][] = [];
    for (let from = 0; from < messages.length; from += MOST_MESSAGES)
      batches.push(messages.slice(from, from + MOST_MESSAGES).map(({ handle }) => handle));
    const failed = (await Promise.all(batches.map((batch) => queue.remove(batch, signal)))).flat();
    const [first] = failed;
    if (first === undefined) return;
    throw new Error(
      `${failed.length} messages of the queue ${name} could not be deleted, and come again (${first}): they count once all the same`,
    );
  }
}
