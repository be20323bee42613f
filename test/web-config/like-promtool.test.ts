import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { readWebConfig } from '../../src/web-config/read.ts';
import { needs } from '../support/programs.ts';
import { webFile } from './folder.ts';
import { promtoolVerdicts } from './promtool.ts';

const HASH = '$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu';

/** What can stand for a value, most of it at most places wrong. */
const ODD =
  `~|null|yes|No|on|y|TRUE|tRUE|5|-3|+7|0x1f|010|0o7|1_000|1:30|1.5|1e3|.inf|2001-01-01|2001-12-14t21:59:43.10-05:00
!!binary aGk=|!!str 5|!!int 5|!!float 5|!!bool yes|!!null x|!x y|"yes"|'5'|""|"\\n"|&a b|*a|<<|=|-|a:b|a: b|[a]|[]|{}|{a: b}
[[a]]|!!omap [a: b]|!!map {a: b}|!!seq [a]|%|@|\`|>|#|,|?|:|server.pem|deny|TLS12`
    .split(/[|\n]/)
    .concat('', '|', HASH, `"${HASH}"`, `${HASH}junk`, HASH.slice(0, 59), HASH.slice(0, 58))
    .concat(['2', '1y', '3y', 'y'].map((version) => HASH.replace('2y', version)))
    .concat(['03', '32', '+9', 'x9'].map((cost) => HASH.replace('10', cost)));

const SECTIONS = {
  tls_server_config: {
    cert_file: ['server.pem', 'server-rsa.pem', 'server-ed25519.pem'],
    key_file: ['server.key', 'server-rsa.key', 'server-ed25519.key', 'server-sec1.key', 'encrypted.key'],
    client_ca_file: ['authority.pem', 'server.key', 'nowhere'],
    client_auth_type: [
      'NoClientCert',
      'RequireClientCert',
      'VerifyClientCertIfGiven',
      'verifyclientcertifgiven',
    ],
    min_version: ['TLS10', 'TLS13'],
    max_version: ['TLS12'],
    cipher_suites: ['[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]', '[TLS_NULL]'],
    curve_preferences: ['[CurveP256]', '[X25519, CurveP512]'],
    prefer_server_cipher_suites: ['true', 'off'],
  },
  http_server_config: {
    http2: ['true', 'off'],
    headers: [
      '{X-Frame-Options: deny}',
      '{X-XSS-Protection: 1}',
      '{Content-Security-Policy: ~}',
      '{X-Frame-Options: }',
    ],
  },
  basic_auth_users: { alice: [HASH], '5': [HASH], '""': [HASH], '~': [HASH], yes: [HASH] },
} as const;

const odd = fc.constantFrom(...ODD);

/** A section of up to three keys, with values that are good or odd. */
function sectionOf(name: keyof typeof SECTIONS) {
  const pairs = Object.entries<readonly string[]>(SECTIONS[name]).map(([key, values]) =>
    fc.oneof(fc.constantFrom(...values), odd).map((value) => `  ${key}: ${value}\n`),
  );
  const stray = fc.oneof(
    odd.map((key) => `  ${key}: x\n`),
    odd.map((item) => `  - ${item}\n`),
  );
  const line = fc.oneof({ weight: 9, arbitrary: fc.oneof(...pairs) }, { weight: 1, arbitrary: stray });
  const pair = name === 'tls_server_config' ? '  cert_file: server.pem\n  key_file: server.key\n' : '';
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(line, { maxLength: 3 }).map((lines) => `${name}:\n${lines.join('')}`) },
    { weight: 4, arbitrary: line.map((one) => `${name}:\n${pair}${one}`) },
    { weight: 1, arbitrary: odd.map((value) => `${name}: ${value}\n`) },
  );
}

const file = fc
  .tuple(
    fc.constantFrom('', '---\n', '# a comment\n', '%YAML 1.1\n---\n', '\ufeff'),
    fc.oneof(...(['tls_server_config', 'http_server_config', 'basic_auth_users'] as const).map(sectionOf)),
  )
  .map(([before, section]) => before + section);

needs('promtool')('promtool gives the same verdict on files that nobody wrote', () => {
  const texts = fc.sample(file, { numRuns: 500, seed: 20_261_127 });
  const verdicts = promtoolVerdicts(texts);
  const path = webFile('');
  const ours = texts.map((text) => {
    writeFileSync(path, text);
    return 'config' in readWebConfig(path);
  });
  const different = texts.filter((_, index) => ours[index] !== verdicts[index]);
  expect(different).toEqual([]);
  // Both kinds must be there, or little is compared.
  expect(
    Math.min(...[true, false].map((verdict) => ours.filter((one) => one === verdict).length)),
  ).toBeGreaterThan(100);
});
