import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { ConnectionEvent, Taken } from '../../src/core/websocket-event.ts';
import { createIntakeApp } from '../../src/intake/app.ts';
import { INTAKE_LIMITS } from '../../src/server/limits.ts';
import { listen } from '../../src/server/listen.ts';

const [ID, OTHER_ID] = ['L0SM9cOFvHcCIhw=', 'gbgBR89uMQAYKEiZJA=='];
const TOKEN = 'correct horse';
const TEMPLATE = JSON.stringify({
  connectionId: ID,
  domain: 'ws.example.com',
  stage: 'prod',
  params: '{a=b}',
});
const PROXY_EVENT = JSON.stringify({
  requestContext: { connectionId: ID, eventType: 'CONNECT', domainName: 'ws.example.com', stage: 'prod' },
});
const FORGED = JSON.stringify({ connectionId: OTHER_ID, requestContext: { connectionId: OTHER_ID } });

/** An intake on a real port, with what it took and counted; it ends with the test. */
async function start(
  options: { token?: string; take?: () => Taken; limits?: Partial<typeof INTAKE_LIMITS> } = {},
) {
  const taken: ConnectionEvent[] = [];
  const counted: string[] = [];
  const errors: unknown[] = [];
  const app = createIntakeApp({
    tokens: options.token === undefined ? undefined : [options.token],
    take: (event) => {
      taken.push(event);
      return options.take?.() ?? 'accepted';
    },
    onEvent: (event, result) => counted.push(`${event} ${result}`),
    onError: (path, error) => errors.push([path, error]),
  });
  const limits = { ...INTAKE_LIMITS, ...options.limits };
  const { urls, close } = await listen(app, [{ host: '127.0.0.1', port: 0 }], { limits });
  onTestFinished(close);
  const url = urls[0] ?? '';
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', ...init });
    return { status: response.status, text: await response.text() };
  };
  return { url, ask, taken, counted, errors };
}

/** The server may notice the end of a connection after its client did. */
async function until(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Opens a connection, sends these bytes, and collects what comes back. */
async function open(url: string, sent: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket
    .on('error', () => {})
    .on('data', (chunk: string) => {
      received += chunk;
    });
  const closed = once(socket, 'close').then(() => received);
  await once(socket, 'connect');
  socket.write(sent);
  return {
    socket,
    /** All that came until the connection was closed. */
    closed,
    /** Resolves when so many answers have come. */
    async answers(count: number) {
      while (received.split('HTTP/1.1 ').length <= count) await once(socket, 'data');
      return received;
    },
  };
}

test.each([
  ['headers', { headers: { connectionid: ID, eventtype: 'CONNECT' } }],
  ['a template', { body: JSON.stringify({ ...JSON.parse(TEMPLATE), eventType: 'CONNECT' }) }],
  ['a Lambda proxy event', { body: PROXY_EVENT }],
])('%s at every path: 200 without a body where the type agrees', async (_shape, init) => {
  const { ask, taken, counted } = await start();
  for (const path of ['/websocket/connect', '/websocket', '/websocket/connect?a=/b#c'])
    expect(await ask(path, init)).toEqual({ status: 200, text: '' });
  expect(await ask('/websocket/disconnect', init)).toMatchObject({ status: 400 });
  expect(await ask('/websocket/message', init)).toMatchObject({ status: 400 });
  expect(taken.map(({ type, connectionId }) => [type, connectionId])).toEqual(Array(3).fill(['connect', ID]));
  const refused = ['disconnect unreadable', 'message unreadable'];
  expect(counted).toEqual([...Array(3).fill('connect accepted'), ...refused]);
});

test('the host may stand in the request target, as it does where a proxy is asked', async () => {
  const { url, taken } = await start();
  const target = 'http://user@[::1]:10177/websocket/connect?a';
  const client = await open(url, `POST ${target} HTTP/1.1\r\nHost: x\r\nConnectionId: ${ID}\r\n\r\n`);
  expect(await client.answers(1)).toContain('HTTP/1.1 200 OK');
  expect(taken.map(({ type }) => type)).toEqual(['connect']);
});

test.each(['accepted', 'over_capacity', 'unroutable'] as const)('%s: 200, and counted so', async (result) => {
  const { ask, counted } = await start({ take: () => result });
  expect(await ask('/websocket/message', { body: TEMPLATE })).toEqual({ status: 200, text: '' });
  expect(counted).toEqual([`message ${result}`]);
});

test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
  '%s is as good as POST',
  async (method) => {
    const { ask, taken } = await start();
    const headers = { ConnectionId: OTHER_ID };
    expect(await ask('/websocket/connect', { method, headers })).toEqual({ status: 200, text: '' });
    expect(await ask('/websocket', { method })).toMatchObject({ status: 400 });
    expect(taken.map(({ connectionId }) => connectionId)).toEqual([OTHER_ID]);
  },
);

