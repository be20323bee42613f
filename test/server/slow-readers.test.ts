import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/server/app.ts';
import type { ConnectionsOptions } from '../../src/server/connections.ts';
import { INTAKE_LIMITS, SCRAPE_LIMITS } from '../../src/server/limits.ts';
import { listen } from '../../src/server/listen.ts';
import type { Routes } from '../../src/server/routes.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { openRaw, type RawClient } from '../support/raw-client.ts';
import { idle } from '../support/status-models.ts';

/** More than the system takes in for a reader that does not read. */
const LONG = 'x'.repeat(8 * 1024 * 1024);
const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

async function open(app: RequestListener, options: Partial<ConnectionsOptions> = {}) {
  const { urls, close } = await listen(app, [{ host: '127.0.0.1', port: 0 }], options);
  onTestFinished(close);
  return urls[0] ?? '';
}

function metricsApp(change: Partial<Routes>) {
  return createApp({
    clock: createHandClock(),
    telemetryPath: '/metrics',
    maxRequests: 40,
    scrape: async () => [Buffer.from('a 1\n')],
    status: () => idle,
    dashboards: async () => [{ name: 'vpn', title: 'VPN', description: '', json: `"${LONG}"` }],
    documents: { runbooks: new Map(), docs: new Map() },
    notReady: () => undefined,
    reload: async () => [],
    config: () => LONG,
    connections: () => ({ rows: [LONG] }),
    onFull: () => {},
    onError: (_path, error) => {
      throw error;
    },
    ...change,
  });
}

