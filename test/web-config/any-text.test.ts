import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WebConfigRead } from '../../src/web-config/model.ts';
import { readWebConfig } from '../../src/web-config/read.ts';
import { pem } from './certificates.ts';
import { webFile } from './folder.ts';
import { BESIDES, OF_TOOLKIT } from './table.ts';

const TEXTS = [...OF_TOOLKIT, ...BESIDES].flatMap(({ text }) => text ?? []);
/** Lines that only a private key has. */
const SECRETS = ['server.key', 'server-rsa.key', 'other.key'].flatMap((name) =>
  pem(name)
    .split('\n')
    .filter((line) => line.length > 40 && !line.startsWith('-'))
    .map((line) => line.slice(2, 30)),
);

/** Reads a text, and holds that what is said are sentences about this file, and that no key is shown. */
function judged(path: string, text: string): WebConfigRead {
  writeFileSync(path, text);
  const read = readWebConfig(path);
  const said = 'problems' in read ? read.problems : read.warnings;
  if ('problems' in read) expect(said).not.toEqual([]);
  for (const sentence of said) {
    expect(sentence.startsWith(path)).toBe(true);
    expect(sentence.slice(path.length)).toMatch(/^(:\d+){0,2}: \S.{9,}$/s);
    expect(sentence).not.toMatch(/[\r\n]/);
    for (const secret of SECRETS) expect(sentence).not.toContain(secret);
  }
  expect(read.looks.has(path)).toBe(true);
  return read;
}

test('any text at all gets a verdict in sentences', () => {
  const path = webFile('');
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }));
  fc.assert(
    fc.property(text, (any) => void judged(path, any)),
    { numRuns: 300 },
  );
});

const scalar = fc.oneof(
  fc.constantFrom(
    '',
    '~',
    'null',
    'yes',
    '5',
    '0x1f',
    '1:30',
    '.inf',
    '2001-01-01',
    '!!binary aGk=',
    '"\\n"',
    '"\\ud800"',
  ),
  fc.constantFrom(
    'server.pem',
    'server.key',
    '.',
    'TLS12',
    'NoClientCert',
    '&a b',
    '*a',
    '!!set {a}',
    '!!omap [a: b]',
    '<<',
  ),
  fc.constantFrom('$2y$10$', '1s', '-1', 'deny', '[', '{', '? a', '- b', '|', '!x y', '%', '@'),
  fc.string({ maxLength: 20 }),
);
const key = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'cert_file',
      'key_file',
      'key',
      'client_auth_type',
      'min_version',
      'cipher_suites',
      'http2',
      'headers',
      'interval',
      'burst',
      'alice',
    ),
  },
  { weight: 1, arbitrary: scalar },
);
const section = fc.constantFrom(
  'tls_server_config',
  'http_server_config',
  'basic_auth_users',
  'rate_limit',
  '<<',
  '"a\\nb"',
);
const flow = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie('list'), tie('mapping')),
  list: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  mapping: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 4 })
    .map((pairs) => `{${pairs.map(([of, value]) => `${of}: ${value}`).join(', ')}}`),
}));

test('so does any YAML that looks like one', () => {
  const path = webFile('');
  const file = fc.array(fc.tuple(section, flow.value), { maxLength: 3 });
  fc.assert(
    fc.property(file, (sections) => {
      judged(path, sections.map(([name, value]) => `${name}: ${String(value)}\n`).join(''));
    }),
    // What is no escape is told of with what stands after it, which was a line end.
    { numRuns: 400, examples: [[[['tls_server_config', '"\\U']]]] },
  );
});

test('so does any file of the table with a part cut out, doubled or out of line, and no key is shown', () => {
  const path = webFile('');
  const change = fc.tuple(
    fc.constantFrom(...TEXTS),
    fc.constantFrom('cut', 'double', 'break', 'move'),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(40),
  );
  fc.assert(
    fc.property(change, ([text, how, where, length]) => {
      const at = Math.floor(where * text.length);
      const [before, part, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
      const changed = {
        cut: `${before}${after}`,
        double: `${before}${part}${part}${after}`,
        break: `${before}\n${part}${after}`,
        move: text.replace(/^ {4}/gm, ' '.repeat(length % 6)),
      }[how];
      judged(path, changed);
    }),
    { numRuns: 400 },
  );
});

test('a private key is shown to nobody, wherever it stands', () => {
  const path = webFile('');
  const key = pem('server.key');
  for (const indent of [0, 1, 2, 4])
    for (const line of [
      'KEY',
      'key: KEY',
      'tls_server_config: KEY',
      'tls_server_config:\n  key: KEY',
      'basic_auth_users:\n  alice: KEY',
      'tls_server_config:\n  cert_file: server.pem\n  client_auth_type: |\n    KEY',
      'rate_limit:\n  interval: |\n    KEY',
      'http_server_config:\n  headers: {X-Frame-Options: "KEY"}',
      'tls_server_config:\n  min_version: |\n    KEY',
      'tls_server_config:\n  cipher_suites:\n  - |\n    KEY',
      'tls_server_config:\n  cert_file: |\n    KEY',
      'KEY: 1',
      '? |\n  KEY\n: 5',
    ])
      judged(path, line.replace('KEY', key.replaceAll('\n', `\n${' '.repeat(indent)}`)));
  judged(path, `tls_server_config: {cert_file: ${JSON.stringify(key)}, key_file: server.key}\n`);
  writeFileSync(join(dirname(path), 'damaged.key'), key.replace('MIGH', 'MIGG'));
  expect(judged(path, 'tls_server_config: {cert_file: server.pem, key_file: damaged.key}\n')).toMatchObject({
    problems: [expect.stringContaining('the private key cannot be read: it is damaged or cut off')],
  });
});
