import { expect, test } from 'vitest';
import { as, ask, login, openPort } from '../support/web-port.ts';
import { OF_TOOLKIT } from '../web-config/table.ts';

const GOOD = OF_TOOLKIT.filter(({ text, refused }) => text !== undefined && !refused);
/** Good files that let the client of tests not in. */
const OUT: ReadonlyMap<string, object> = new Map<string, object>([
  ['auth_client_san.bad', { error: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) }],
  // Without a certificate.
  ['auth_clientCAs_missing.bad', { error: expect.any(String) }],
  ['noAuth.good.blocking', { error: expect.any(String) }],
  ['rate_limiter_one_second', { status: 429 }],
]);

test.each(GOOD)('$name is served', async ({ name, text = '' }) => {
  const { url } = await openPort(text);
  const isTls = text.includes('tls_server_config');
  expect(url).toMatch(isTls ? /^https:/ : /^http:/);
  const client = /client\.pem|RequireAnyClientCert/.test(text) ? as('client') : {};
  const carol = { headers: login('carol', 'carol123') };
  expect(await ask(url, { ...client, ...carol })).toMatchObject(
    OUT.get(name) ?? { status: 200, body: 'hello' },
  );
  if (text.includes('basic_auth_users')) {
    expect(await ask(url)).toMatchObject({ status: 401 });
    expect(await ask(url, { headers: login('carol', 'carol124') })).toMatchObject({ status: 401 });
    expect(await ask(url, { headers: login('nonexistent', 'nonexistent') })).toMatchObject({ status: 401 });
  }
  if (isTls) expect(await ask(url.replace('https:', 'http:'))).toMatchObject({ status: 400 });
  else expect(await ask(url.replace('http:', 'https:'))).toEqual({ error: 'EPROTO' });
});

test('a file that is swapped for one of another policy under a running server holds for the next connection', async () => {
  const [verifying = '', blocking = ''] = ['noAuth.good', 'noAuth.good.blocking'].map(
    (wanted) => OF_TOOLKIT.find(({ name }) => name === wanted)?.text,
  );
  expect(blocking).not.toBe(verifying);
  const port = await openPort(verifying);
  for (let n = 0; n < 5; n += 1) {
    port.write(blocking);
    expect(await ask(port.url)).toEqual({ error: expect.any(String) });
    port.write(verifying);
    expect(await ask(port.url)).toMatchObject({ status: 200 });
  }
});
