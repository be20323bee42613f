import fc from 'fast-check';
import type { ConnectionEvent } from '../../src/core/websocket-event.ts';
import { createIntakeApp } from '../../src/intake/app.ts';
import { INTAKE_LIMITS } from '../../src/server/limits.ts';
import { listen } from '../../src/server/listen.ts';
import { type Bytes, mutated, toBuffer, toBytes } from '../mutations.ts';
import { converse, descriptors, judgeDescriptors, statusesOf } from '../sockets.ts';
import { createTarget } from '../target.ts';
import { EVIL_ID, FORGERIES, forgery, TRUE_ID, unescaped } from './forgeries.ts';

const TOKEN = 'a-token';

interface Input {
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Bytes;
  /** The id that alone may be taken, where a client wrote into the request; null where it has only to stand in it. */
  readonly id: string | null;
}

const paths = fc.constantFrom(
  '/websocket',
  '/websocket/connect',
  '/websocket/disconnect',
  '/websocket/message',
);
const types = fc.constantFrom('CONNECT', 'DISCONNECT', 'MESSAGE', 'connect', '', '$default');

/** Templates of API Gateway that put what a client sends between quotes, unescaped, before, behind or around the true id. */
const TEMPLATES: readonly ((written: string, type: string) => string)[] = [
  (written, type) => `{"connectionId":"${TRUE_ID}","eventType":"${type}","params":"${written}"}`,
  (written, type) => `{"params":"${written}","eventType":"${type}","connectionId":"${TRUE_ID}"}`,
  (written) => `{"connectionId":"${TRUE_ID}","params":{"querystring":{"a":"${written}"}},"stage":"prod"}`,
  (written) => `{"params":{"querystring":{"${written}":"x"}},"connectionId":"${TRUE_ID}"}`,
  (written, type) =>
    `{"requestContext":{"connectionId":"${TRUE_ID}","eventType":"${type}"},"queryStringParameters":{"a":"${written}"}}`,
  (written) => `{"headers":{"a":"${written}"},"requestContext":{"connectionId":"${TRUE_ID}"}}`,
];

const forged = fc.tuple(paths, fc.constantFrom(...TEMPLATES), forgery, types).map(
  ([path, template, written, type]): Input => ({
    path,
    headers: [],
    body: toBytes(template(written, type)),
    id: TRUE_ID,
  }),
);

const mapped = fc
  .tuple(
    paths,
    types,
    fc.oneof(forgery, fc.constant(`{"connectionId":"${EVIL_ID}"}`), fc.string({ unit: 'binary' })),
  )
  .map(
    ([path, type, message]): Input => ({
      path,
      headers: [
        `ConnectionId: ${TRUE_ID}`,
        `EventType: ${type}`,
        'ApiId: a1b2c3d4e5',
        'ConnectedAt: 1790295783782',
      ],
      body: toBytes(message),
      id: TRUE_ID,
    }),
  );

const proxied = fc
  .tuple(
    paths,
    types,
    fc.dictionary(fc.constantFrom('connectionId', 'requestContext', 'a'), forgery),
    forgery,
  )
  .map(([path, eventType, fromClient, body]): Input => {
    const requestContext = { connectionId: TRUE_ID, eventType, apiId: 'a1b2c3d4e5', stage: 'prod' };
    const event = {
      headers: fromClient,
      queryStringParameters: fromClient,
      requestContext,
      body,
      isBase64Encoded: false,
    };
    return { path, headers: [], body: toBytes(JSON.stringify(event)), id: TRUE_ID };
  });

const wholes = fc.constantFrom(...TEMPLATES.map((template) => template('', 'CONNECT'))).map(toBytes);
const changed = Object.entries(mutated(wholes, FORGERIES)).map(
  ([kind, bodies]) =>
    [
      kind,
      fc.tuple(paths, bodies).map(([path, body]): Input => ({ path, headers: [], body, id: null })),
    ] as const,
);

