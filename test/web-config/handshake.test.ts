import type { AddressInfo } from 'node:net';
import { type ConnectionOptions, connect, createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { readWebConfig } from '../../src/web-config/read.ts';
import { pem } from './certificates.ts';
import { webFile } from './folder.ts';

/** Serves by what this section of the file comes to; where it listens. */
async function serve(section: string): Promise<number> {
  const read = readWebConfig(
    webFile(`tls_server_config: {${section}}\nhttp_server_config: {http2: false}\n`),
  );
  if (!('config' in read) || !read.config.tls) throw new Error(JSON.stringify(read));
  const { cert, key, clientCa, clientAuth, minVersion, maxVersion, ciphers, curves } = read.config.tls;
  const server = createServer({
    cert,
    key,
    minVersion,
    maxVersion,
    ...(clientCa !== undefined && { ca: clientCa }),
    ...(ciphers !== undefined && { ciphers }),
    ...(curves !== undefined && { ecdhCurve: curves }),
    requestCert: clientAuth !== 'NoClientCert',
    rejectUnauthorized: clientAuth === 'RequireAndVerifyClientCert',
  });
  server.on('secureConnection', (socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** What a client of this kind agrees on, or the code of the error that it gets. */
function agreed(port: number, options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    const trust = { host: '127.0.0.1', port, ca: pem('authority.pem') };
    const socket = connect({ ...trust, ...options });
    let seen = '';
    socket.on('data', () => {
      seen = `${socket.getProtocol()} ${socket.getCipher().name}`;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve(seen));
  });
}

const PAIR = 'cert_file: server.pem, key_file: server.key';
const OLD: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };

test('old versions are spoken where the file asks for them, and only there', async () => {
  expect(await agreed(await serve(`${PAIR}, min_version: TLS10`), OLD)).toMatch(/^TLSv1 ECDHE-ECDSA-AES/);
  expect(await agreed(await serve(PAIR), OLD)).toMatch(/PROTOCOL_VERSION/);
  expect(await agreed(await serve(`${PAIR}, max_version: TLS12`))).toMatch(/^TLSv1.2 /);
  expect(await agreed(await serve(`${PAIR}, min_version: TLS13`), { maxVersion: 'TLSv1.2' })).toMatch(
    /PROTOCOL_VERSION/,
  );
});

test('each cipher and curve of the file is one of OpenSSL', async () => {
  for (const [kind, type] of [
    ['server', 'ECDSA'],
    ['server-rsa', 'RSA'],
  ] as const)
    for (const [suite, name] of [
      ['AES_128_GCM_SHA256', 'AES128-GCM-SHA256'],
      ['AES_256_GCM_SHA384', 'AES256-GCM-SHA384'],
      ['CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305'],
      ['AES_128_CBC_SHA', 'AES128-SHA'],
      ['AES_256_CBC_SHA', 'AES256-SHA'],
    ] as const) {
      const port = await serve(
        `cert_file: ${kind}.pem, key_file: ${kind}.key, cipher_suites: [TLS_ECDHE_${type}_WITH_${suite}]`,
      );
      expect(await agreed(port, { maxVersion: 'TLSv1.2' })).toBe(`TLSv1.2 ECDHE-${type}-${name}`);
      // As in Go, TLS 1.3 is offered all the same.
      expect(await agreed(port, { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' })).toBe(
        'TLSv1.3 TLS_CHACHA20_POLY1305_SHA256',
      );
    }
  for (const [curve, name] of [
    ['CurveP256', 'P-256'],
    ['CurveP384', 'P-384'],
    ['CurveP521', 'P-521'],
    ['X25519', 'X25519'],
  ] as const) {
    const port = await serve(`${PAIR}, curve_preferences: [${curve}]`);
    expect(await agreed(port, { ecdhCurve: name })).toMatch(/^TLSv1.3 /);
    expect(await agreed(port, { ecdhCurve: name === 'P-256' ? 'P-384' : 'P-256' })).toMatch(
      /HANDSHAKE_FAILURE/,
    );
  }
});

test('a bundle without one authority lets no client in', async () => {
  const client = { cert: pem('client.pem'), key: pem('client.key') };
  const policy = 'client_auth_type: RequireAndVerifyClientCert';
  expect(await agreed(await serve(`${PAIR}, ${policy}, client_ca_file: client.pem`), client)).toMatch(
    /^TLSv1.3/,
  );
  expect(await agreed(await serve(`${PAIR}, ${policy}, client_ca_file: server.key`), client)).not.toMatch(
    /^TLSv1/,
  );
});
