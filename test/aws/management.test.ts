import { createHash, createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, onTestFinished, test, vi } from 'vitest';
import { json, NEVER, openAws, TARGET } from '../support/aws.ts';
import { type FormRequest, startServer } from '../support/http-server.ts';

const HOST = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';
const PROD = `https://${HOST}/prod`;
const live = json(200, { connectedAt: '2026-09-25T00:02:14.263Z' });

const lookUp = (ConnectionId: string) => new GetConnectionCommand({ ConnectionId });

/** The Authorization header that AWS works out for a request whose path it sees as `path` (AWS Signature Version 4). */
function toAuthorization(path: string, { method, headers, body }: FormRequest): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const signed = /SignedHeaders=([^,]*)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  // What came is encoded once more, as every service but S3 does.
  const uri = encodeURIComponent(path).replaceAll('%2F', '/');
  const canonical = [method, uri, '', lines.join(''), signed, sha256(body)].join('\n');
  const at = String(headers['x-amz-date']);
  const scope = [at.slice(0, 8), 'eu-west-1', 'execute-api', 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', at, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, 'AWS4secret');
  const signature = hmac(key, toSign).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=AKIATEST/${scope.join('/')}, SignedHeaders=${signed}, Signature=${signature}`;
}

test.each([
  'L0SM9cOFvHcCIhw=',
  'gbgBR89uMQAYKEiZJA==',
  'Mg_ugfpqPHcCIVA=',
  'gbgBaQ9t-QAYKEiolA==',
  'a/b+c%20?d#é',
])('%s arrives as the same id, signed for the real host', async (id) => {
  const { aws, server } = await openAws(live);
  await (await aws.management(TARGET, PROD)).send(lookUp(id));
  const [request] = server.requests;
  const path = `/prod/@connections/${encodeURIComponent(id)}`;
  expect(`${request?.method} ${request?.url}`).toBe(`GET ${path}`);
  expect(request?.headers.host).toBe(HOST);
  expect(request?.headers.authorization).toMatch(/SignedHeaders=[^,]*\bhost;/);
  expect(request?.headers.authorization).toBe(request && toAuthorization(path, request));
});

test('FIPS and dual-stack in the environment do not hold for a stage, whose URL is its host', async () => {
  vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
  vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', 'true');
  const { aws, server } = await openAws(live);
  await (await aws.management(TARGET, PROD)).send(lookUp('one='));
  expect(server.requests[0]?.headers.host).toBe(HOST);
});

test('an override of its own can have a path; what is signed knows nothing of it', async () => {
  const proxy = await startServer(live);
  onTestFinished(() => proxy.close());
  const { aws, server } = await openAws(live, { endpointUrls: { 'execute-api': `${proxy.url}/base/` } });
  await (await aws.management(TARGET, PROD)).send(lookUp('one='));
  const [request] = proxy.requests;
  expect(request?.url).toBe('/base/prod/@connections/one%3D');
  expect(request?.headers.host).toBe(HOST);
  expect(request?.headers.authorization).toBe(
    request && toAuthorization('/prod/@connections/one%3D', request),
  );
  expect(server.requests).toEqual([]);
});

test('over TLS, the host of the override is the one that is to prove itself', async () => {
  const names: string[] = [];
  const proxy = createServer({
    SNICallback(name, reject) {
      names.push(name);
      reject(new Error('enough seen'));
    },
  });
  await new Promise<void>((resolve) => proxy.listen(0, 'localhost', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const { aws } = await openAws(live, { endpointUrl: `https://localhost:${port}`, maxAttempts: 1 });
  await expect((await aws.management(TARGET, PROD)).send(lookUp('a'))).rejects.toThrow();
  expect(names).toEqual(['localhost']);
});

test('one client for each management URL and target', async () => {
  const { aws } = await openAws(live);
  const client = await aws.management(TARGET, PROD);
  expect(await aws.management({ ...TARGET }, PROD)).toBe(client);
  expect(await aws.management(TARGET, `https://${HOST}/dev`)).not.toBe(client);
  expect(await aws.management({ ...TARGET, name: 'other' }, PROD)).not.toBe(client);
});

test('all management URLs of a target share its limit, other targets and APIs do not', async () => {
  const { aws, server } = await openAws(live, { requestsPerSecond: { 'execute-api': 0.01 } });
  await (await aws.management(TARGET, PROD)).send(lookUp('a'));
  const abort = new AbortController();
  const waiting = (await aws.management(TARGET, `https://${HOST}/dev`))
    .send(lookUp('b'), { abortSignal: abort.signal })
    .catch((reason: unknown) => reason);
  await (await aws.management({ ...TARGET, name: 'other' }, PROD)).send(lookUp('c'));
  expect(server.requests.map(({ url }) => url)).toEqual(['/prod/@connections/a', '/prod/@connections/c']);
  abort.abort();
  expect(await waiting).toMatchObject({ name: 'AbortError' });
});

test('look-ups are counted under the name that IAM knows, and none is sent twice', async () => {
  const { aws, calls, server } = await openAws(json(429, '', 'LimitExceededException'), { maxAttempts: 4 });
  const sent = (await aws.management(TARGET, PROD)).send(lookUp('a'), { abortSignal: NEVER });
  await expect(sent).rejects.toMatchObject({ name: 'LimitExceededException' });
  expect(server.requests).toHaveLength(1);
  const counted = calls.families.slice(0, 2).flatMap((family) => [...family.samples()]);
  const labels = {
    account_id: '111122223333',
    region: 'eu-west-1',
    api: 'execute-api',
    operation: 'GetConnection',
  };
  expect(counted.filter(({ labels: { api }, value }) => api !== 'sts' && value > 0)).toMatchObject([
    { labels, value: 1 },
    { labels: { ...labels, error: 'throttled' }, value: 1 },
  ]);
});