const HEADERS = [
  ...[
    'Content-Encoding: gzip',
    'Content-Encoding: identity',
    'Expect: 100-continue',
    'ConnectionId: ',
    'ConnectionId: a,b',
  ],
  ...[
    `ConnectionId: ${TRUE_ID}`,
    'ConnectionId: ..',
    'ConnectionId: \xff',
    `ConnectionId: ${'a'.repeat(129)}`,
    'EventType: X',
  ],
  ...[
    'X-Intake-Token: wrong',
    'ConnectedAt: -1',
    'ConnectedAt: NaN',
    'Content-Type: text/plain',
    'Stage: \x7f',
    'Cookie: a',
  ],
];
const headed = fc
  .tuple(paths, fc.array(fc.constantFrom(...HEADERS), { maxLength: 5 }), wholes)
  .map(([path, headers, body]): Input => ({ path, headers, body, id: null }));
const sized = fc.tuple(paths, fc.integer({ min: 65_400, max: 65_700 })).map(
  ([path, length]): Input => ({
    path,
    headers: [],
    body: `{"connectionId":"A=","a":"${'x'.repeat(length)}"}`,
    id: null,
  }),
);

const ALLOWED: ReadonlySet<number> = new Set([200, 400, 401, 413]);

/** Events over real HTTP, in all three shapes, and what clients can write into them. */
export const intake = createTarget<Input>({
  name: 'intake',
  inputs: { forged, mapped, proxied, headers: headed, size: sized, ...Object.fromEntries(changed) },
  async open() {
    const before = descriptors();
    const taken: ConnectionEvent[] = [];
    const heard: string[] = [];
    const failed: unknown[] = [];
    const app = createIntakeApp({
      tokens: [TOKEN],
      take(event) {
        taken.push(event);
        return 'accepted';
      },
      onEvent: (_, result) => void heard.push(result),
      onError: (_, error) => void failed.push(error),
    });
    const { urls, close } = await listen(app, [{ host: '127.0.0.1', port: 0 }], {
      limits: INTAKE_LIMITS,
      onUnreadable: () => void heard.push('unreadable'),
    });
    const port = Number(new URL(urls[0] ?? '').port);
    return {
      async judge(input) {
        for (const list of [taken, heard, failed]) list.length = 0;
        const received = await converse(port, { pieces: [toRequest(input)], pauseMs: 0, ending: 'read' });
        const [status = 0, second] = statusesOf(received).filter((status) => status !== 100);
        if (failed.length > 0) throw failed[0];
        if (second !== undefined) throw new Error(`two answers: ${status} and ${second}`);
        if (!ALLOWED.has(status)) throw new Error(`answered with ${status}: ${received.slice(0, 300)}`);
        if (heard.length !== 1) throw new Error(`heard of ${heard.length} times, as ${heard}`);
        judgeEvents(taken, status, input);
      },
      async close() {
        await close();
        await judgeDescriptors(before);
      },
    };
  },
});

function toRequest({ path, headers, body }: Input): Bytes {
  const token = headers.some((header) => header.startsWith('X-Intake-Token'))
    ? []
    : [`X-Intake-Token: ${TOKEN}`];
  const lines = ['Host: a', 'Connection: close', ...token, ...headers, `Content-Length: ${body.length}`];
  return `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

function judgeEvents(taken: readonly ConnectionEvent[], status: number, { body, headers, id }: Input): void {
  if (taken.length !== (status === 200 ? 1 : 0))
    throw new Error(`${status}, and ${taken.length} events taken`);
  const [event] = taken;
  if (!event) return;
  const { connectionId, connectedAt } = event;
  if (id !== null && connectionId !== id) throw new Error(`${connectionId} was taken, and ${id} is true`);
  const said = unescaped(`${headers.join('\n')}\n${toBuffer(body)}`);
  if (!said.includes(connectionId)) throw new Error(`${connectionId} was taken, which nobody said`);
  if (connectedAt !== undefined && !(Number.isInteger(connectedAt) && connectedAt >= 0))
    throw new Error(`connected at ${connectedAt}`);
}
