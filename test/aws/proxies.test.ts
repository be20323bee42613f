import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeClientVpnConnectionsCommand } from '@aws-sdk/client-ec2';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { AwsOptions } from '../../src/aws/connection.ts';
import { explain, toCallError } from '../../src/aws/errors.ts';
import { namedProxies, nameOf, proxyOf } from '../../src/aws/proxies.ts';
import { callerIdentity, json, NEVER, openAws, TARGET } from '../support/aws.ts';
import { AWS_TEST_CERTIFICATE, AWS_TEST_KEY, CERTIFICATE, KEY } from '../support/certificate.ts';
import { until } from '../support/exporter.ts';
import { type Answer, type FormRequest, startServer } from '../support/http-server.ts';
import { startProxy } from '../support/proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const HUSH = 'hu:sh#é';

beforeEach(() => {
  for (const name of NAMES) vi.stubEnv(name, undefined);
});

const none: Answer = (response) =>
  void response.end(
    '<DescribeClientVpnConnectionsResponse><connections/></DescribeClientVpnConnectionsResponse>',
  );

/** AWS as one server whose hosts nobody finds but the proxy. */
const everything: Answer = (response, request: FormRequest) => {
  const action = request.form.get('Action');
  if (action === 'GetCallerIdentity') return callerIdentity('111122223333')(response, request);
  if (action !== null) return none(response, request);
  if (request.url?.includes('@connections'))
    return json(200, { connectedAt: '2026-09-25T00:02:14Z' })(response, request);
  return json(200, request.url === '/v2/apis' ? { items: [] } : { TableNames: [] })(response, request);
};

async function setUp({
  scheme = 'https',
  proxyTls = false,
  answer = everything,
  ...options
}: Partial<AwsOptions> & { scheme?: string; proxyTls?: boolean; answer?: Answer } = {}) {
  const tls = scheme === 'https' ? { key: AWS_TEST_KEY, cert: AWS_TEST_CERTIFICATE } : undefined;
  const server = await startServer(answer, tls);
  onTestFinished(() => server.close());
  const proxy = await startProxy(server.url, proxyTls ? { key: KEY, cert: CERTIFICATE } : undefined);
  const caBundle = join(temporaryFolder(), 'ca.pem');
  await writeFile(caBundle, `${AWS_TEST_CERTIFICATE}${CERTIFICATE}`);
  const { aws } = await openAws(answer, {
    endpointUrls: { ec2: `${scheme}://ec2.aws.test` },
    caBundle,
    maxAttempts: 1,
    ...options,
  });
  const list = async (signal = NEVER) =>
    (await aws.ec2(TARGET)).send(
      new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'cvpn-endpoint-1' }),
      { abortSignal: signal },
    );
  const failed = () =>
    list().then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  return { server, proxy, aws, list, failed };
}

test.each(['https', 'http'])(
  'every client of AWS, and STS, is asked through the proxy (%s)',
  async (scheme) => {
    const { aws, proxy, list } = await setUp({
      scheme,
      endpointUrls: Object.fromEntries(
        ['ec2', 'sts', 'apigateway', 'dynamodb'].map((api) => [api, `${scheme}://${api}.aws.test`]),
      ),
      endpointUrl: `${scheme}://gateway.aws.test:8443`,
    });
    vi.stubEnv(`${scheme}_proxy`, proxy.url);
    await list();
    await (await aws.apiGateway(TARGET)).send(new GetApisCommand({}));
    await (await aws.dynamoDb(TARGET)).send(new ListTablesCommand({}));
    const management = await aws.management(TARGET, 'https://a.execute-api.eu-west-1.amazonaws.com/prod');
    await management.send(new GetConnectionCommand({ ConnectionId: 'a=' }));
    await aws.accountId(TARGET, NEVER);
    const port = scheme === 'https' ? 443 : 80;
    expect(new Set(proxy.asked)).toEqual(
      new Set([
        `CONNECT sts.aws.test:${port}`,
        `CONNECT ec2.aws.test:${port}`,
        `CONNECT apigateway.aws.test:${port}`,
        `CONNECT dynamodb.aws.test:${port}`,
        'CONNECT gateway.aws.test:8443',
      ]),
    );
  },
);

test('a way through a proxy serves request after request', async () => {
  const { proxy, list, server } = await setUp();
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  for (let n = 0; n < 3; n += 1) await list();
  expect(server.requests).toHaveLength(3);
  expect(proxy.asked).toEqual(['CONNECT ec2.aws.test:443']);
});

test.each(['https', 'http'])(
  'a way that the proxy resets while it idles is opened anew (%s)',
  async (scheme) => {
    const { proxy, list } = await setUp({ scheme });
    vi.stubEnv(`${scheme}_proxy`, proxy.url);
    await list();
    proxy.cut();
    expect((await list()).Connections).toEqual([]);
    expect(proxy.asked).toHaveLength(2);
  },
);

