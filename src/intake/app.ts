import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ConnectionEvent, Taken } from '../core/websocket-event.ts';
import {
  type EventPath,
  namesConnection,
  toBodyEvent,
  toEventPath,
  toHeaderEvent,
  type Unreadable,
} from '../event-forms/shapes.ts';
import { setHeaders } from '../server/headers.ts';
import { toPath } from '../server/request-path.ts';
import { say } from '../server/say.ts';
import { drainBody, readText } from './body.ts';
import { createTokenCheck } from './token.ts';

/** All that the intake needs of the rest. */
export interface Intake {
  /** Of these the header X-Intake-Token must say one; undefined lets everyone in. */
  readonly tokens: readonly string[] | undefined;
  /** Takes an event in, at once and without waiting for anything. */
  take(event: ConnectionEvent): Taken;
  /** Hears once of every request to a path that takes events, unless it failed by our fault; and why it could not be read. */
  onEvent(
    event: ConnectionEvent['type'] | 'unknown',
    result: Taken | 'unreadable' | 'unauthorized',
    reason?: string,
  ): void;
  /** Hears of every request that failed by our fault. */
  onError(path: string, error: unknown): void;
}

/** The event port's HTTP answers; they need no more of HTTP than Node.js has, and cost little more than it. */
export function createIntakeApp({ tokens, take, onEvent, onError }: Intake): RequestListener {
  const isToken = createTokenCheck(tokens);

  const settle = (response: ServerResponse, path: EventPath, event: ConnectionEvent | Unreadable) => {
    if ('reason' in event) {
      onEvent(path.type ?? 'unknown', 'unreadable', event.reason);
      return refuse(response, event.status, event.reason);
    }
    onEvent(event.type, take(event));
    response.end();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = toEventPath(toPath(request.url));
    if (!path) {
      drainBody(request);
      return refuse(
        response,
        404,
        'Only events of connections are taken here, at /websocket, /websocket/connect, /websocket/disconnect and /websocket/message.',
      );
    }
    if (!isToken(request.headers['x-intake-token'])) {
      drainBody(request);
      onEvent(path.type ?? 'unknown', 'unauthorized');
      return refuse(response, 401, 'The header X-Intake-Token is missing or wrong.');
    }
    if (namesConnection(request.headers)) {
      // $connect keeps a client waiting: the answer does not wait for its body.
      drainBody(request);
      return settle(response, path, toHeaderEvent(path, request.headers));
    }
    const body = await readText(request);
    settle(response, path, typeof body === 'string' ? toBodyEvent(path, body) : body);
  };

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      onError(toPath(request.url), error);
      refuse(response, 500, 'This event could not be taken in; the log says why.');
    });
  };
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  setHeaders(response);
  say(response, status, sentence);
}
