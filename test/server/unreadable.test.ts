import { once } from 'node:events';
import { maxHeaderSize, type RequestListener } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createIntakeApp } from '../../src/intake/app.ts';
import { createApp } from '../../src/server/app.ts';
import type { ConnectionsOptions } from '../../src/server/connections.ts';
import { SCRAPE_LIMITS } from '../../src/server/limits.ts';
import { listen } from '../../src/server/listen.ts';
import { quietRoutes } from '../support/quiet-routes.ts';
import { openRaw, PROXY_V1, PROXY_V2, PROXY_V2_LOCAL } from '../support/raw-client.ts';

const REQUEST = 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n';
const SECURITY = ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cache-control'];

const metricsApp = createApp(quietRoutes(systemClock));
const intakeApp = createIntakeApp({
  tokens: undefined,
  take: () => 'accepted',
  onEvent: () => {},
  onError: () => {},
});

/** A port that ends with the test, and the kinds of what it could not read. */
async function open(app: RequestListener = metricsApp, options: Partial<ConnectionsOptions> = {}) {
  const kinds: string[] = [];
  const onUnreadable: ConnectionsOptions['onUnreadable'] = ({ kind }, from) => kinds.push(`${kind} ${from}`);
  const { urls, close } = await listen(app, [{ host: '127.0.0.1', port: 0 }], { onUnreadable, ...options });
  onTestFinished(close);
  return { url: urls[0] ?? '', kinds };
}

function toAnswer(text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [status, ...lines] = head.split('\r\n');
  const headers = new Map(lines.map((line) => [line.split(': ')[0]?.toLowerCase(), line.split(': ')[1]]));
  return { status, headers, body };
}