test('a GET with a body, a chunked body and no Content-Type are all read', async () => {
  const { url, taken } = await start();
  const bodies = [
    `GET /websocket/connect HTTP/1.1\r\nHost: x\r\nContent-Length: ${TEMPLATE.length}\r\n\r\n${TEMPLATE}`,
    `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `5\r\n${TEMPLATE.slice(0, 5)}\r\n${(TEMPLATE.length - 5).toString(16)}\r\n${TEMPLATE.slice(5)}\r\n0\r\n\r\n`,
  ];
  const client = await open(url, bodies.join(''));
  expect(await client.answers(2)).toMatch(/^(HTTP\/1\.1 200 OK\r\n(?!HTTP)[\s\S]*?\r\n\r\n){2}$/);
  expect(taken.map(({ connectionId }) => connectionId)).toEqual([ID, ID]);
});

test('HEAD is answered without a body, and Expect: 100-continue is continued', async () => {
  const { url, taken } = await start();
  const head = await open(url, `HEAD /websocket/connect HTTP/1.1\r\nHost: x\r\nConnectionId: ${ID}\r\n\r\n`);
  expect(await head.answers(1)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
  const expecting = await open(
    url,
    `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${TEMPLATE.length}\r\n\r\n`,
  );
  expect(await expecting.answers(1)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  expecting.socket.write(TEMPLATE);
  expect(await expecting.answers(2)).toContain('HTTP/1.1 200 OK');
  expect(taken).toHaveLength(2);
});

test('the answer has only the headers that HTTP needs', async () => {
  const { url } = await start();
  const { headers } = await fetch(`${url}/websocket/connect`, { headers: { ConnectionId: ID } });
  expect([...headers.keys()].sort()).toEqual(['connection', 'content-length', 'date', 'keep-alive']);
});

test.each([
  '/',
  '/metrics',
  '/-/healthy',
  '/websocket/',
  '/websocket/connect/',
  '/WEBSOCKET',
  '/websocket%2Fconnect',
])('nothing else is served: %s', async (path) => {
  const { ask, taken, counted } = await start({ token: TOKEN });
  expect(await ask(path, { headers: { 'X-Intake-Token': TOKEN, ConnectionId: ID } })).toEqual({
    status: 404,
    text: 'Only events of connections are taken here, at /websocket, /websocket/connect, /websocket/disconnect and /websocket/message.\n',
  });
  expect([taken, counted]).toEqual([[], []]);
});

test.each(['*', 'http://[/websocket', '//websocket', '/%', 'x'])(
  'the request target %s does no harm',
  async (target) => {
    const { url, counted, errors } = await start();
    const client = await open(url, `OPTIONS ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(await client.closed).toMatch(/^HTTP\/1\.1 (400 |404 [\s\S]*\r\n\r\nOnly events of connections)/);
    expect([counted, errors]).toEqual([[], []]);
  },
);

test.each([undefined, '', 'wrong', `${TOKEN} `.repeat(2), TOKEN.toUpperCase()])(
  'with the token %j: 401, and nothing is read',
  async (given) => {
    const { ask, taken, counted } = await start({ token: TOKEN });
    const headers = given === undefined ? {} : { 'X-Intake-Token': given };
    const refusal = { status: 401, text: 'The header X-Intake-Token is missing or wrong.\n' };
    expect(await ask('/websocket/connect', { headers: { ...headers, ConnectionId: ID } })).toEqual(refusal);
    expect(await ask('/websocket', { headers, body: PROXY_EVENT })).toEqual(refusal);
    expect(taken).toEqual([]);
    expect(counted).toEqual(['connect unauthorized', 'unknown unauthorized']);
  },
);

test('with the token: taken; a token may hold any character', async () => {
  for (const token of [TOKEN, 'pässwörd']) {
    const { ask, counted } = await start({ token });
    const headers = { 'X-Intake-Token': Buffer.from(token).toString('latin1') };
    expect(await ask('/websocket/connect', { headers, body: TEMPLATE })).toEqual({ status: 200, text: '' });
    expect(counted).toEqual(['connect accepted']);
  }
});

test('with the header ConnectionId the body counts for nothing', async () => {
  const { ask, taken, counted } = await start();
  const connectionIds = { connectionid: ID };
  for (const body of [FORGED, '{', gzipSync(FORGED), 'x'.repeat(200_000)])
    expect(await ask('/websocket/message', { headers: connectionIds, body })).toEqual({
      status: 200,
      text: '',
    });
  expect(taken.map(({ connectionId }) => connectionId)).toEqual(Array(4).fill(ID));
  expect(counted).toEqual(Array(4).fill('message accepted'));
});

test.each(['', ' ', `${ID}\r\nconnectionid: ${OTHER_ID}`, '../x'])(
  'a header ConnectionId that is %j is refused, and the body does not stand in for it',
  async (value) => {
    const { url, taken, counted } = await start();
    const client = await open(
      url,
      `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nConnectionId: ${value}\r\n` +
        `Connection: close\r\nContent-Length: ${TEMPLATE.length}\r\n\r\n${TEMPLATE}`,
    );
    expect(await client.closed).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*The header ConnectionId is not a connection id/,
    );
    expect([taken, counted]).toEqual([[], ['connect unreadable']]);
  },
);