/** The status of a whole answer over a connection of its own, from an address of this machine. */
async function statusOf(
  url: string,
  path: string,
  { method = 'GET', from = '127.0.0.1' } = {},
): Promise<number> {
  const asked = request(`${url}${path}`, { method, localAddress: from, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  for await (const _chunk of response);
  return response.statusCode ?? 0;
}

test('slow readers of the exposition keep out no scrape, whether it comes from their address or another', async () => {
  const clock = createHandClock();
  const long = [Buffer.from(LONG)];
  let asked = 0;
  const scrape = async () => {
    asked += 1;
    return isLong ? long : [Buffer.from('a 1\n')];
  };
  let isLong = true;
  const full: string[] = [];
  const url = await open(
    metricsApp({ clock, scrape, onFull: (what, holders) => full.push(JSON.stringify([what, holders])) }),
    { clock },
  );
  const slow = await Promise.all(
    Array.from({ length: 60 }, () => openRaw(url, ask('/metrics').repeat(40), { isPaused: true })),
  );
  while (asked < 60) await setImmediate();
  isLong = false;
  for (const from of ['127.0.0.1', '127.0.0.2']) expect(await statusOf(url, '/metrics', { from })).toBe(200);
  expect(full.length).toBeGreaterThan(20);
  expect(new Set(full)).toEqual(new Set(['["scrapes",[{"address":"127.0.0.1","slots":40}]]']));
  // The oldest made room: twenty for others like them, one for the scrape that found none free.
  for (const { socket } of slow) socket.resume();
  for (const { closed } of slow.slice(0, 20)) expect((await closed).length).toBeLessThan(2 * LONG.length);
  expect(await slow.at(-1)?.until(/a 1\n/)).toMatch(/a 1\n/);
});

test('the only scrape of an address has a second to be read, before it makes room for others', async () => {
  const clock = createHandClock();
  const long = [Buffer.from(LONG)];
  const url = await open(metricsApp({ clock, scrape: async () => long, maxRequests: 2 }), { clock });
  const one = await openRaw(url, ask('/metrics'), { from: '127.0.0.1', isPaused: true });
  const other = await openRaw(url, ask('/metrics'), { from: '127.0.0.2', isPaused: true });
  while ((await statusOf(url, '/metrics', { from: '127.0.0.3' })) !== 503);
  await clock.advance(999);
  expect(await statusOf(url, '/metrics', { from: '127.0.0.3' })).toBe(503);
  await clock.advance(1);
  expect(await statusOf(url, '/metrics', { from: '127.0.0.3' })).toBe(200);
  for (const { socket } of [one, other]) socket.resume();
  while (other.received().length < LONG.length) await setImmediate();
  expect((await one.closed).length).toBeLessThan(LONG.length);
});

test('connections that read nothing are cut before they have taken all that there are', async () => {
  const clock = createHandClock();
  const limits = { ...SCRAPE_LIMITS, maxConnections: 8 };
  let begun = 0;
  const app: RequestListener = ({ url }, response) => {
    if (url === '/long') begun += 1;
    response.end(url === '/long' ? LONG : 'short');
  };
  const url = await open(app, { clock, limits });
  const slow: RawClient[] = [];
  for (let n = 1; n <= 20; n += 1) {
    slow.push(await openRaw(url, ask('/long'), { isPaused: true }));
    while (begun < n) await setImmediate();
  }
  expect(await statusOf(url, '/short')).toBe(200);
  for (const { socket } of slow) socket.resume();
  const lengths = (await Promise.all(slow.slice(0, 12).map(({ closed }) => closed))).map(
    ({ length }) => length,
  );
  expect(Math.max(...lengths)).toBeLessThan(LONG.length);
});

test('answers that are being made make no room', async () => {
  const waiting: (() => void)[] = [];
  const scrape = () =>
    new Promise<readonly Uint8Array[]>((resolve) => waiting.push(() => resolve([Buffer.from('a 1\n')])));
  const url = await open(metricsApp({ scrape, maxRequests: 2 }));
  const answers = [statusOf(url, '/metrics'), statusOf(url, '/metrics')];
  while (waiting.length < 2) await setImmediate();
  expect(await statusOf(url, '/metrics')).toBe(503);
  for (const go of waiting) go();
  expect(await Promise.all(answers)).toEqual([200, 200]);
});

test.each(['/api/v1/connections', '/dashboards/vpn.json', '/config'])(
  'slow readers of %s lock out no scrape, no reload and no other page',
  async (path) => {
    const clock = createHandClock();
    let full = 0;
    const url = await open(metricsApp({ clock, onFull: () => (full += 1) }), { clock });
    // Pages are loaded when one is first asked for: those who come meanwhile would all be answered at once.
    expect(await statusOf(url, '/')).toBe(200);
    const slow = await Promise.all(
      Array.from({ length: 45 }, () => openRaw(url, ask(path), { isPaused: true })),
    );
    while (full < 5) await setImmediate();
    for (const open of ['/metrics', '/-/healthy', '/-/ready', '/'])
      expect(await statusOf(url, open)).toBe(200);
    expect(await statusOf(url, '/-/reload', { method: 'POST' })).toBe(200);
    await clock.advance(SCRAPE_LIMITS.answerMs);
    for (const { socket } of slow) socket.resume();
    for (const { closed } of slow) expect((await closed).length).toBeLessThan(LONG.length);
  },
);

test('a reader that takes a little now and then is cut as well', async () => {
  const limits = { ...SCRAPE_LIMITS, answerMs: 250 };
  let cut = () => {};
  const isCut = new Promise<void>((resolve) => {
    cut = resolve;
  });
  const url = await open((_request, response) => response.once('close', cut).end(LONG), { limits });
  const client = await openRaw(url, ask('/'), { isPaused: true });
  const sip = setInterval(() => client.socket.read(1_000), 5);
  onTestFinished(() => clearInterval(sip));
  await isCut;
  client.socket.resume();
  expect((await client.closed).length).toBeLessThan(LONG.length);
});

test('the time is that of the reader: an answer that takes long to make is not cut', async () => {
  const clock = createHandClock();
  const answers: (() => void)[] = [];
  const url = await open((_request, response) => void answers.push(() => response.end('late')), { clock });
  const client = await openRaw(url, ask('/'));
  while (answers.length === 0) await setImmediate();
  await clock.advance(10 * SCRAPE_LIMITS.answerMs);
  for (const answer of answers) answer();
  expect(await client.until(/late$/)).toMatch(/late$/);
});

test('an answer that was taken leaves its connection open', async () => {
  const clock = createHandClock();
  const url = await open((_request, response) => response.end('taken'), { clock });
  const client = await openRaw(url, ask('/'));
  await client.until(/taken$/);
  await clock.advance(10 * SCRAPE_LIMITS.answerMs);
  client.socket.write(ask('/'));
  expect((await client.until(/taken[\s\S]*taken$/)).match(/taken/g)).toHaveLength(2);
});

test('the requests of one connection are answered one after the other, and take one slot', async () => {
  const waiting: (() => void)[] = [];
  let asked = 0;
  const scrape = () =>
    new Promise<readonly Uint8Array[]>((resolve) => {
      asked += 1;
      const body = [Buffer.from(`a ${asked}\n`)];
      waiting.push(() => resolve(body));
    });
  const url = await open(metricsApp({ scrape, maxRequests: 2 }));
  const client = await openRaw(url, ask('/metrics').repeat(60));
  while (waiting.length === 0) await setImmediate();
  const other = statusOf(url, '/metrics');
  while (waiting.length < 2) await setImmediate();
  // One of each connection is under way, whatever else was asked for.
  expect(asked).toBe(2);
  waiting[1]?.();
  expect(await other).toBe(200);
  for (let n = 0; n < 61; n += 1) {
    while (waiting.length <= n) await setImmediate();
    waiting[n]?.();
  }
  const received = await client.until(/a 61\n$/);
  const bodies = [...received.matchAll(/\r\n\r\n(a \d+)\n/g)].map(([, body]) => body);
  expect(bodies).toEqual(Array.from({ length: 61 }, (_, n) => `a ${n + 1}`).filter((body) => body !== 'a 2'));
  expect(received).not.toContain('HTTP/1.1 503');
});

test('a connection that pipelines and leaves gives back what it took', async () => {
  const waiting: (() => void)[] = [];
  const scrape = () =>
    new Promise<readonly Uint8Array[]>((resolve) => waiting.push(() => resolve([Buffer.from('a 1\n')])));
  const url = await open(metricsApp({ scrape, maxRequests: 2 }));
  for (let n = 0; n < 3; n += 1) {
    const client = await openRaw(url, ask('/metrics').repeat(30));
    while (waiting.length <= n) await setImmediate();
    client.socket.resetAndDestroy();
    await client.closed;
    while ((await statusOf(url, '/-/ready')) !== 200);
  }
  expect(waiting).toHaveLength(3);
  const answer = statusOf(url, '/metrics');
  while (waiting.length < 4) await setImmediate();
  for (const go of waiting) go();
  expect(await answer).toBe(200);
});

test('more requests than anybody means are not remembered: their connection is cut', async () => {
  let asked = 0;
  const url = await open(
    () => {
      asked += 1;
    },
    { limits: INTAKE_LIMITS },
  );
  const few = await openRaw(url, ask('/').repeat(101));
  const many = await openRaw(url, ask('/').repeat(102));
  expect(await many.closed).toBe('');
  expect([asked, few.socket.closed]).toEqual([2, false]);
});
