import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { SCRAPE_LIMITS } from '../../src/server/limits.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { openRaw, PROXY_V2 } from '../support/raw-client.ts';
import { HALF_HELLO, shakenHands, WHOLE_HELLO } from '../support/tls-client.ts';
import { as, ask, openPort } from '../support/web-port.ts';
import { pem } from '../web-config/certificates.ts';

const HELLO = expect.objectContaining({ status: 200, body: 'hello' });
const PAIR = 'cert_file: server.pem, key_file: server.key';
const tls = (more = '') => `tls_server_config: {${PAIR}${more && `, ${more}`}}\n`;
const RSA = 'cert_file: server-rsa.pem, key_file: server-rsa.key';
const verifying = (type: string, more = '') =>
  tls(`client_auth_type: ${type}, client_ca_file: client.pem${more && `, ${more}`}`);

const NONE = {};
const CLIENT = as('client');
const STRANGER = as('stranger');
const OUT = { error: expect.stringMatching(/^(ECONNRESET|EPIPE|EPROTO|ERR_SSL_\w+)$/) };

test.each([
  ['no certificate is asked for', tls(), NONE, HELLO, []],
  [
    'a client trusts another authority',
    tls(),
    { ca: pem('stranger.pem') },
    { error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    undefined,
  ],
  ['NoClientCert', tls('client_auth_type: NoClientCert'), CLIENT, HELLO, []],
  ['RequestClientCert, none', verifying('RequestClientCert'), NONE, HELLO, []],
  ['RequestClientCert, of anybody', verifying('RequestClientCert'), STRANGER, HELLO, []],
  [
    'RequireAnyClientCert, none',
    tls('client_auth_type: RequireAnyClientCert'),
    NONE,
    OUT,
    ['tls_no_client_certificate 127.0.0.1'],
  ],
  ['RequireAnyClientCert, of anybody', tls('client_auth_type: RequireAnyClientCert'), STRANGER, HELLO, []],
  [
    'RequireClientCert, its old name',
    tls('client_auth_type: RequireClientCert'),
    NONE,
    OUT,
    ['tls_no_client_certificate 127.0.0.1'],
  ],
  ['VerifyClientCertIfGiven, none', verifying('VerifyClientCertIfGiven'), NONE, HELLO, []],
  ['VerifyClientCertIfGiven, signed', verifying('VerifyClientCertIfGiven'), CLIENT, HELLO, []],
  [
    'VerifyClientCertIfGiven, not signed',
    verifying('VerifyClientCertIfGiven'),
    STRANGER,
    OUT,
    ['tls_untrusted_client_certificate 127.0.0.1'],
  ],
  [
    'RequireAndVerifyClientCert, none',
    verifying('RequireAndVerifyClientCert'),
    NONE,
    OUT,
    ['tls_no_client_certificate 127.0.0.1'],
  ],
  ['RequireAndVerifyClientCert, signed', verifying('RequireAndVerifyClientCert'), CLIENT, HELLO, []],
  // Node.js closes it before anybody can ask where it came from.
  [
    'RequireAndVerifyClientCert, not signed',
    verifying('RequireAndVerifyClientCert'),
    STRANGER,
    OUT,
    ['tls_untrusted_client_certificate undefined'],
  ],
  [
    'an authority without a certificate',
    tls('client_auth_type: RequireAndVerifyClientCert, client_ca: junk'),
    CLIENT,
    OUT,
    ['tls_untrusted_client_certificate undefined'],
  ],
  [
    'one of the allowed names',
    verifying('RequireAndVerifyClientCert', 'client_allowed_sans: [one, test3, two]'),
    CLIENT,
    HELLO,
    [],
  ],
  [
    'none of the allowed names',
    verifying('RequireAndVerifyClientCert', 'client_allowed_sans: [one, two]'),
    CLIENT,
    OUT,
    ['tls_client_name_not_allowed 127.0.0.1'],
  ],
  [
    'an allowed IPv6 address, long',
    verifying('RequireAndVerifyClientCert', 'client_allowed_sans: ["2001:0db8:0:0:0:0:0:1"]'),
    CLIENT,
    HELLO,
    [],
  ],
  [
    'an allowed IPv4 address',
    verifying('RequireAnyClientCert', 'client_allowed_sans: [10.1.2.3]'),
    CLIENT,
    HELLO,
    [],
  ],
  [
    'an allowed address of mail',
    verifying('RequireAnyClientCert', 'client_allowed_sans: [scrape@example.com]'),
    CLIENT,
    HELLO,
    [],
  ],
  [
    'an allowed URI',
    verifying('RequireAnyClientCert', 'client_allowed_sans: ["spiffe://example.com/scraper"]'),
    CLIENT,
    HELLO,
    [],
  ],
  [
    'a list of no name',
    verifying('RequireAnyClientCert', 'client_allowed_sans: []'),
    CLIENT,
    OUT,
    ['tls_client_name_not_allowed 127.0.0.1'],
  ],
  [
    'names where no certificate is given',
    verifying('VerifyClientCertIfGiven', 'client_allowed_sans: [one]'),
    NONE,
    HELLO,
    [],
  ],
  [
    'TLS 1.1',
    tls(),
    { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    OUT,
    ['tls_version 127.0.0.1'],
  ],
  [
    'TLS 1.1, allowed',
    tls('min_version: TLS11'),
    { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    HELLO,
    [],
  ],
  [
    'TLS 1.2 where 1.3 is the least',
    tls('min_version: TLS13'),
    { maxVersion: 'TLSv1.2' },
    OUT,
    ['tls_version 127.0.0.1'],
  ],
  [
    'no cipher in common',
    `tls_server_config: {${RSA}, max_version: TLS12, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]}`,
    { ciphers: 'ECDHE-RSA-AES256-SHA' },
    OUT,
    ['tls_nothing_in_common 127.0.0.1'],
  ],
  [
    'one cipher in common',
    `tls_server_config: {${RSA}, max_version: TLS12, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]}`,
    { ciphers: 'ECDHE-RSA-AES256-SHA' },
    HELLO,
    [],
  ],
  [
    'no curve in common',
    tls('min_version: TLS13, curve_preferences: [CurveP521]'),
    { ecdhCurve: 'P-256' },
    OUT,
    ['tls_nothing_in_common 127.0.0.1'],
  ],
  [
    'one curve in common',
    tls('min_version: TLS13, curve_preferences: [CurveP521]'),
    { ecdhCurve: 'P-256:P-521' },
    HELLO,
    [],
  ],
  ['HTTP/2 alone', tls(), { ALPNProtocols: ['h2'] }, OUT, ['http2 127.0.0.1']],
  ['HTTP/2 first', tls(), { ALPNProtocols: ['h2', 'http/1.1'] }, HELLO, []],
  ['no ALPN', tls(), { ALPNProtocols: [] }, HELLO, []],
] as const)('%s', async (_what, text, client: ConnectionOptions, expected, kinds) => {
  const isOneVersion = client.maxVersion !== undefined || text.includes('TLS13');
  for (const version of isOneVersion ? [client] : [client, { ...client, maxVersion: 'TLSv1.2' as const }]) {
    const port = await openPort(text);
    expect(await ask(port.url, version)).toEqual(expected);
    await port.close();
    if (kinds) expect(port.kinds).toEqual(kinds);
  }
});

test('a client of TLS 1.3 without the certificate that is demanded is told so', async () => {
  const { url } = await openPort(verifying('RequireAndVerifyClientCert'));
  expect(await ask(url)).toEqual({ error: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' });
});

test('a plain request where TLS is spoken is told so, whatever is asked for', async () => {
  const { url, kinds } = await openPort(tls());
  const plain = url.replace('https:', 'http:');
  expect(await ask(`${plain}/metrics`)).toMatchObject({
    status: 400,
    body: expect.stringMatching(/^Client sent an HTTP request to an HTTPS server\. Write https:\/\//),
    headers: { connection: 'close', 'x-content-type-options': 'nosniff' },
  });
  expect((await ask(plain, { method: 'POST' })).status).toBe(400);
  const proxy = await openRaw(url, PROXY_V2);
  expect(await proxy.until(/\n$/)).toContain('PROXY protocol v2');
  expect(kinds).toEqual(['plain_http 127.0.0.1', 'plain_http 127.0.0.1', 'proxy_protocol_v2 127.0.0.1']);
  expect(await ask(url)).toEqual(HELLO);
});

test('a TLS client where plain HTTP is spoken is ended at once', async () => {
  const { url, kinds } = await openPort('');
  expect(await ask(url.replace('http:', 'https:'))).toEqual(OUT);
  expect(kinds).toEqual(['tls 127.0.0.1']);
});

test('what is no HTTP is refused with a sentence within TLS, too', async () => {
  const { url, kinds } = await openPort(tls());
  const socket = await shakenHands(url);
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
  });
  socket.write('EHLO scanner\r\n');
  await once(socket, 'close');
  expect(received).toMatch(
    /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*The bytes are no whole request of HTTP\/1\.1\./,
  );
  expect(kinds).toEqual(['other 127.0.0.1']);
});

test('many requests on one connection are answered in turn', async () => {
  const { url } = await openPort(tls());
  const socket = await shakenHands(url);
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
  });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20));
  while (received.split('hello').length <= 20) await once(socket, 'data');
});