test('with the header ConnectionId the answer does not wait for the body', async () => {
  const { url, taken } = await start();
  const client = await open(
    url,
    `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nConnectionId: ${ID}\r\nContent-Length: 9\r\n\r\n`,
  );
  expect(await client.answers(1)).toContain('HTTP/1.1 200 OK');
  client.socket.write(
    `123456789GET /websocket/connect HTTP/1.1\r\nHost: x\r\nConnectionId: ${OTHER_ID}\r\n\r\n`,
  );
  await client.answers(2);
  expect(taken.map(({ connectionId }) => connectionId)).toEqual([ID, OTHER_ID]);
});

test.each([
  ['taken by its header', `/websocket/connect HTTP/1.1\r\nConnectionId: ${ID}`, 200],
  ['for another path', '/other HTTP/1.1', 404],
  ['that is too long to be read', '/websocket/connect HTTP/1.1', 413],
])('of a request %s 256 KiB are drained, and no more', async (_what, head, status) => {
  const { url } = await start();
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const send = async (bytes: number) => {
    const [line, ...more] = head.split('\r\n');
    const client = await open(
      url,
      [`POST ${line}`, 'Host: x', ...more, `Content-Length: ${bytes}`, '', ''].join('\r\n'),
    );
    if (status !== 413) await client.answers(1);
    for (let left = bytes; left > 0; left -= chunk.length) client.socket.write(chunk.subarray(0, left));
    expect(await client.answers(1)).toContain(`HTTP/1.1 ${status} `);
    return client;
  };
  const drained = await send(256 * 1024);
  drained.socket.write('GET /websocket HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(await drained.closed).toContain('HTTP/1.1 400 ');
  const cut = await send(256 * 1024 + 1);
  expect((await cut.closed).match(/HTTP\/1\.1 /g)).toHaveLength(1);
});

test('64 KiB are read, one more is too long', async () => {
  const { ask, counted } = await start();
  const body = TEMPLATE.padEnd(64 * 1024);
  expect(await ask('/websocket/connect', { body })).toEqual({ status: 200, text: '' });
  expect(await ask('/websocket/connect', { body: `${body} ` })).toEqual({
    status: 413,
    text: 'The body is too long: expected at most 64 KiB.\n',
  });
  expect(counted).toEqual(['connect accepted', 'connect unreadable']);
});

test.each<[string, RequestInit, string]>([
  ['no body', {}, 'The request has neither a header ConnectionId nor a body.'],
  ['broken JSON', { body: `{"connectionId":"${ID}","params":{path={}}}` }, 'The body is not JSON.'],
  [
    'broken UTF-8',
    { body: Buffer.from(TEMPLATE.replace('prod', 'pr\xf6d'), 'latin1') },
    'The body is not UTF-8:',
  ],
  ['gzip', { body: gzipSync(TEMPLATE), headers: { 'content-encoding': 'gzip' } }, 'The body is compressed:'],
  ['no type', { body: TEMPLATE }, 'Neither the path nor the event says what happened:'],
  ['brackets', { body: '['.repeat(65_536) }, 'The body is not JSON.'],
])('%s is refused with a sentence that repeats nothing of it', async (_what, init, reason) => {
  const { ask, counted } = await start();
  const { status, text } = await ask('/websocket', init);
  expect(status).toBe(400);
  expect(text.startsWith(reason)).toBe(true);
  expect(text).not.toContain(ID);
  expect(counted).toEqual(['unknown unreadable']);
});

test('Content-Encoding: identity and a byte order mark are no hindrance', async () => {
  const { ask } = await start();
  const headers = { 'Content-Encoding': 'Identity' };
  expect(await ask('/websocket/connect', { body: `\ufeff${TEMPLATE}`, headers })).toMatchObject({
    status: 200,
  });
});

test('an event that cannot be taken in by our fault: 500, and heard of', async () => {
  const error = new Error('full');
  const { ask, counted, errors } = await start({
    take: () => {
      throw error;
    },
  });
  for (const init of [{ headers: { connectionid: ID } }, { body: TEMPLATE }])
    expect(await ask('/websocket/connect', init)).toEqual({
      status: 500,
      text: 'This event could not be taken in; the log says why.\n',
    });
  expect(errors).toEqual(Array(2).fill(['/websocket/connect', error]));
  expect(counted).toEqual([]);
});

test.each([
  ['half of its headers', `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nConnectionId: ${ID}\r\n`, []],
  [
    'half of its body',
    `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nContent-Length: ${TEMPLATE.length}\r\n\r\n${TEMPLATE.slice(0, 20)}`,
    ['connect unreadable'],
  ],
  [
    'its id but not its body',
    `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nConnectionId: ${ID}\r\nContent-Length: 9\r\n\r\n1234`,
    ['connect accepted'],
  ],
])('a client that sends %s and stalls is cut off', async (_what, sent, expected) => {
  const { url, counted } = await start({ limits: { headersMs: 250, requestMs: 250, checkMs: 10 } });
  const client = await open(url, sent);
  await client.closed;
  await until(() => counted.length >= expected.length);
  expect(counted).toEqual(expected);
});

test('a client that drips its body is cut off too', async () => {
  const { url, counted } = await start({ limits: { headersMs: 250, requestMs: 250, checkMs: 10 } });
  const client = await open(
    url,
    `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n`,
  );
  const drip = setInterval(() => client.socket.write('x'), 5);
  onTestFinished(() => clearInterval(drip));
  await client.closed;
  await until(() => counted.length > 0);
  expect(counted).toEqual(['connect unreadable']);
});

test('a client that leaves in the middle of its body is counted once, and nobody is kept out', async () => {
  const { url, ask, counted } = await start();
  const client = await open(
    url,
    `POST /websocket/connect HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99\r\n\r\n`,
  );
  await client.answers(1);
  client.socket.destroy();
  await until(() => counted.length > 0);
  expect(await ask('/websocket/connect', { body: TEMPLATE })).toEqual({ status: 200, text: '' });
  expect(counted).toEqual(['connect unreadable', 'connect accepted']);
});

test('ids arrive exactly once each over one connection kept alive', async () => {
  const { url, taken } = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ids = Array.from({ length: 200 }, (_, n) => `${n}${ID}`);
  const sends = ids.map((id, n) => {
    const [headers, body] =
      n % 2 ? [{ ConnectionId: id }, FORGED] : [{}, JSON.stringify({ connectionId: id })];
    const sent = request(`${url}/websocket/connect`, { method: 'POST', agent, headers }).end(body);
    return once(sent, 'response').then(([response]) => response.resume().statusCode);
  });
  expect(new Set(await Promise.all(sends))).toEqual(new Set([200]));
  expect(taken.map(({ connectionId }) => connectionId)).toEqual(ids);
});
