import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { createApp } from '../../src/server/app.ts';
import { Passwords } from '../../src/server/passwords.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { quietRoutes } from '../support/quiet-routes.ts';
import { ask, login, openPort } from '../support/web-port.ts';

const HELLO = expect.objectContaining({ status: 200, body: 'hello' });
const UNAUTHORIZED = expect.objectContaining({ status: 401, body: 'Unauthorized\n' });
/** Of the lowest cost, so that tests are fast. */
const hash = (password: string) => hashSync(password, 4);
const users = (of: Readonly<Record<string, string>>) =>
  `basic_auth_users:\n${Object.entries(of)
    .map(([name, its]) => `  ${JSON.stringify(name)}: ${its}\n`)
    .join('')}`;
const ALICE = hash('alice123');

test('whoever has a name and its password comes in, and nobody else', async () => {
  const odd = hash('pä:ß wörd');
  const { url, lines } = await openPort(users({ alice: ALICE, 'j\u00f6rg': odd, '': hash('nobody') }));
  const status = async (authorization?: string) =>
    (await ask(url, authorization === undefined ? {} : { headers: { authorization } })).status;
  const basic = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(await ask(url, { headers: login('alice', 'alice123') })).toEqual(HELLO);
  for (const good of [
    basic('j\u00f6rg:pä:ß wörd'),
    basic(':nobody'),
    basic('alice:alice123').replace('Basic', 'bASIC'),
  ])
    expect([good, await status(good)]).toEqual([good, 200]);
  for (const bad of [
    undefined,
    '',
    'Basic',
    'Basic ',
    'Basic !!!!',
    basic('alice'),
    basic('alice:'),
    basic('alice:alice1234'),
    basic('alice:bob123'),
    basic('ALICE:alice123'),
    basic('bob:alice123'),
    basic(':alice123'),
    basic('__proto__:alice123'),
    basic(Buffer.from('j\u00f6rg:pä:ß wörd', 'latin1')),
    `${basic('alice:alice123')}=`,
    `Bearer ${Buffer.from('alice:alice123').toString('base64')}`,
  ])
    expect([bad, await status(bad)]).toEqual([bad, 401]);
  expect(lines.filter((line) => line.includes('401'))).toEqual([
    expect.stringMatching(
      /^warn Requests to the port were refused with 401: .* \{"count":1,"from":"127\.0\.0\.1"\}$/,
    ),
  ]);
  expect(lines.join()).not.toMatch(/alice|nobody|bob123/);
});

