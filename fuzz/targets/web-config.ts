import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import fc from 'fast-check';
import type { WebConfig } from '../../src/web-config/model.ts';
import { readWebConfig } from '../../src/web-config/read.ts';
import { type Bytes, type Change, changed, changesOf, mutated, toBuffer, toBytes } from '../mutations.ts';
import { createTarget } from '../target.ts';

const FILES = 'test/web-config/files';
const NAMES = ['server.pem', 'server.key', 'authority.pem', 'server-rsa.key', 'server-sec1.key'];
const PIECES = [
  ...[
    ': ',
    '- ',
    '\n  ',
    '\n',
    '&a ',
    '*a',
    '<<: *a',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|\n',
    '!!binary ',
    '~',
    'yes',
    '0o7',
    '1:30',
  ],
  ...[
    'tls_server_config:',
    'cert_file: server.pem',
    'key_file: server.key',
    'client_ca_file: authority.pem',
    'min_version: TLS13',
  ],
  ...[
    'http_server_config:',
    'headers:',
    'basic_auth_users:',
    'rate_limit:',
    'interval: 1s',
    'burst: 7',
    'NoClientCert',
  ],
  ...[
    '$2y$10$',
    '-----BEGIN CERTIFICATE-----',
    '-----END PRIVATE KEY-----',
    '\r\n',
    'X-A: "\\r\\nX: b"',
    'http2: true',
    '9999999h',
  ],
];
const pems = changesOf([
  '-----BEGIN ',
  '-----END ',
  'PRIVATE KEY-----',
  '\n',
  '=',
  'A',
  '\0',
  'Proc-Type: 4,ENCRYPTED\n',
]);

const TLS = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
const HEADERS =
  'http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: max-age=31536000\n';
const USERS =
  'basic_auth_users:\n  alice: $2y$10$vxlbtw6vXlw4mpYbbdbVGeLRTOxA5vfHAXpGhVSKKHABm2bmzbsMm\n  bob: $2y$10$hLqFl9jSjoAAy95Z/zw8Ye8wkdMBM8c5Bn1ptYqP/AXyV0.oy0S8m\n';

interface Input {
  readonly text: Bytes;
  /** What happens to one of the files that such a text names. */
  readonly file: { readonly name: string; readonly changes: readonly Change[] } | null;
}

const indented = (name: string) =>
  readFileSync(join(FILES, name), 'utf8').trimEnd().replaceAll('\n', '\n    ');
const texts = fc.nat(100).map((n) => {
  const all = [
    TLS,
    `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: authority.pem\n  client_allowed_sans: [a.example.com, 192.0.2.1]\n`,
    `${TLS}  min_version: TLS12\n  max_version: TLS13\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [X25519, CurveP256]\n`,
    `${TLS.replace('server.key', 'server-sec1.key')}${HEADERS}${USERS}`,
    'tls_server_config: {cert_file: server-rsa.pem, key_file: server-rsa.key, prefer_server_cipher_suites: false}\n',
    `tls_server_config:\n  cert: |\n    ${indented('server.pem')}\n  key: |\n    ${indented('server.key')}\n`,
    `${HEADERS}${USERS}rate_limit:\n  interval: 1s\n  burst: 20\n`,
  ];
  return toBytes(all[n % all.length] ?? '');
});
const ofTexts = Object.entries(mutated(texts, PIECES)).map(
  ([kind, all]) => [kind, all.map((text): Input => ({ text, file: null }))] as const,
);
const ofFiles = fc
  .record({ text: texts, name: fc.constantFrom(...NAMES), changes: fc.oneof(...Object.values(pems)) })
  .map(({ text, ...file }): Input => ({ text, file }));

/** Files of `--web.config.file`, and the certificates and keys that they name. */
export const webConfig = createTarget<Input>({
  name: 'web-config',
  inputs: { ...Object.fromEntries(ofTexts), 'a file it names': ofFiles },
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    cpSync(FILES, folder, { recursive: true });
    const path = join(folder, 'web.yml');
    const secrets = secretsOf(NAMES.filter((name) => name.endsWith('.key')));
    return {
      judge({ text, file }) {
        writeFileSync(path, toBuffer(text));
        if (file) write(folder, file.name, file.changes);
        try {
          const read = readWebConfig(path);
          const said = 'problems' in read ? read.problems : read.warnings;
          if ('problems' in read && said.length === 0) throw new Error('refused without a reason');
          for (const sentence of said) {
            if (!sentence.startsWith(path) || /\[object|undefined/.test(sentence) || sentence.includes('\n'))
              throw new Error(`not in words: ${sentence}`);
            if (secrets.some((secret) => sentence.includes(secret)))
              throw new Error(`it shows a key: ${sentence}`);
          }
          if ('config' in read) judgeSound(read.config);
        } finally {
          if (file) write(folder, file.name, []);
        }
      },
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
});

function write(folder: string, name: string, changes: readonly Change[]): void {
  writeFileSync(join(folder, name), toBuffer(changed(readFileSync(join(FILES, name), 'latin1'), changes)));
}

/** Pieces of lines that only these files have. */
function secretsOf(names: readonly string[]): readonly string[] {
  const lines = names.flatMap((name) => readFileSync(join(FILES, name), 'latin1').split('\n'));
  return lines.filter((line) => line.length > 40 && !line.startsWith('-')).map((line) => line.slice(2, 30));
}

/** Throws unless a server can be started with it. */
function judgeSound({ tls, headers, users, rateLimit }: WebConfig): void {
  if (tls) {
    const { cert, key, clientCa: ca, ciphers, minVersion, maxVersion } = tls;
    createSecureContext({ cert, key, ca, ...(ciphers !== undefined && { ciphers }), minVersion, maxVersion });
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  for (const [name, hash] of users)
    if (!/^\$2b\$\d\d\$[./\w]{53}$/.test(hash)) throw new Error(`the hash of ${name} is ${hash}`);
  if (
    rateLimit &&
    !(rateLimit.intervalMs >= 0 && rateLimit.burst >= 0 && Number.isFinite(rateLimit.intervalMs))
  )
    throw new Error(`a rate of ${JSON.stringify(rateLimit)}`);
}