test.each([
  ['nothing', Buffer.alloc(0), []],
  ['a byte', HALF_HELLO.subarray(0, 1), ['tls_too_slow 127.0.0.1']],
  ['half of a handshake', HALF_HELLO, ['tls_too_slow 127.0.0.1']],
])('a handshake of which %s comes is ended in time', async (_what, sent, kinds) => {
  const clock = createHandClock();
  const port = await openPort(tls(), { clock });
  const client = await openRaw(port.url, sent);
  expect(await ask(port.url)).toEqual(HELLO);
  await clock.advance(SCRAPE_LIMITS.headersMs);
  await client.closed;
  expect(port.kinds).toEqual(kinds);
});

test.each([
  ['in pieces', Buffer.from(`160301000501${'00'.repeat(4)}`, 'hex')],
  ['that is none', Buffer.from(`160301000502${'00'.repeat(4)}`, 'hex')],
  ['of junk', Buffer.from(`160301000801000004${'ff'.repeat(4)}`, 'hex')],
])('a ClientHello %s ends its connection', async (_what, sent) => {
  const { url, kinds } = await openPort(tls());
  await (await openRaw(url, sent)).closed;
  expect(kinds).toEqual(['tls_other 127.0.0.1']);
});

test('a handshake that breaks off is heard of, and a connection without a byte is nothing', async () => {
  const { url, kinds } = await openPort(tls());
  const checks = [await openRaw(url), await openRaw(url)];
  checks[0]?.socket.end();
  checks[1]?.socket.resetAndDestroy();
  const half = await openRaw(url, HALF_HELLO);
  half.socket.end();
  for (const { closed } of [...checks, half]) await closed;
  expect(kinds).toEqual(['tls_broken_off 127.0.0.1']);
});

