import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import {
  type ConnectionError,
  NO_HOST,
  toBrokenBody,
  toRefusal,
  toUnreadable,
  type Unreadable,
} from './unreadable.ts';

/** What a conversation needs of its server. */
export interface ConversationDeps {
  readonly clock: Clock;
  readonly answer: RequestListener;
  /** For an answer to be taken, whole, from when it is made. */
  readonly answerMs: number;
  /** Hears when a request begins to be answered, and when it has been. */
  onBusy(isBusy: boolean): void;
  /** Hears when an answer is made, and waits for its reader from then on. */
  onMade(): void;
  /** Hears at most once per connection of something that is no request, and from which address it came. */
  onUnreadable(unreadable: Unreadable, from: string | undefined): void;
  /** What every request is refused with, whatever it asks for; undefined where they are answered. */
  readonly refusal: Unreadable | undefined;
}

/** Past so many requests that wait for their turn a connection is cut: nobody means that. */
export const MAX_WAITING = 100;
/** A refusal gets so long to arrive, while what still comes is thrown away; closed at once, it could be lost on the way. */
const LINGER_MS = 2_000;

/** One connection: its requests are answered one after the other, and what is no request is refused in its turn. */
export class Conversation {
  readonly #socket: Socket;
  readonly #deps: ConversationDeps;
  readonly #waiting: (() => void)[] = [];
  #request: IncomingMessage | undefined;
  #underWay: ServerResponse | undefined;
  #isRefused = false;

  constructor(socket: Socket, deps: ConversationDeps) {
    this.#socket = socket;
    this.#deps = deps;
  }

  /** Answers a request when those before it have been answered. */
  take(request: IncomingMessage, response: ServerResponse): void {
    this.#request = request;
    const { refusal } = this.#deps;
    if (refusal) this.refuse(refusal);
    else if (request.httpVersion === '1.1' && request.headers.host === undefined) this.refuse(NO_HOST);
    else if (!this.#isRefused) this.#inTurn(() => this.#answer(request, response));
  }

  /** Ends the conversation because of an error at its connection. */
  fail(error: ConnectionError): void {
    const isInBody = this.#request?.complete === false;
    const unreadable = isInBody ? toBrokenBody(error) : toUnreadable(error, this.#socket.bytesRead);
    if (!unreadable) this.#socket.destroy();
    else if (!isInBody) this.refuse(unreadable);
    else if (!this.#isRefused) this.#breakOff(unreadable);
  }

  /** Ends the conversation with this, after what is under way. */
  refuse(unreadable: Unreadable): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#deps.onUnreadable(unreadable, this.#socket.remoteAddress);
    this.#inTurn(() => this.#end(unreadable));
  }

  /** Who answers the request hears by itself that its body has no end. */
  #breakOff(unreadable: Unreadable): void {
    this.#isRefused = true;
    if (this.#underWay?.req === this.#request && !this.#underWay?.headersSent) this.#end(unreadable);
    else this.#socket.destroy();
  }

  #inTurn(begin: () => void): void {
    if (!this.#underWay) begin();
    else if (this.#waiting.push(begin) > MAX_WAITING) this.#socket.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { clock, answer, answerMs, onBusy, onMade } = this.#deps;
    this.#underWay = response;
    onBusy(true);
    let cancel: (() => void) | undefined;
    response.on('prefinish', () => {
      // What the kernel has taken, all of it, waits for nobody.
      if (this.#socket.writableLength === 0) return;
      onMade();
      cancel = clock.after(answerMs, () => this.#socket.destroy());
    });
    response.on('close', () => {
      cancel?.();
      this.#underWay = undefined;
      onBusy(false);
      if (this.#socket.writable) this.#waiting.shift()?.();
    });
    answer(request, response);
  }

  #end(unreadable: Unreadable): void {
    this.#socket.end(toRefusal(unreadable));
    const cancel = this.#deps.clock.after(LINGER_MS, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
  }
}
