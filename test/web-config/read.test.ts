import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { WebConfig, WebConfigRead } from '../../src/web-config/model.ts';
import { readWebConfig } from '../../src/web-config/read.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { ODD_FILES, putOdd } from '../support/odd-files.ts';
import { needs } from '../support/programs.ts';
import { pem } from './certificates.ts';
import { webFile, webFolder } from './folder.ts';
import { promtoolVerdicts } from './promtool.ts';
import { BESIDES, OF_TOOLKIT, type Row } from './table.ts';

const ROWS: readonly Row[] = [...OF_TOOLKIT, ...BESIDES];

/** Where the file of a row is. */
function place({ text }: Row): string {
  return text === undefined ? '/nowhere/web.yml' : webFile(text);
}

const problemsOf = (read: WebConfigRead): readonly string[] => ('problems' in read ? read.problems : []);

/** What a file of this text says. */
function configOf(text: string): WebConfig {
  const read = readWebConfig(webFile(text));
  if ('config' in read) return read.config;
  throw new Error(read.problems.join('\n'));
}

test.each(ROWS)('$name', (row) => {
  const { refused, warned = [] } = row;
  const path = place(row);
  const read = readWebConfig(path);
  if (refused) {
    expect(problemsOf(read).join('\n')).toMatch(refused);
    expect(problemsOf(read).filter((problem) => !problem.startsWith(path))).toEqual([]);
  } else {
    expect(read).toMatchObject({ config: {}, warnings: warned.map((words) => expect.stringMatching(words)) });
  }
});

needs('promtool')('promtool says the same of every file that its version knows', () => {
  // A file that is not there it takes for a mistake on its command line, and looks at no other.
  const rows = ROWS.flatMap(({ text, ...row }) => (text === undefined ? [] : [{ ...row, text }]));
  const verdicts = promtoolVerdicts(rows.map(({ text }) => text));
  const said = rows.map(({ name }, index) => ({ name, isGood: verdicts[index] }));
  const expected = rows.map(({ name, refused, unlikePromtool }) => {
    const isGood = (refused === undefined) === (unlikePromtool === undefined);
    return { name, isGood };
  });
  expect(said).toEqual(expected);
});

test('every file that is read is told of, with what it looked like', () => {
  const text = `tls_server_config: {cert_file: server.pem, key_file: nowhere, client_ca_file: authority.pem}\n`;
  const path = webFile(text);
  const folder = dirname(path);
  const { looks } = readWebConfig(path);
  const names = ['web.yml', 'server.pem', 'nowhere', 'authority.pem'];
  expect([...looks.keys()]).toEqual(names.map((name) => join(folder, name)));
  expect(looks.get(join(folder, 'nowhere'))).toBe('ENOENT');
  writeFileSync(join(folder, 'server.pem'), pem('expired.pem'));
  expect(readWebConfig(path).looks.get(join(folder, 'server.pem'))).not.toBe(
    looks.get(join(folder, 'server.pem')),
  );
});

test.each(ODD_FILES)('a $kind is not waited for, neither as the file nor as a key', ({ kind, words }) => {
  const path = webFile('tls_server_config: {cert_file: server.pem, key_file: server.key}\n');
  putOdd(kind, join(dirname(path), 'server.key'));
  expect(problemsOf(readWebConfig(path))).toEqual([expect.stringMatching(words)]);
  putOdd(kind, path);
  expect(problemsOf(readWebConfig(path))).toEqual([expect.stringMatching(words)]);
});

test('what to put there instead of a pipe is told, too', () => {
  const path = webFile('');
  putOdd('pipe', path);
  expect(problemsOf(readWebConfig(path))).toEqual([
    `${path}: cannot be read: it is a pipe or a device; put it into a file, which can be read again`,
  ]);
});

test('an empty certificate or key is a problem, and never plain HTTP', () => {
  for (const name of ['server.pem', 'server.key']) {
    const path = webFile('tls_server_config: {cert_file: server.pem, key_file: server.key}\n');
    writeFileSync(join(dirname(path), name), '');
    expect(problemsOf(readWebConfig(path))).toEqual([expect.stringMatching(/in PEM form/)]);
    rmSync(join(dirname(path), name));
    expect(problemsOf(readWebConfig(path))).toEqual([expect.stringMatching(/no such file/)]);
  }
});

test('problems of all sections and of the files that they name are told at once, in the order of the file', () => {
  const path = webFile(`basic_auth_users: {alice: secret, bob: [1]}
tls_server_config:
  cert_file: nowhere
  client_auth_type: Any
http_server_config: {headers: {x: y}}
rate_limt: {}
`);
  const told = problemsOf(readWebConfig(path)).map((problem) => problem.slice(path.length).split(' ')[0]);
  expect(told).toEqual([':1:', ':1:', ':2:', ':3:', ':4:', ':5:', ':6:']);
});