test('a connection without a request is nothing', async () => {
  const limits = { ...SCRAPE_LIMITS, headersMs: 200, requestMs: 200, checkMs: 10 };
  const { url, kinds } = await openPort(tls(), { limits });
  const socket = await shakenHands(url);
  await once(socket.resume(), 'close');
  expect(kinds).toEqual([]);
});

test('connections that sent nothing, or half of a handshake, keep nobody out', async () => {
  const limits = { ...SCRAPE_LIMITS, maxIdle: 4, maxConnections: 8 };
  const { url } = await openPort(tls(), { limits });
  const idle = [];
  for (let n = 0; n < 10; n += 1) idle.push(await openRaw(url, n % 2 ? HALF_HELLO : ''));
  expect(await ask(url)).toEqual(HELLO);
  for (const { closed } of idle.slice(0, 5)) await closed;
});

test('handshakes that do not go on let others begin, at once from another address, and after a second from theirs', async () => {
  const clock = createHandClock();
  const port = await openPort(tls(), { clock });
  // What the server says is not read: they stop in the middle.
  const stuck = await Promise.all(
    Array.from({ length: 40 }, () => openRaw(port.url, WHOLE_HELLO, { from: '127.0.0.2' })),
  );
  for (const { until } of stuck.slice(0, 24)) await until(/./);
  expect(await ask(port.url)).toEqual(HELLO);
  const own = ask(port.url, { localAddress: '127.0.0.2' });
  expect(stuck.filter(({ received }) => received() === '')).toHaveLength(16);
  for (let n = 0; n < 40; n += 1) await clock.advance(1_000);
  expect(await own).toEqual(HELLO);
});

test('close ends idle connections and handshakes at once, and busy ones after their answer', async () => {
  const answers: (() => void)[] = [];
  const clock = createHandClock();
  const port = await openPort(tls(), {
    clock,
    app: (_request, response) => void answers.push(() => response.end('late')),
  });
  const busy = ask(port.url);
  const half = await openRaw(port.url, HALF_HELLO);
  const idle = await shakenHands(port.url);
  while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = port.close();
  await half.closed;
  await once(idle.resume(), 'close');
  answers[0]?.();
  expect(await busy).toMatchObject({ status: 200, body: 'late' });
  await closed;
});

test('close cuts a busy connection after the grace', async () => {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const clock = createHandClock();
  const port = await openPort(tls(), { clock, app: () => begin() });
  const busy = ask(port.url);
  await begun;
  const closed = port.close();
  await clock.advance(2_000);
  expect(await busy).toEqual({ error: 'ECONNRESET' });
  await closed;
});