test.each(['NO_PROXY', 'no_proxy'])('hosts of %s are asked directly', async (name) => {
  const { proxy, failed } = await setUp();
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  vi.stubEnv(name, 'localhost, .aws.test');
  expect(toCallError(await failed())).toBe('unavailable');
  expect(proxy.asked).toEqual([]);
});

test('what runs on this machine is asked directly, whatever NO_PROXY says', async () => {
  const { aws, server } = await openAws(none);
  vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
  const client = await aws.ec2(TARGET);
  await client.send(new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'cvpn-endpoint-1' }));
  expect(server.requests).toHaveLength(1);
});

test.each([
  [{}, 'https', 'ec2.aws.test', undefined],
  [{ HTTPS_PROXY: 'http://p:1' }, 'https', 'ec2.aws.test', 'http://p:1 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'http://p:1' }, 'http', 'ec2.aws.test', undefined],
  [{ HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:1' }, 'https', 'a', 'http://q:1 (https_proxy)'],
  [{ ALL_PROXY: 'https://p', HTTP_PROXY: 'p:3128' }, 'https', 'a', 'https://p (ALL_PROXY)'],
  [{ ALL_PROXY: 'https://p', HTTP_PROXY: 'p:3128' }, 'http', 'a', 'http://p:3128 (HTTP_PROXY)'],
  // Written so, it is a proxy without TLS, as it is for curl.
  [{ HTTPS_PROXY: 'p:3128' }, 'https', 'a', 'http://p:3128 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'http://u:p@p:1/' }, 'https', 'a', 'http://p:1 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'http://[fd00::1]:1' }, 'https', 'a', 'http://[fd00::1]:1 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'http://p:1\n' }, 'https', 'a', 'http://p:1 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, 'https', 'a', undefined],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'b, a:443' }, 'https', 'a', undefined],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: '[fd00::2]' }, 'https', 'fd00::2', undefined],
  ...['localhost', 'sim.localhost', '127.0.0.1', '127.9.9.9', '::1'].map(
    (host) => [{ ALL_PROXY: 'http://p:1' }, 'https', host, undefined] as const,
  ),
] as const)('%o: %s://%s goes through %s', (env, scheme, host, expected) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const proxy = proxyOf(scheme, host, 443);
  expect(proxy && nameOf(proxy)).toBe(expected);
});

test.each([
  ['http://', 'is no URL of a proxy'],
  ['"http://proxy:3128"', 'is no URL of a proxy'],
  ['http://hush:hush@proxy:99999', 'is no URL of a proxy'],
  ['http://hush:hu#sh@proxy:3128', 'is no URL of a proxy'],
  ['http://hush/x@proxy:3128', 'has more than a host and a port'],
  ['http://hush:100%@proxy', 'has a % in its user or password that encodes nothing'],
  ['socks5://hush:hush@proxy:1080', 'names a proxy of the kind socks5, and only http and https are known'],
])('%s is told by the name of the variable, never by its value', async (value, fault) => {
  vi.stubEnv('HTTPS_PROXY', value);
  expect(namedProxies).toThrow(new RegExp(`^the environment variable HTTPS_PROXY ${fault}$`));
  const { failed, proxy } = await setUp();
  const text = explain(await failed());
  expect(text).toContain(
    `the environment variable HTTPS_PROXY ${fault}; write it as http://proxy.example.com:3128`,
  );
  expect(text).not.toMatch(/hush|bug/);
  expect(proxy.asked).toEqual([]);
  vi.stubEnv('NO_PROXY', '*');
  expect(namedProxies()).toEqual([]);
});

test('user and password in the URL of a proxy are used, and never told', async () => {
  const { proxy, list, failed } = await setUp({ maxAttempts: 1 });
  const [user, password] = ['me@corp', HUSH];
  vi.stubEnv(
    'HTTPS_PROXY',
    proxy.url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`),
  );
  proxy.behave({ status: 407, text: 'Proxy Authentication Required' });
  expect(explain(await failed())).not.toMatch(/me(@|%40)corp|hu(:|%3A)sh|Basic/);
  proxy.behave('let-through');
  await list();
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  expect(proxy.authorizations).toEqual([expected, expected]);
});

test.each([
  [
    { status: 407, text: 'Proxy Authentication Required' },
    /\(ProxyAuthentication\): the way to ec2.aws.test:443 through the proxy http:\/\/127.0.0.1:\d+ \(HTTPS_PROXY\) was refused: HTTP 407 Proxy Authentication Required; put the user and the password/,
    'unavailable',
  ],
  [
    { status: 403, text: 'Forbidden' },
    /\(ProxyRefused\): .* was refused: HTTP 403 Forbidden; let the proxy open ways \(CONNECT\)/,
    'unavailable',
  ],
  ['hang-up', /\(ProxyUnreachable\): .* could not be opened: socket hang up; check the host/, 'unavailable'],
  [
    'hang',
    /\(ProxyTimeout\): the way to ec2.aws.test:443 through the proxy .* was not opened in time; see/,
    'timeout',
  ],
] as const)(
  'a proxy that answers %o is told with its address and what to do',
  async (manner, expected, kind) => {
    const { proxy, failed } = await setUp({ connectTimeoutMs: 200 });
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    proxy.behave(manner);
    const error = await failed();
    expect(explain(error)).toMatch(expected);
    expect(toCallError(error)).toBe(kind);
    await until(async () => proxy.open() === 0);
  },
);

test('a proxy that is not there is told with its address and what to do', async () => {
  const { failed } = await setUp();
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
  const error = await failed();
  expect(explain(error)).toMatch(
    /through the proxy http:\/\/127.0.0.1:1 \(HTTPS_PROXY\) could not be opened: connect ECONNREFUSED 127.0.0.1:1; check the host and the port/,
  );
  expect(toCallError(error)).toBe('unavailable');
});

test('a proxy that fails once is asked again', async () => {
  const { proxy, list } = await setUp({ maxAttempts: 2 });
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  proxy.behave('hang-up');
  const listed = list();
  await until(async () => proxy.asked.length === 1);
  proxy.behave('let-through');
  expect((await listed).Connections).toEqual([]);
});

test('the authorities of ca_bundle hold for AWS behind a proxy, and for a proxy with TLS', async () => {
  const { proxy, list } = await setUp({ proxyTls: true });
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  expect((await list()).Connections).toEqual([]);
  expect(proxy.asked).toEqual(['CONNECT ec2.aws.test:443']);
});

test.each([
  [
    'AWS',
    AWS_TEST_CERTIFICATE,
    /ProxyUnreachable\): .*self.signed certificate; .*aws.ca_bundle, if set, has its authority/,
  ],
  ['the proxy', CERTIFICATE, /self.signed certificate.*; TLS failed: behind a proxy that opens TLS/],
])('where ca_bundle has the authority of %s alone, the other is not trusted', async (_, pem, expected) => {
  const caBundle = join(temporaryFolder(), 'one.pem');
  await writeFile(caBundle, pem);
  const { proxy, failed } = await setUp({ proxyTls: true, caBundle });
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  expect(explain(await failed())).toMatch(expected);
});

test('a certificate of another host is refused behind a proxy', async () => {
  const { proxy, failed } = await setUp({ endpointUrls: { ec2: 'https://ec2.other.test' } });
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  const told = explain(await failed());
  expect(told).toContain('the certificate is one of another host');
  expect(told).toMatch(/; it was asked through the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)$/);
});

test('a proxy that says the way is open, and answers itself, is named', async () => {
  const { proxy, failed } = await setUp();
  vi.stubEnv('HTTPS_PROXY', proxy.url.replace('//', '//alice:hush@'));
  proxy.behave('lie');
  const error = await failed();
  expect(explain(error)).toContain(`; it was asked through the proxy ${proxy.url} (HTTPS_PROXY)`);
  expect(explain(error)).not.toContain('hush');
  expect(toCallError(error)).toBe('unavailable');
});

test('a call to STS that fails behind a proxy says both what it is for, and which proxy it was', async () => {
  const { proxy, aws } = await setUp({ endpointUrls: { sts: 'https://sts.aws.test' } });
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  proxy.behave('lie');
  const unknown = { name: TARGET.name, region: TARGET.region };
  const error = await aws.accountId(unknown, NEVER).catch((cause: unknown) => cause);
  expect(explain(error)).toMatch(
    /; it was asked through the proxy .*; with account_id in the target, STS need not be reached$/,
  );
});

test('what is asked without a proxy names none, and neither is one named twice', async () => {
  const direct = await setUp({ requestTimeoutMs: 300, endpointUrls: {}, answer: () => {} });
  vi.stubEnv('HTTPS_PROXY', direct.proxy.url);
  expect(explain(await direct.failed())).not.toContain('proxy http');
  const { proxy, failed } = await setUp();
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  proxy.behave({ status: 403, text: 'Forbidden' });
  expect(explain(await failed()).split('through the proxy')).toHaveLength(2);
});

test('the deadline of a request holds behind a proxy, and its socket is closed', async () => {
  const { proxy, failed } = await setUp({ requestTimeoutMs: 300, answer: () => {} });
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  const error = await failed();
  expect(toCallError(error)).toBe('timeout');
  expect(explain(error)).toContain(`; it was asked through the proxy ${proxy.url} (HTTPS_PROXY)`);
  await until(async () => proxy.open() === 0);
});

test('an abort and the end close a way that is being opened', async () => {
  const { proxy, aws, list } = await setUp({ connectTimeoutMs: 60_000, requestTimeoutMs: 60_000 });
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  proxy.behave('hang');
  const abort = new AbortController();
  const given = list(abort.signal);
  await until(async () => proxy.asked.length === 1);
  abort.abort();
  await expect(given).rejects.toMatchObject({ name: 'AbortError' });
  const under = list().catch((error: unknown) => error);
  await until(async () => proxy.asked.length === 2);
  aws.close();
  await until(async () => proxy.open() === 0);
  expect(await under).toBeInstanceOf(Error);
});