test('what TLS comes to is in the names of OpenSSL, and TLS 1.3 has all its ciphers', () => {
  const { tls } = configOf(`tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: RequireClientCert
  client_ca_file: authority.pem
  client_allowed_sans: [Test3, 0:0:0:0:0:0:0:1, "2001:DB8::0:1", "::ffff:10.1.2.3", 10.1.2.3, 7, "spiffe://Example.com/A"]
  min_version: TLS11
  max_version: TLS12
  cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA]
  curve_preferences: [X25519, CurveP521]
  prefer_server_cipher_suites: off
`);
  expect(tls).toEqual({
    cert: `${pem('server.pem')}\n`,
    key: `${pem('server.key')}\n`,
    clientCa: `${pem('authority.pem')}\n`,
    clientAuth: 'RequireAnyClientCert',
    clientAllowedSans: ['Test3', '::1', '2001:db8::1', '10.1.2.3', '10.1.2.3', '7', 'spiffe://Example.com/A'],
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.2',
    ciphers:
      'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0',
    curves: 'X25519:P-521',
    preferServerCiphers: false,
  });
});

test('a bundle of authorities is what can be read of it', () => {
  const text =
    'tls_server_config: {cert_file: server.pem, key_file: server.key, client_ca_file: bundle, client_auth_type: RequireAndVerifyClientCert}\n';
  const bundle = (parts: readonly string[]) => {
    const path = join(webFolder({ 'web.yml': text, bundle: parts.join('\n') }), 'web.yml');
    const read = readWebConfig(path);
    return 'config' in read ? read.config.tls?.clientCa : read.problems;
  };
  const damaged = pem('stranger.pem').replace(/\n.*\n/, '\n');
  expect(bundle(['# ours', pem('authority.pem'), damaged, pem('client.pem')])).toBe(
    `${pem('authority.pem')}\n${pem('client.pem')}\n`,
  );
  // Nothing at all would stand for the authorities of the system.
  expect(bundle([''])).toBe('# no certificate\n');
});

test('headers, users and the rate limit are as the file spells them', () => {
  const rest = '1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby';
  const config =
    configOf(`http_server_config: {headers: {X-XSS-Protection: 0x10, Content-Security-Policy: yes}}
basic_auth_users: {alice: $2y$12$${rest}, 0x1F: $2a$12$${rest}, on: $2x$12$${rest}junk, old: "$2$12$${rest}."}
rate_limit: {interval: 1m30.5s, burst: 1_000}
`);
  expect(config).toMatchObject({
    tls: undefined,
    headers: { 'X-XSS-Protection': '0x10', 'Content-Security-Policy': 'yes' },
    rateLimit: { intervalMs: 90_500, burst: 1_000 },
  });
  const hash = `$2b$12$${rest}`;
  expect([...config.users]).toEqual([
    ['alice', hash],
    ['0x1F', hash],
    ['on', hash],
    ['old', hash],
  ]);
});

test('a header is sent as Go sends it: UTF-8 in one line', () => {
  const { headers } = configOf(`http_server_config:
  headers:
    Content-Security-Policy: |
      default-src 'self';
      img-src *
    X-XSS-Protection: "1; r=ü "
`);
  expect(headers['Content-Security-Policy']).toBe("default-src 'self'; img-src *");
  expect(Buffer.from(headers['X-XSS-Protection'] ?? '', 'latin1').toString()).toBe('1; r=ü');
});

test('a salt that an old program left untidy is tidied', () => {
  const hash = (last: string) => `$2y$12$1DpfPeqF9HzHJt.EWswy1${last}xHluGfbhnn3yXhR7Xes6m3WJqFg0Wby`;
  const { users } = configOf(`basic_auth_users: {tidy: ${hash('e')}, untidy: ${hash('f')}}\n`);
  expect(users.get('untidy')).toBe(hash('e').replace('$2y', '$2b'));
  expect(users.get('tidy')).toBe(users.get('untidy'));
});

test('users have the names that JavaScript has for itself, too', () => {
  const hash = '$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu';
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    expect([...configOf(`basic_auth_users: {${name}: ${hash}}\n`).users.keys()]).toEqual([name]);
  for (const name of ['__proto__', 'constructor']) {
    expect(problemsOf(readWebConfig(webFile(`${name}: {}\n`)))).toEqual([
      expect.stringContaining('unknown key'),
    ]);
    expect(problemsOf(readWebConfig(webFile(`http_server_config: {headers: {${name}: x}}\n`)))).toEqual([
      expect.stringContaining('cannot be configured'),
    ]);
  }
});

test('a hash that no password fits stays one, at the same cost', () => {
  const config = configOf(`basic_auth_users: {alice: "$2y$11$${'x'.repeat(52)}"}\n`);
  expect(config.users.get('alice')).toBe(`$2b$11$${'.'.repeat(52)}/`);
});

test('whether a certificate is valid is asked of the clock', () => {
  const path = webFile('tls_server_config: {cert_file: server.pem, key_file: server.key}\n');
  const at = (time: string) => readWebConfig(path, createHandClock(Date.parse(time)));
  expect(at('2119-12-31T23:59:59Z')).toMatchObject({ warnings: [] });
  expect(at('2120-01-01T00:00:01Z')).toMatchObject({ warnings: [expect.stringMatching(/expired/)] });
  expect(at('2019-12-31T23:59:59Z')).toMatchObject({ warnings: [expect.stringMatching(/not valid yet/)] });
});