test('a refusal says how to come in, and has the headers of every answer', async () => {
  const headers =
    'http_server_config: {headers: {X-Frame-Options: deny, Content-Security-Policy: "default-src none"}}\n';
  const { url } = await openPort(users({ alice: ALICE }) + headers);
  for (const [given, status] of [
    [{}, 401],
    [login('alice', 'alice123'), 200],
  ] as const)
    expect(await ask(url, { headers: given })).toMatchObject({
      status,
      headers: { 'x-frame-options': 'deny', 'content-security-policy': 'default-src none' },
    });
  expect((await ask(url)).headers).toMatchObject({
    'www-authenticate': 'Basic',
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
});

test('headers of the web configuration win over our own, on every route', async () => {
  const app = createApp(quietRoutes(createHandClock()));
  const headers =
    'http_server_config: {headers: {Content-Security-Policy: "default-src none", Strict-Transport-Security: max-age=5}}\n';
  const { url, write } = await openPort(headers, { app });
  for (const path of ['/', '/metrics', '/-/healthy', '/-/ready', '/nothing', '/-/reload', '/config'])
    expect((await ask(`${url}${path}`)).headers).toMatchObject({
      'content-security-policy': 'default-src none',
      'strict-transport-security': 'max-age=5',
      'referrer-policy': 'no-referrer',
    });
  write(users({ alice: ALICE }));
  for (const path of ['/', '/metrics', '/-/healthy', '/-/ready', '/nothing', '/config'])
    expect([path, await ask(`${url}${path}`)]).toEqual([path, UNAUTHORIZED]);
  expect((await ask(`${url}/-/reload`, { method: 'POST' })).status).toBe(401);
});

test('users and headers change from one request to the next, and a revoked password fails at once', async () => {
  const port = await openPort(users({ alice: ALICE }));
  const alice = { headers: login('alice', 'alice123') };
  expect(await ask(port.url, alice)).toEqual(HELLO);
  port.write(users({ alice: hash('other') }));
  expect(await ask(port.url, alice)).toEqual(UNAUTHORIZED);
  port.write(users({ bob: ALICE }));
  expect(await ask(port.url, alice)).toEqual(UNAUTHORIZED);
  port.write('{}\n');
  expect(await ask(port.url)).toEqual(HELLO);
  // A change that leaves size and times as they were is seen as well.
  port.write('http_server_config: {headers: {X-XSS-Protection: 1}}\n');
  expect((await ask(port.url)).headers).toMatchObject({ 'x-xss-protection': '1' });
  port.write('http_server_config: {headers: {X-XSS-Protection: 0}}\n');
  expect((await ask(port.url)).headers).toMatchObject({ 'x-xss-protection': '0' });
  port.write('hogehoge\n');
  expect(await ask(port.url)).toMatchObject({ status: 500, body: 'Internal Server Error\n' });
});

test.each([
  ['empty', ''],
  ['of comments alone', '# soon\n'],
])('a file that is %s, as it is while it is written anew, lets nobody in', async (_what, text) => {
  const good = users({ alice: ALICE });
  const port = await openPort(good);
  port.write(text);
  for (let n = 0; n < 2; n += 1)
    expect(await ask(port.url)).toMatchObject({ status: 500, body: 'Internal Server Error\n' });
  expect(port.lines.at(-1)).toMatch(/^error Nobody is let in at the port: .*is empty; write \{\} into it/);
  port.write(good);
  expect(await ask(port.url)).toEqual(UNAUTHORIZED);
  expect(await ask(port.url, { headers: login('alice', 'alice123') })).toEqual(HELLO);
});

test('a file that is empty at the start lets everybody in', async () => {
  const port = await openPort('');
  expect(await ask(port.url)).toEqual(HELLO);
  expect(await ask(port.url)).toEqual(HELLO);
});

test('300 at the same time: the right come in, the wrong do not, and each password is compared once', async () => {
  const { url, comparisons } = await openPort(users({ alice: ALICE }));
  for (const _time of ['cold', 'cached']) {
    const asked = Array.from({ length: 300 }, (_, n) =>
      ask(url, { headers: login('alice', n % 2 ? 'alice123' : 'wrong') }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 300 }, (_, n) => (n % 2 ? 200 : 401)));
  }
  expect(comparisons()).toBe(2);
});

test('what one user gave is never taken for what another gives (CVE-2022-46146)', async () => {
  // Joined without anything between, the name, the hash and the password of both are the same text.
  const inner = hash('inner');
  const outer = hash(`${inner}inner`);
  const passwords = new Passwords({
    random: Math.random,
    compare: async (password, of) => of === outer && password === `${inner}inner`,
  });
  const known = new Map([
    ['a', outer],
    [`a${outer}`, inner],
  ]);
  const judge = (user: string, password: string) =>
    passwords.judge({ user, password, users: known, from: '127.0.0.1' });
  expect(await judge('a', `${inner}inner`)).toBe('right');
  expect(await judge(`a${outer}`, 'inner')).toBe('wrong');
});

test('the password of somebody does not let nobody in, neither cold nor cached', async () => {
  const { url } = await openPort(users({ alice: hash('fakepassword') }));
  for (const _time of ['cold', 'cached']) {
    expect(await ask(url, { headers: login('nobody', 'fakepassword') })).toEqual(UNAUTHORIZED);
    expect(await ask(url, { headers: login('alice', 'fakepassword') })).toEqual(HELLO);
  }
});

test('a name that nobody has costs one comparison, with the hash of a user, always the same', async () => {
  const compared: string[] = [];
  const passwords = new Passwords({
    random: Math.random,
    compare: async (_password, of) => compared.push(of) > 1e6,
  });
  const known = new Map(Array.from({ length: 5 }, (_, n) => [`user${n}`, `$2b$1${n}$hash`] as const));
  for (const password of ['a', 'b', 'c'])
    expect(await passwords.judge({ user: 'nobody', password, users: known, from: '' })).toBe('wrong');
  expect(compared).toHaveLength(3);
  expect(new Set(compared).size).toBe(1);
  expect(compared[0]).toMatch(/^\$2b\$1\d\$hash$/);
  // Nor one that makes others wait for a minute.
  const costly = new Map([...known].slice(0, 1).concat([['user18', '$2b$18$hash']]));
  for (let n = 0; n < 20; n += 1)
    await passwords.judge({ user: `nobody${n}`, password: '', users: costly, from: '' });
  expect(new Set(compared.slice(3))).toEqual(new Set(['$2b$10$hash']));
});

/** Passwords whose comparisons wait until they are told. */
function slowPasswords(known: ReadonlyMap<string, string>) {
  const begun: { readonly password: string; readonly end: () => void }[] = [];
  const passwords = new Passwords({
    random: () => 0,
    compare: (password, of) =>
      new Promise((resolve) => {
        begun.push({ password, end: () => resolve(password === of) });
      }),
  });
  return {
    begun,
    judge: (password: string, from: string, user = 'alice') =>
      passwords.judge({ user, password, users: known, from }),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('whoever tries many passwords waits for them alone: others have their turn, and no more than 100 wait', async () => {
  const { begun, judge } = slowPasswords(new Map([['alice', 'right']]));
  const flood = Array.from({ length: 500 }, (_, n) => judge(`wrong ${n}`, '10.0.0.1'));
  const other = judge('right', '10.0.0.2');
  const judgements = Promise.all(flood);
  for (let at = 0; begun.length > at; at += 1) {
    begun[at]?.end();
    await settled();
  }
  expect(begun.map(({ password }) => password).slice(0, 4)).toEqual([
    'wrong 0',
    'wrong 1',
    'right',
    'wrong 2',
  ]);
  expect(await other).toBe('right');
  const counts = (await judgements).reduce(
    (sums, judgement) => sums.set(judgement, (sums.get(judgement) ?? 0) + 1),
    new Map(),
  );
  expect([...counts]).toEqual([
    ['wrong', 100],
    ['busy', 400],
  ]);
});

test('who is known is not forgotten for those who try', async () => {
  const { begun, judge } = slowPasswords(new Map([['alice', 'right']]));
  const end = async (judged: Promise<unknown>) => {
    begun.at(-1)?.end();
    return judged;
  };
  expect(await end(judge('right', ''))).toBe('right');
  for (let n = 0; n < 300; n += 1) expect(await end(judge(`wrong ${n}`, ''))).toBe('wrong');
  expect(begun).toHaveLength(301);
  // Neither is compared again: the one that is right, and the one that was wrong last.
  expect([await judge('right', ''), await judge('wrong 299', '')]).toEqual(['right', 'wrong']);
  expect(begun).toHaveLength(301);
  const again = judge('wrong 0', '');
  await settled();
  expect(begun).toHaveLength(302);
  await end(again);
});

test('a comparison that fails refuses whom it was for, and the next goes on', async () => {
  let isBroken = true;
  const passwords = new Passwords({
    random: Math.random,
    compare: async () => {
      if (isBroken) throw new Error('broken');
      return true;
    },
  });
  const judge = () =>
    passwords.judge({ user: 'alice', password: '', users: new Map([['alice', '']]), from: '' });
  await expect(judge()).rejects.toThrow('broken');
  isBroken = false;
  expect(await judge()).toBe('right');
});

const limit = (interval: string, burst: number) => `rate_limit: {interval: ${interval}, burst: ${burst}}\n`;

test('so many requests pass at once, and one more each interval', async () => {
  const clock = createHandClock();
  const port = await openPort(limit('1s', 3), { clock });
  const statuses = async (count: number) => {
    const found = [];
    for (let n = 0; n < count; n += 1) found.push((await ask(port.url)).status);
    return found;
  };
  expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
  await clock.advance(999);
  expect(await statuses(1)).toEqual([429]);
  await clock.advance(1);
  expect(await statuses(2)).toEqual([200, 429]);
  await clock.advance(60_000);
  expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  expect(port.lines.filter((line) => line.includes('429'))).toHaveLength(1);
  // Not before the next start.
  port.write(limit('1s', 100));
  expect(await statuses(1)).toEqual([429]);
  expect(port.lines.at(-1)).toMatch(/^warn The new rate_limit of the port holds from the next start/);
});

test('a burst of 0 lets nobody in, and too many come before headers and passwords', async () => {
  const { url } = await openPort(
    `${limit('1s', 0)}${users({ alice: ALICE })}http_server_config: {headers: {X-Frame-Options: deny}}\n`,
  );
  const answer = await ask(url, { headers: login('alice', 'alice123') });
  expect(answer).toMatchObject({ status: 429, body: 'Too Many Requests\n' });
  expect(answer.headers).not.toHaveProperty('x-frame-options');
});

test('an interval of 0 limits nothing', async () => {
  const { url } = await openPort(limit('0s', 0));
  for (let n = 0; n < 11; n += 1) expect(await ask(url)).toEqual(HELLO);
});
