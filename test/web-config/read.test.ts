import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWebConfig } from '../../src/web-config/read.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { FILES, pem } from './certificates.ts';

test('try', () => {
  const folder = temporaryFolder();
  cpSync(FILES, folder, { recursive: true });
  const path = join(folder, 'web.yml');
  for (const text of [
    '',
    'null',
    '~',
    'tls_server_config:\n',
    'hogehoge',
    'hogehoge: 1',
    '5',
    '[]',
    'tls_server_config: {cert_file: server.pem, key_file: server.key}',
    'tls_server_config: {cert_file: server.pem, key_file: other.key}',
    'tls_server_config: {cert_file: server.pem, key_file: server-rsa.key}',
    'tls_server_config: {cert_file: server.pem, key_file: server-sec1.key}',
    'tls_server_config: {cert_file: server-ed25519.pem, key_file: server-ed25519.key}',
    'tls_server_config: {cert_file: server.key, key_file: server.pem}',
    'tls_server_config: {cert_file: server.pem, key_file: encrypted.key}',
    'tls_server_config: {cert_file: expired.pem, key_file: expired.key, min_version: TLS13, max_version: TLS12, client_auth_type: VerifyClientCertIfGiven}',
    'tls_server_config: {cert_file: server.pem, key_file: server.key, cipher_suites: [TLS_AES_128_GCM_SHA256], max_version: TLS12}\nhttp_server_config: {http2: no}',
    'tls_server_config: {cert_file: server.pem, key_file: server.key, cipher_suites: [TLS_AES_128_GCM_SHA256], min_version: TLS13}\nhttp_server_config: {http2: no}',
    'tls_server_config: {cert_file: server.pem, key_file: server.key, min_version: TLS10, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA], curve_preferences: [CurveP256,CurveP384,CurveP521,X25519]}\nhttp_server_config: {http2: n, headers: {X-XSS-Protection: 0x1}}',
    'tls_server_config: {cert_file: server.pem, key_file: server.key, min_version: TLS11, client_ca: junk, client_auth_type: RequireAnyClientCert, client_allowed_sans: [0:0:0:0:0:0:0:1, "::ffff:1.2.3.4"]}',
    `tls_server_config:\n  cert: |\n    ${pem('server.pem', 4)}\n  key: |\n    ${pem('server.key', 4)}\n  key_file: server.key`,
    'rate_limit: {interval: 1:30, burst: 1}',
    'rate_limit: {interval: 1h, burst: 1}',
    'rate_limit: {interval: 5, burst: "1"}',
    'rate_limit: {interval: 5}',
    'basic_auth_users: {alice: $2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby, 5: x, 0x1f: y, : z, yes: [1]}',
    'basic_auth_users: {alice: $2x$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wbyjunk}',
    'basic_auth_users: !!omap [a: b]',
    'basic_auth_users: !!set {a, b}',
    'a: b\na: c',
    'rate_limit: 5',
    'tls_server_config: {cert_file: 5, kye_file: 6, min_version: TLS111, client_auth_type: yes}',
    'basic_auth_users: !!binary aGVsbG8=',
    'http_server_config: {http2: "yes", headers: {X-Frame-Options: DENY, x-frame-options: deny, Content-Security-Policy: ""}}',
  ]) {
    writeFileSync(path, text);
    const { looks, ...rest } = readWebConfig(path);
    console.log(
      text.slice(0, 200),
      '\n => ',
      JSON.stringify(
        rest,
        (_, v) => (v instanceof Map ? [...v] : typeof v === 'string' && v.length > 400 ? v.slice(0, 60) : v),
        1,
      ).replaceAll(folder, 'F'),
      looks.size,
    );
  }
  expect(1).toBe(1);
});