const PROXY = 'and HTTP is expected without it';
const cases: [kind: string, sent: string | Uint8Array, status: string, sentence: string][] = [
  ['proxy_protocol_v2', PROXY_V2, '400 Bad Request', `The bytes look like the PROXY protocol v2, ${PROXY}.`],
  [
    'proxy_protocol_v2',
    Buffer.concat([PROXY_V2, Buffer.from(REQUEST)]),
    '400 Bad Request',
    'on a Network Load Balancer, set proxy_protocol_v2.enabled of the target group to false.',
  ],
  ['proxy_protocol_v2', PROXY_V2_LOCAL, '400 Bad Request', 'The bytes look like the PROXY protocol v2,'],
  [
    'proxy_protocol_v1',
    PROXY_V1 + REQUEST,
    '400 Bad Request',
    `The bytes look like the PROXY protocol v1, ${PROXY}.`,
  ],
  [
    'tls',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    '400 Bad Request',
    'Write http:// instead of https://',
  ],
  ['http2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 Bad Request', 'this port speaks HTTP/1.1.'],
  [
    'headers_too_large',
    `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(200_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
    'The headers of the request are larger than 16 KiB together.',
  ],
  [
    'no_host',
    'GET / HTTP/1.1\r\n\r\n',
    '400 Bad Request',
    'The request is of HTTP/1.1 and has no header Host.',
  ],
  [
    'unknown_method',
    'FOO / HTTP/1.1\r\nHost: x\r\n\r\n',
    '501 Not Implemented',
    'Set GET or POST in the client',
  ],
  ['unknown_method', 'get /?a HTTP/1.0\r\n\r\n', '501 Not Implemented', 'methods are in capitals.'],
  [
    'connect',
    'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n',
    '501 Not Implemented',
    'Find out who takes this port for a proxy.',
  ],
  ['connect', 'CONNECT 10.0.0.1:22 HTTP/1.0\r\n\r\nSSH-2.0-x\r\n', '501 Not Implemented', 'CONNECT'],
  ['other', 'FOO bar baz\r\n\r\n', '400 Bad Request', 'The bytes are no whole request of HTTP/1.1.'],
  ['other', 'SSH-2.0-OpenSSH_9.2\r\n', '400 Bad Request', 'The bytes are no whole request of HTTP/1.1.'],
  ['other', '\0\x01\x02', '400 Bad Request', 'somebody who scans ports.'],
  ['other', 'GET / HTTP/7.0\r\n\r\n', '400 Bad Request', 'The bytes are no whole request of HTTP/1.1.'],
];

test.each(cases)(
  '%s (%#) is heard of once, and answered with a sentence',
  async (kind, sent, status, sentence) => {
    for (const app of [metricsApp, intakeApp]) {
      const { url, kinds } = await open(app);
      const ordinary = await fetch(`${url}/nothing`);
      const client = await openRaw(url, sent);
      const answer = toAnswer(await client.until(/\n$/));
      client.socket.end('more\r\n\r\n');
      await client.closed;
      expect(answer.status).toBe(`HTTP/1.1 ${status}`);
      expect(answer.body).toContain(sentence);
      expect(answer.headers.get('connection')).toBe('close');
      expect(answer.headers.get('content-length')).toBe(String(answer.body.length));
      for (const name of ['content-type', ...SECURITY])
        expect([name, answer.headers.get(name)]).toEqual([name, ordinary.headers.get(name)]);
      expect(kinds).toEqual([`${kind} 127.0.0.1`]);
    }
  },
);

test('headers that never end are answered 408, and heard of', async () => {
  const { url, kinds } = await open(metricsApp, {
    limits: { ...SCRAPE_LIMITS, headersMs: 50, requestMs: 50, checkMs: 10 },
  });
  for (const sent of ['GET / HTTP/1.1\r\nHost: x\r\n', 'GET']) {
    const answer = toAnswer(await (await openRaw(url, sent)).closed);
    expect([answer.status, answer.headers.get('x-content-type-options')]).toEqual([
      'HTTP/1.1 408 Request Timeout',
      'nosniff',
    ]);
    expect(answer.body).toContain('The headers of the request did not end in time.');
  }
  expect(kinds).toEqual(Array(2).fill('headers_too_slow 127.0.0.1'));
});

test('a connection without a byte is nothing, however it ends', async () => {
  const { url, kinds } = await open(metricsApp, {
    limits: { ...SCRAPE_LIMITS, headersMs: 50, requestMs: 50, checkMs: 10 },
  });
  const [ending, resetting, waiting] = [await openRaw(url), await openRaw(url), await openRaw(url)];
  ending.socket.end();
  resetting.socket.resetAndDestroy();
  expect([await ending.closed, await resetting.closed, await waiting.closed]).toEqual(['', '', '']);
  expect(kinds).toEqual([]);
});

test('a connection that ends or is reset after a request, or in its body, is nothing', async () => {
  const { url, kinds } = await open();
  for (const sent of [REQUEST, 'POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123']) {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const client = await openRaw(url, sent);
      await client.until(/\n$/);
      client.socket[end]();
      await client.closed;
    }
  }
  // Whoever closes last has been heard once another connection has been answered.
  await fetch(`${url}/nothing`);
  expect(kinds).toEqual([]);
});

test('half a request that ends is no whole one', async () => {
  const { url, kinds } = await open();
  const client = await openRaw(url, 'GET / HTTP/1.1\r\nHo');
  client.socket.end();
  expect(toAnswer(await client.closed).status).toBe('HTTP/1.1 400 Bad Request');
  expect(kinds).toEqual(['other 127.0.0.1']);
});

test('the PROXY protocol v2 is known by the rest of its signature too', async () => {
  const { url, kinds } = await open();
  const client = await openRaw(url, PROXY_V2.subarray(0, 4));
  // The answer to another connection shows that the first bytes have been read.
  await fetch(`${url}/-/healthy`);
  client.socket.write(PROXY_V2.subarray(4));
  await client.closed;
  expect(kinds).toEqual(['proxy_protocol_v2 127.0.0.1']);
});

test('what follows a request and is none is refused in its turn', async () => {
  const answers: (() => void)[] = [];
  const { url, kinds } = await open((_request, response) => void answers.push(() => response.end('late')));
  const client = await openRaw(url, `${REQUEST}nonsense\r\n\r\n`);
  while (kinds.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(client.received()).toBe('');
  for (const answer of answers) answer();
  expect(await client.closed).toMatch(
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nlateHTTP\/1\.1 400 Bad Request\r\n/,
  );
  expect(kinds).toEqual(['other 127.0.0.1']);
});

test('what asks for a way to somewhere else after a request is refused in its turn', async () => {
  const { url, kinds } = await open();
  const client = await openRaw(url, `${REQUEST}CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n`);
  expect(await client.closed).toMatch(/^HTTP\/1.1 200 OK.*HTTP\/1.1 501 Not Implemented/s);
  expect(kinds).toEqual(['connect 127.0.0.1']);
});

test('a body that is broken is heard of by nobody but who reads it, and answered with a sentence', async () => {
  const { url, kinds } = await open(() => {});
  const client = await openRaw(
    url,
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n',
  );
  const answer = toAnswer(await client.closed);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([
    'HTTP/1.1 400 Bad Request',
    'no-store',
  ]);
  expect(answer.body).toContain('The body of the request is not as its headers say.');
  expect(kinds).toEqual([]);
});

test('an expectation that nobody knows is no reason to refuse', async () => {
  const { url, kinds } = await open();
  const client = await openRaw(url, 'GET /-/healthy HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n');
  expect(await client.until(/\n$/)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(kinds).toEqual([]);
});

test('HTTP/1.0 needs no Host', async () => {
  const { url, kinds } = await open();
  expect(await (await openRaw(url, 'GET /-/healthy HTTP/1.0\r\n\r\n')).closed).toMatch(
    /^HTTP\/1\.1 200 OK\r\n/,
  );
  expect(kinds).toEqual([]);
});

test('a TLS client and an HTTP/2 client with prior knowledge are ended at once', async () => {
  const { url, kinds } = await open();
  const port = Number(new URL(url).port);
  const tls = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  const [tlsError] = await once(tls, 'error');
  expect(tlsError.code).toBe('ERR_SSL_WRONG_VERSION_NUMBER');
  const http2 = connectHttp2(url);
  const request = http2.request({ ':path': '/metrics' });
  request.on('error', () => {});
  const [http2Error] = await once(http2, 'error');
  expect(http2Error.code).toBe('ERR_HTTP2_ERROR');
  expect(kinds).toEqual(['tls 127.0.0.1', 'http2 127.0.0.1']);
});

test('a client that goes on sending after its refusal is cut', async () => {
  const { url, kinds } = await open();
  const client = await openRaw(url, 'nonsense\r\n\r\n');
  const more = setInterval(() => client.socket.write('nonsense\r\n\r\n'), 5);
  onTestFinished(() => clearInterval(more));
  expect(toAnswer(await client.closed).status).toBe('HTTP/1.1 400 Bad Request');
  expect(kinds).toEqual(['other 127.0.0.1']);
});

test('the limit that is told for headers is that of Node.js', async () => {
  const { url, kinds } = await open();
  const status = async (length: number) => {
    const client = await openRaw(
      url,
      `GET /-/healthy HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(length)}\r\n\r\n`,
    );
    return (await client.until(/\n$/)).slice(0, 12);
  };
  expect([await status(maxHeaderSize - 200), await status(maxHeaderSize)]).toEqual([
    'HTTP/1.1 200',
    'HTTP/1.1 431',
  ]);
  expect(kinds).toEqual(['headers_too_large 127.0.0.1']);
});
