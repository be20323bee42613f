import { Agent, get, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { toListenAddress } from '../../src/fields/listen-address.ts';
import { INTAKE_LIMITS } from '../../src/server/limits.ts';
import { listen } from '../../src/server/listen.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { openRaw } from '../support/raw-client.ts';

const ANY = { host: '127.0.0.1', port: 0 };
const hello: RequestListener = (_request, response) => void response.end('hello');

test.each([
  [':10176', undefined, 10_176],
  ['0.0.0.0:9100', '0.0.0.0', 9_100],
  ['[::1]:9100', '::1', 9_100],
  ['[::]:0', '::', 0],
  ['localhost:0', 'localhost', 0],
  ['my-host_1.example.com:65535', 'my-host_1.example.com', 65_535],
])('%s is host %s and port %i', (text, host, port) => {
  expect(toListenAddress(text)).toEqual({ host, port });
});

test.each([
  ['', 'expected host:port, [IPv6]:port or :port'],
  ['10176', 'expected host:port, [IPv6]:port or :port'],
  ['::1:9100', 'expected host:port, [IPv6]:port or :port'],
  ['[::1]', 'expected host:port, [IPv6]:port or :port'],
  [':', 'the port must be a number from 0 to 65535'],
  [':http', 'the port must be a number from 0 to 65535'],
  [':65536', 'the port must be a number from 0 to 65535'],
  [':-1', 'the port must be a number from 0 to 65535'],
  ['[localhost]:1', 'localhost is no IPv6 address'],
  ['[]:1', 'nothing is no IPv6 address'],
  ['http//x:1', 'http//x is no host name'],
  ['a b:1', 'a b is no host name'],
])('%j is no listen address', (text, problem) => {
  expect(toListenAddress(text)).toBe(`${JSON.stringify(text)} is not a listen address: ${problem}`);
});

test('every address answers at its URL', async () => {
  const { urls, close } = await listen(hello, [ANY, { host: undefined, port: 0 }]);
  expect(urls).toHaveLength(2);
  expect(urls[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(urls[1]).toMatch(/^http:\/\/localhost:\d+$/);
  for (const url of urls) expect(await (await fetch(url)).text()).toBe('hello');
  await close();
  for (const url of urls) await expect(fetch(url)).rejects.toThrow();
});

test('an address in use is named, and the addresses before it are given back', async () => {
  const holder = await listen(hello, [ANY]);
  const free = await listen(hello, [ANY]);
  const [taken = 0, freed = 0] = [holder, free].map(({ urls }) => Number(new URL(urls[0] ?? '').port));
  await free.close();
  const addresses = [freed, taken].map((port) => ({ host: '127.0.0.1', port }));
  await expect(listen(hello, addresses)).rejects.toThrow(
    `cannot listen on 127.0.0.1:${taken}: another process listens there already`,
  );
  const again = await listen(hello, [{ host: '127.0.0.1', port: freed }]);
  await again.close();
  await holder.close();
});

test('close ends idle connections at once', async () => {
  const clock = createHandClock();
  const { urls, close } = await listen(hello, [ANY], { clock });
  const agent = new Agent({ keepAlive: true });
  const ended = new Promise<void>((resolve) => {
    get(urls[0] ?? '', { agent }, (response) => {
      response.socket.once('close', resolve);
      response.resume().once('end', () => void close());
    });
  });
  await ended;
  agent.destroy();
});

test('close lets a busy connection have its answer, and ends it then', async () => {
  let answer = () => {};
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const { urls, close } = await listen(
    (_request, response) => {
      answer = () => void response.end('late');
      begin();
    },
    [ANY],
    { clock: createHandClock() },
  );
  const response = fetch(urls[0] ?? '');
  await begun;
  const closed = close();
  answer();
  expect(await (await response).text()).toBe('late');
  await closed;
});

test('close cuts a connection that is still busy after the grace', async () => {
  const clock = createHandClock();
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const { urls, close } = await listen(() => begin(), [ANY], { clock });
  const response = fetch(urls[0] ?? '');
  response.catch(() => {});
  await begun;
  const closed = close();
  await clock.advance(2_000);
  await expect(response).rejects.toThrow();
  await closed;
});

test('a connection that has sent nothing does not hold up close', async () => {
  const { urls, close } = await listen(hello, [ANY], { clock: createHandClock() });
  const socket = connect(Number(new URL(urls[0] ?? '').port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  await fetch(urls[0] ?? '');
  const ended = new Promise((resolve) => socket.once('close', resolve).resume());
  await close();
  await ended;
});

/** Opens so many connections; resolves when each is open or was refused. */
async function openSockets(url: string, count: number, sent = ''): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(Number(new URL(url).port), '127.0.0.1'));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.on('error', () => {}).once('close', () => resolve());
          socket.once('connect', () => (sent === '' ? resolve() : socket.write(sent, () => resolve())));
          socket.resume();
        }),
    ),
  );
  return sockets;
}

