import type { RequestListener } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createApp, type Routes } from '../../src/server/app.ts';
import { INTAKE_LIMITS, SCRAPE_LIMITS } from '../../src/server/limits.ts';
import { type ListenOptions, listen } from '../../src/server/listen.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { openRaw } from '../support/raw-client.ts';
import { idle } from '../support/status-models.ts';

/** More than the system takes in for a reader that does not read. */
const LONG = 'x'.repeat(8 * 1024 * 1024);
const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

async function open(app: RequestListener, options: Partial<ListenOptions> = {}) {
  const { urls, close } = await listen(app, [{ host: '127.0.0.1', port: 0 }], options);
  onTestFinished(close);
  return urls[0] ?? '';
}

function metricsApp(change: Partial<Routes>) {
  return createApp({
    telemetryPath: '/metrics',
    maxRequests: 40,
    scrape: async () => Buffer.from('a 1\n'),
    status: () => idle,
    dashboards: async () => [{ name: 'vpn', title: 'VPN', description: '', json: `"${LONG}"` }],
    documents: { runbooks: new Map(), docs: new Map() },
    notReady: () => undefined,
    reload: async () => [],
    config: () => LONG,
    connections: () => ({ rows: [LONG] }),
    onError: (_path, error) => {
      throw error;
    },
    ...change,
  });
}

/** The status of a whole answer over a connection of its own. */
async function statusOf(url: string, path: string, method = 'GET'): Promise<number> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { connection: 'close', 'accept-encoding': 'identity' },
  });
  await response.arrayBuffer();
  return response.status;
}

/** Asks for a path, and does not read what comes. */
async function openSlow(url: string, path: string) {
  const client = await openRaw(url);
  client.socket.pause().write(ask(path));
  return client;
}

test('40 slow readers of the exposition leave room for scrapes after a bounded time', async () => {
  const clock = createHandClock();
  const long = Buffer.from(LONG);
  let isLong = true;
  const scrape = async () => (isLong ? long : Buffer.from('a 1\n'));
  const url = await open(metricsApp({ scrape }), { clock });
  for (let n = 0; n < 40; n += 1) await openSlow(url, '/metrics');
  while ((await statusOf(url, '/metrics')) !== 503);
  isLong = false;
  expect(await statusOf(url, '/-/healthy')).toBe(200);
  await clock.advance(SCRAPE_LIMITS.answerMs - 1);
  expect(await statusOf(url, '/metrics')).toBe(503);
  await clock.advance(1);
  while ((await statusOf(url, '/metrics')) !== 200);
});

test.each(['/api/v1/connections', '/dashboards/vpn.json', '/config'])(
  'slow readers of %s lock out no scrape and no reload, and are cut too',
  async (path) => {
    const clock = createHandClock();
    const url = await open(metricsApp({}), { clock });
    const slow = await Promise.all(Array.from({ length: 45 }, () => openSlow(url, path)));
    while ((await statusOf(url, '/')) !== 503);
    for (const open of ['/metrics', '/-/healthy', '/-/ready']) expect(await statusOf(url, open)).toBe(200);
    expect(await statusOf(url, '/-/reload', 'POST')).toBe(200);
    await clock.advance(SCRAPE_LIMITS.answerMs);
    while ((await statusOf(url, '/')) !== 200);
    // 40 were being answered; the others were told that there are too many, and may ask again.
    for (const { socket } of slow) socket.resume();
    for (const client of slow) await client.until(/the most allowed; try again later\.\n$/);
    expect(slow.filter(({ socket }) => socket.destroyed)).toHaveLength(40);
    for (const client of slow) expect(client.received().length).toBeLessThan(LONG.length);
  },
);

test('a reader that takes a little now and then is cut as well', async () => {
  const limits = { ...SCRAPE_LIMITS, answerMs: 250 };
  let cut = () => {};
  const isCut = new Promise<void>((resolve) => {
    cut = resolve;
  });
  const url = await open((_request, response) => response.once('close', cut).end(LONG), { limits });
  const client = await openSlow(url, '/');
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
  while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
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
    new Promise<Uint8Array>((resolve) => {
      asked += 1;
      const body = Buffer.from(`a ${asked}\n`);
      waiting.push(() => resolve(body));
    });
  const url = await open(metricsApp({ scrape, maxRequests: 2 }));
  const client = await openRaw(url, ask('/metrics').repeat(60));
  while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const other = statusOf(url, '/metrics');
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
  // One of each connection is under way, whatever else was asked for.
  expect(asked).toBe(2);
  waiting[1]?.();
  expect(await other).toBe(200);
  for (let n = 0; n < 61; n += 1) {
    while (waiting.length <= n) await new Promise((resolve) => setImmediate(resolve));
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
    new Promise<Uint8Array>((resolve) => waiting.push(() => resolve(Buffer.from('a 1\n'))));
  const url = await open(metricsApp({ scrape, maxRequests: 2 }));
  for (let n = 0; n < 3; n += 1) {
    const client = await openRaw(url, ask('/metrics').repeat(30));
    while (waiting.length <= n) await new Promise((resolve) => setImmediate(resolve));
    client.socket.resetAndDestroy();
    await client.closed;
    while ((await statusOf(url, '/-/ready')) !== 200);
  }
  expect(waiting).toHaveLength(3);
  const answer = statusOf(url, '/metrics');
  while (waiting.length < 4) await new Promise((resolve) => setImmediate(resolve));
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
