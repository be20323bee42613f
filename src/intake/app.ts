import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
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
import { drainBody, readBody } from './body.ts';
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

/** The event port's HTTP answers as an express application; it listens nowhere yet. */
export function createIntakeApp({ tokens, take, onEvent, onError }: Intake): Express {
  const isToken = createTokenCheck(tokens);

  const settle = (response: Response, path: EventPath, event: ConnectionEvent | Unreadable) => {
    if ('reason' in event) {
      onEvent(path.type ?? 'unknown', 'unreadable', event.reason);
      return say(response, event.status, event.reason);
    }
    onEvent(event.type, take(event));
    response.status(200).end();
  };

  const app = express();
  app.disable('etag').disable('x-powered-by');
  app.use(async (request, response) => {
    const path = toEventPath(request.path);
    if (!path) {
      drainBody(request);
      return say(
        response,
        404,
        'Only events of connections are taken here, at /websocket, /websocket/connect, /websocket/disconnect and /websocket/message.',
      );
    }
    if (!isToken(request.headers['x-intake-token'])) {
      drainBody(request);
      onEvent(path.type ?? 'unknown', 'unauthorized');
      return say(response, 401, 'The header X-Intake-Token is missing or wrong.');
    }
    if (namesConnection(request.headers)) {
      // $connect keeps a client waiting: the answer does not wait for its body.
      drainBody(request);
      return settle(response, path, toHeaderEvent(path, request.headers));
    }
    const body = await readText(request);
    settle(response, path, typeof body === 'string' ? toBodyEvent(path, body) : body);
  });
  const onFailure: ErrorRequestHandler = (error, request, response, next) => {
    onError(request.path, error);
    if (response.headersSent) return next(error);
    say(response, 500, 'This event could not be taken in; the log says why.');
  };
  app.use(onFailure);
  return app;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

async function readText(request: Request): Promise<string | Unreadable> {
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() !== 'identity') {
    drainBody(request);
    return { status: 400, reason: 'The body is compressed: expected it as it is, without Content-Encoding.' };
  }
  const body = await readBody(request);
  if (body === 'too long') return { status: 413, reason: 'The body is too long: expected at most 64 KiB.' };
  if (body === 'broken off') return { status: 400, reason: 'The body broke off before its end.' };
  try {
    return UTF8.decode(body);
  } catch {
    return { status: 400, reason: 'The body is not UTF-8: expected JSON in UTF-8.' };
  }
}

function say(response: Response, status: number, sentence: string): void {
  setHeaders(response);
  response.status(status).type('text/plain').send(`${sentence}\n`);
}