test.each([
  ['nothing', ''],
  ['half of their headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ['a request and keep the connection', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
])('600 idle connections that sent %s keep nobody out', async (_what, sent) => {
  const { urls, close } = await listen(hello, [ANY]);
  const url = urls[0] ?? '';
  const sockets = [...(await openSockets(url, 300, sent)), ...(await openSockets(url, 300, sent))];
  for (let n = 0; n < 10; n += 1) {
    const response = await fetch(url, { headers: { connection: 'close' } });
    expect([response.status, await response.text()]).toEqual([200, 'hello']);
  }
  expect(sockets.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(384);
  await close();
});

test('busy connections do not make room for idle ones', async () => {
  const answers: (() => void)[] = [];
  const { urls, close } = await listen(
    (_request, response) => void answers.push(() => response.end('late')),
    [ANY],
  );
  const url = urls[0] ?? '';
  const busy = fetch(url);
  while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await openSockets(url, 600);
  for (const answer of answers) answer();
  expect(await (await busy).text()).toBe('late');
  await close();
});

const closing = (socket: Socket | undefined) =>
  socket?.closed ? undefined : new Promise((resolve) => socket?.once('close', resolve));

test('past the idle connections allowed, the one idle longest makes room', async () => {
  const { urls, close } = await listen(hello, [ANY], { limits: { ...INTAKE_LIMITS, maxIdle: 2 } });
  onTestFinished(close);
  const [first] = await openSockets(urls[0] ?? '', 1);
  const others = await openSockets(urls[0] ?? '', 2);
  await closing(first);
  expect(others.map(({ closed }) => closed)).toEqual([false, false]);
});

test('past the idle connections allowed, an address that has few keeps them', async () => {
  const { urls, close } = await listen(hello, [ANY], { limits: { ...INTAKE_LIMITS, maxIdle: 3 } });
  onTestFinished(close);
  const url = urls[0] ?? '';
  const kept = await openRaw(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', { from: '127.0.0.2' });
  await kept.until(/hello$/);
  const others = await openSockets(url, 6);
  for (const socket of others.slice(0, 4)) await closing(socket);
  kept.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await kept.until(/hello[\s\S]*hello$/);
  expect(kept.received().split('hello')).toHaveLength(3);
});

test('past the connections allowed, one more is closed', async () => {
  const { urls, close } = await listen(() => {}, [ANY], { limits: { ...INTAKE_LIMITS, maxConnections: 2 } });
  onTestFinished(close);
  const busy = await openSockets(urls[0] ?? '', 2, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [more] = await openSockets(urls[0] ?? '', 1);
  await closing(more);
  expect(busy.map(({ closed }) => closed)).toEqual([false, false]);
});

test.each([
  ['its headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ['its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf'],
])('a request that does not end %s in time is cut off', async (_what, sent) => {
  const limits = { ...INTAKE_LIMITS, headersMs: 50, requestMs: 50, checkMs: 10 };
  const { urls, close } = await listen(() => {}, [ANY], { limits });
  onTestFinished(close);
  const [socket] = await openSockets(urls[0] ?? '', 1, sent);
  const received: string[] = [];
  socket?.setEncoding('latin1').on('data', (chunk: string) => received.push(chunk));
  await closing(socket);
  expect(received.join('')).toContain('HTTP/1.1 408 ');
});

test('a connection that is silent for too long is closed', async () => {
  const { urls, close } = await listen(() => {}, [ANY], { limits: { ...INTAKE_LIMITS, silenceMs: 50 } });
  onTestFinished(close);
  for (const sent of ['', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n']) {
    const [socket] = await openSockets(urls[0] ?? '', 1, sent);
    await closing(socket);
    expect(socket?.closed).toBe(true);
  }
});

test('only an answer that its reader does not take at once is waited for', async () => {
  const clock = createHandClock();
  const waits: number[] = [];
  const after: typeof clock.after = (ms, fn) => {
    waits.push(ms);
    return clock.after(ms, fn);
  };
  const app: RequestListener = ({ url }, response) =>
    void response.end(url === '/long' ? 'x'.repeat(8 * 1024 * 1024) : 'x');
  const { urls, close } = await listen(app, [ANY], { clock: { ...clock, after }, limits: INTAKE_LIMITS });
  onTestFinished(close);
  for (let n = 0; n < 3; n += 1) expect(await (await fetch(urls[0] ?? '')).text()).toBe('x');
  expect(waits).toEqual([]);
  const slow = await openRaw(urls[0] ?? '', 'GET /long HTTP/1.1\r\nHost: x\r\n\r\n');
  await slow.until(/^HTTP\/1\.1 200 OK/);
  expect(waits).toEqual([INTAKE_LIMITS.answerMs]);
});