test('a new certificate, authority and policy hold for the next connection', async () => {
  const port = await openPort(tls());
  const serial = async (options: ConnectionOptions = {}) => {
    const socket = await shakenHands(port.url, options);
    return socket.getPeerX509Certificate()?.serialNumber;
  };
  const before = await serial();
  const kept = new Agent({ keepAlive: true, ca: pem('authority.pem') });
  onTestFinished(() => kept.destroy());
  expect(await ask(port.url, { agent: kept })).toEqual(HELLO);
  // In place, and the same length: what tells is what it holds.
  writeFileSync(join(port.folder, 'server.pem'), pem('server-rsa.pem'));
  writeFileSync(join(port.folder, 'server.key'), pem('server-rsa.key'));
  const after = await serial();
  expect(after).not.toBe(before);
  port.write(verifying('RequireAndVerifyClientCert'));
  expect(await ask(port.url)).toEqual(OUT);
  expect(await ask(port.url, CLIENT)).toEqual(HELLO);
  expect(await ask(port.url, { agent: kept })).toEqual(HELLO);
  writeFileSync(join(port.folder, 'next.pem'), pem('stranger.pem'));
  renameSync(join(port.folder, 'next.pem'), join(port.folder, 'client.pem'));
  expect(await ask(port.url, CLIENT)).toEqual(OUT);
  expect(await ask(port.url, STRANGER)).toEqual(HELLO);
});

test.each([
  ['the configuration', 'web.yml', 'hogehoge'],
  ['a certificate', 'server.pem', 'junk'],
  ['a key of another certificate', 'server.key', pem('other.key')],
])(
  'while %s is broken no connection and no request comes in, and a good one lets in at once',
  async (_what, name, text) => {
    const good = verifying('RequireAndVerifyClientCert');
    const port = await openPort(good);
    const kept = new Agent({ keepAlive: true, ca: pem('authority.pem'), ...CLIENT });
    onTestFinished(() => kept.destroy());
    expect(await ask(port.url, { agent: kept })).toEqual(HELLO);
    writeFileSync(join(port.folder, name), text);
    for (let n = 0; n < 3; n += 1) {
      expect(await ask(port.url, CLIENT)).toEqual(OUT);
      expect(await ask(port.url, { agent: kept })).toMatchObject({
        status: 500,
        body: 'Internal Server Error\n',
      });
    }
    const said = port.lines.filter((line) => line.startsWith('error Nobody is let in at the port: '));
    expect(said).toEqual([expect.stringContaining(`"file":"${port.folder}/web.yml","problem":"`)]);
    writeFileSync(join(port.folder, name), name === 'web.yml' ? good : pem(name));
    expect(await ask(port.url, CLIENT)).toEqual(HELLO);
    expect(await ask(port.url, { agent: kept })).toEqual(HELLO);
    expect(port.lines.at(-1)).toMatch(/^info The web configuration of the port was read anew/);
  },
);

test('whether TLS is spoken is decided at the start, and the log says so', async () => {
  const plain = await openPort('');
  plain.write(tls());
  expect(await ask(plain.url)).toEqual(HELLO);
  expect(plain.lines.at(-1)).toMatch(/^warn TLS begins at the port with the next start/);
  const port = await openPort(tls());
  const kept = new Agent({ keepAlive: true, ca: pem('authority.pem') });
  onTestFinished(() => kept.destroy());
  expect(await ask(port.url, { agent: kept })).toEqual(HELLO);
  port.write('{}\n');
  expect(await ask(port.url)).toEqual(OUT);
  // Nobody, over a connection that is open, either.
  expect(await ask(port.url, { agent: kept })).toMatchObject({ status: 500 });
  expect(port.lines.at(-1)).toMatch(/^error Nobody is let in at the port: .*restart for plain HTTP/);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'names are looked at again where a session of %s is resumed',
  async (version) => {
    const port = await openPort(verifying('RequireAndVerifyClientCert', 'client_allowed_sans: [test3]'));
    const options = { ...CLIENT, maxVersion: version };
    const first = await shakenHands(port.url, options);
    // In TLS 1.3 it comes after the handshake.
    const session = version === 'TLSv1.2' ? first.getSession() : (await once(first, 'session'))[0];
    const resumed = await shakenHands(port.url, { ...options, session });
    expect(resumed.isSessionReused()).toBe(true);
    resumed.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = await once(resumed, 'data');
    expect(String(answer)).toContain('HTTP/1.1 200 OK');
    // What was allowed before does not come in by its session.
    port.write(verifying('RequireAndVerifyClientCert', 'client_allowed_sans: [two]'));
    expect(await ask(port.url, { ...options, session })).toEqual(OUT);
    expect(port.kinds).toEqual(['tls_client_name_not_allowed 127.0.0.1']);
  },
);
