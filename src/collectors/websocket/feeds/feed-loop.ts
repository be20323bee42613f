import { type Clock, sleep } from '../../../core/clock.ts';
import type { EventSource } from '../../../core/collector.ts';
import type { Progress } from '../ids/id-reader.ts';
import type { Feed } from './feed.ts';

/** After a failure a turn is not tried again at once. */
const TRY_AGAIN_MS = 5_000;

/** Has a feed read again and again, one turn at a time, and tells passes how that goes. */
export class FeedLoop {
  readonly #feed: Feed;
  readonly #clock: Clock;
  #turn: Promise<void> | undefined;
  #isFollowed = false;
  #error: unknown;
  /** On the monotonic clock. */
  #beganAt = Number.NEGATIVE_INFINITY;
  #lastReadAt: number | undefined;
  #pause = new AbortController();

  constructor(feed: Feed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
  }

  /** Reads until the signal aborts. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    this.#isFollowed = true;
    while (!signal.aborted) {
      await this.#run(signal);
      await sleep(this.#clock, this.#dueInMs(), AbortSignal.any([signal, this.#pause.signal])).catch(
        () => {},
      );
    }
    this.#isFollowed = false;
  }

  /** Has the next turn begin at once, or after the one under way: who is told of there has changed. */
  hasten(): void {
    this.#beganAt = Number.NEGATIVE_INFINITY;
    this.#pause.abort();
    this.#pause = new AbortController();
  }

  /** How it goes, for a pass: it waits for a first turn and, where nobody follows the feed, for one that is due. Rejects when the last turn failed, or told nothing of that endpoint. */
  async read(endpointId: string, signal: AbortSignal): Promise<Progress> {
    if (!this.#isFollowed && this.#dueInMs() === 0) void this.#run(signal);
    if (!this.#feed.status.isComplete || !this.#isFollowed) await this.#waitForTurn(signal);
    if (this.#error !== undefined) throw this.#error;
    const trouble = this.#feed.troubleOf?.(endpointId);
    if (trouble !== undefined) throw new Error(trouble);
    const { isComplete, rows } = this.#feed.status;
    return isComplete ? { state: 'unchanged', isCurrent: false } : { state: 'under way', rows };
  }

  /** How it went last. */
  get state(): Omit<EventSource, 'source' | 'name'> {
    const { delayMs } = this.#feed.status;
    const isKnown = this.#lastReadAt !== undefined || this.#error !== undefined;
    return { up: isKnown ? this.#error === undefined : undefined, lastReadAt: this.#lastReadAt, delayMs };
  }

  #dueInMs(): number {
    const { everyMs } = this.#feed;
    const pauseMs = this.#error === undefined ? everyMs : Math.max(everyMs, TRY_AGAIN_MS);
    return Math.max(this.#beganAt + pauseMs - this.#clock.monotonic(), 0);
  }

  #run(signal: AbortSignal): Promise<void> {
    this.#turn ??= this.#take(signal).finally(() => {
      this.#turn = undefined;
    });
    return this.#turn;
  }

  async #take(signal: AbortSignal): Promise<void> {
    this.#beganAt = this.#clock.monotonic();
    try {
      if (!(await this.#feed.turn(signal, this.#isFollowed))) return;
      this.#error = undefined;
      this.#lastReadAt = this.#clock.now();
    } catch (error) {
      this.#error = error;
    }
  }

  async #waitForTurn(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#turn, aborted]);
  }
}
