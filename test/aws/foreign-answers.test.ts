import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeClientVpnConnectionsCommand, DescribeClientVpnEndpointsCommand } from '@aws-sdk/client-ec2';
import { expect, onTestFinished, test } from 'vitest';
import type { Aws } from '../../src/aws/clients.ts';
import { explain, toCallError } from '../../src/aws/errors.ts';
import { NEVER, openAws, TARGET } from '../support/aws.ts';
import { CERTIFICATE, KEY } from '../support/certificate.ts';
import { startServer } from '../support/http-server.ts';

const URL_PROD = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';
const HTML =
  '<!DOCTYPE html><html><head><title>Proxy</title></head><body><p>Sign in & go on<br></body></html>';

const CALLS: Readonly<Record<string, (aws: Aws) => Promise<unknown>>> = {
  connections: async (aws) =>
    (await aws.ec2(TARGET)).send(new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'e' })),
  endpoints: async (aws) => (await aws.ec2(TARGET)).send(new DescribeClientVpnEndpointsCommand({})),
  apis: async (aws) => (await aws.apiGateway(TARGET)).send(new GetApisCommand({})),
  scan: async (aws) => (await aws.dynamoDb(TARGET)).send(new ScanCommand({ TableName: 't' })),
  lookUp: async (aws) =>
    (await aws.management(TARGET, URL_PROD)).send(new GetConnectionCommand({ ConnectionId: 'a=' })),
  account: (aws) => aws.accountId({ name: 'bare', region: 'eu-west-1' }, NEVER),
};

/** What people are told of each call to `endpointUrl`, and how it is counted. */
async function told(endpointUrl: string) {
  return Promise.all(
    Object.entries(CALLS).map(async ([name, call]) => {
      const endpointUrls = name === 'account' ? { sts: endpointUrl } : {};
      const { aws } = await openAws(() => {}, { endpointUrl, endpointUrls, maxAttempts: 1 });
      const error = await call(aws).catch((reason: unknown) => reason);
      return { kind: toCallError(error), sentence: explain(error) };
    }),
  );
}

async function expectAll(url: string, kind: string, words: RegExp): Promise<void> {
  for (const one of await told(url)) {
    expect(one).toEqual({ kind, sentence: expect.stringMatching(words) });
    expect(one.sentence).not.toContain('bug');
  }
}

test.each<[number, string, RegExp]>([
  ...[301, 302, 303, 307, 308].map((status): [number, string, RegExp] => [
    status,
    'unavailable',
    /\(Redirect, HTTP 30\d\): the answer is a redirect to https:\/\/login\.example\.com\/in, as none of AWS is; check endpoint_url/,
  ]),
  [401, 'denied', /credentials/],
  [403, 'denied', /proxies/],
  [404, 'not_found', /endpoint_url/],
  [405, 'invalid', /proxies/],
  [407, 'unavailable', /proxy in between asks who we are/],
  [413, 'invalid', /proxies/],
  [426, 'invalid', /proxies/],
  [429, 'throttled', /less often|lower |asks seldom/],
  [451, 'invalid', /proxies/],
  [500, 'unavailable', /AWS or a proxy/],
  [502, 'unavailable', /AWS or a proxy/],
  [511, 'unavailable', /signed in/],
  [600, 'unavailable', /none of AWS/],
  [999, 'unavailable', /none of AWS/],
])('a %s in HTML is %s', async (status, kind, words) => {
  const server = await startServer((response) => {
    const location = 'https://login.example.com/in?token=FwoGZXIvYXdz#top';
    response.writeHead(status, { 'content-type': 'text/html', location }).end(HTML);
  });
  onTestFinished(() => server.close());
  await expectAll(server.url, kind, words);
});

test.each([
  ...['null', '7', '"text"', '[]', '[null]', 'true'],
  '{"Items":7,"items":7}',
  '{"Items":[null],"items":[null]}',
  '{"Items":{"a":1},"items":{"a":1}}',
  '{"Items":[{"id":null}],"items":[{"apiId":{}}]}',
  '{"Items":[{"id":7}],"items":[{"createdDate":{}}]}',
  '{"connectedAt":{},"identity":7,"lastActiveAt":[]}',
])('JSON that AWS does not send, %s, is a broken answer or none', async (body) => {
  for (const status of [200, 201]) {
    const server = await startServer((response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    onTestFinished(() => server.close());
    const { aws } = await openAws(() => {}, { endpointUrl: server.url, maxAttempts: 1 });
    for (const name of ['apis', 'scan', 'lookUp']) {
      const error = await CALLS[name]?.(aws).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined)
        expect(explain(error)).not.toMatch(/bug|TypeError|Cannot read|is not a function/);
    }
  }
});

/** A server that says this to whatever it is told, and closes. */
async function startRaw(bytes: string | Buffer): Promise<string> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => {}));
    socket.once('data', () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each<[string, string | Buffer, RegExp]>([
  ['nothing', '', /ECONNRESET/],
  ['words', 'hello\r\n', /does not speak HTTP/],
  ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n', /does not speak HTTP/],
  ['a TLS alert', Buffer.from([0x15, 3, 3, 0, 2, 2, 0x28]), /does not speak HTTP/],
  ['half a status line', 'HTTP/1.1 2', /ECONNRESET/],
  ['another version', 'HTTP/9.9 200 OK\r\n\r\n', /does not speak HTTP/],
  ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, /HPE_HEADER_OVERFLOW/],
  ['a header that is none', 'HTTP/1.1 200 OK\r\n\0: a\r\n\r\n', /does not speak HTTP/],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na',
    /does not speak HTTP/,
  ],
  [
    'a chunk that is none',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    /speak HTTP|aborted/,
  ],
  ['a status of no meaning', 'HTTP/1.1 000 \r\ncontent-length: 0\r\n\r\n', /none of AWS/],
])('what answers says %s', async (_, bytes, words) => {
  await expectAll(`http://${await startRaw(bytes)}`, 'unavailable', words);
});

test('a server without TLS is asked with TLS', async () => {
  await expectAll(
    `https://${await startRaw('HTTP/1.1 400 Bad Request\r\n\r\n')}`,
    'unavailable',
    /TLS could not begin/,
  );
});

test('a server with TLS is asked without', async () => {
  const server = createTlsServer({ key: KEY, cert: CERTIFICATE });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await expectAll(`http://127.0.0.1:${port}`, 'unavailable', /does not speak HTTP|ECONNRESET/);
});

test('a certificate that nobody vouches for', async () => {
  const server = await startServer((response) => void response.end(), { key: KEY, cert: CERTIFICATE });
  onTestFinished(() => server.close());
  await expectAll(server.url, 'unavailable', /DEPTH_ZERO_SELF_SIGNED_CERT.*set ca_bundle/);
});

test('nobody listens', async () => {
  const server = await startServer(() => {});
  await server.close();
  await expectAll(server.url, 'unavailable', /ECONNREFUSED.*could not be reached/);
});

test('a ca_bundle that is gone since the start', async () => {
  const { aws } = await openAws(() => {}, { caBundle: '/nowhere/ca.pem', maxAttempts: 1 });
  const error = await CALLS.endpoints?.(aws).catch((reason: unknown) => reason);
  expect(toCallError(error)).toBe('invalid');
  expect(explain(error)).toMatch(/ca_bundle.*ENOENT/);
});
