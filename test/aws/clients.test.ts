import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeClientVpnEndpointsCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Calls } from '../../src/aws/calls.ts';
import { createAws } from '../../src/aws/clients.ts';
import type { AwsOptions } from '../../src/aws/connection.ts';
import { describeConnections } from '../../src/aws/connections/describe.ts';
import { Interned } from '../../src/aws/connections/interned.ts';
import { ConnectionsReader } from '../../src/aws/connections/reader.ts';
import { defaultRegion } from '../../src/aws/default-region.ts';
import { explain } from '../../src/aws/errors.ts';
import type { Target } from '../../src/aws/targets.ts';
import { systemClock } from '../../src/core/clock.ts';
import { callerIdentity } from '../support/aws.ts';
import { rawsOf } from '../support/connection-rows.ts';
import { type Answer, startServer, type TestServer } from '../support/http-server.ts';
import { createLogBook } from '../support/log-book.ts';
import { ODD_FILES, putOdd } from '../support/odd-files.ts';

const TARGET: Target = { name: 'default', region: 'eu-west-1', accountId: '111122223333' };
const NEVER = new AbortController().signal;

const connectionsXml = (rows: number) =>
  `<DescribeClientVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><connections>${Array.from(
    { length: rows },
    (_, i) => `<item><connectionId>cvpn-connection-${i}</connectionId></item>`,
  ).join('')}</connections></DescribeClientVpnConnectionsResponse>`;

const good: Answer = (response) => void response.end(connectionsXml(50));
const fails =
  (status: number, code: string): Answer =>
  (response) =>
    void response
      .writeHead(status)
      .end(`<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`);

const assumedRole: Answer = (response) =>
  void response.end(
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::777788889999:assumed-role/exporter/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  );
const identity = callerIdentity('444455556666');

let answers: Answer[];
let server: TestServer;
/** It says of every key that it is of the account of TARGET. */
let sts: TestServer;
let folder: string;
const cleanUps: (() => unknown)[] = [];

beforeEach(async () => {
  answers = [];
  server = await startServer((response, request) => (answers.shift() ?? good)(response, request));
  sts = await startServer(callerIdentity('111122223333'));
  folder = await mkdtemp(join(tmpdir(), 'aws-'));
  cleanUps.push(
    () => server.close(),
    () => sts.close(),
    () => rm(folder, { recursive: true }),
  );
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

function setUp(options: Partial<AwsOptions> = {}) {
  const calls = new Calls(systemClock);
  const aws = createAws(
    {
      endpointUrl: server.url,
      endpointUrls: { sts: sts.url },
      connectTimeoutMs: 1000,
      requestTimeoutMs: 5000,
      maxAttempts: 3,
      ...options,
    },
    { clock: systemClock, calls, logger: createLogBook(), requestsPerSecond: { ec2: 100 } },
  );
  cleanUps.unshift(() => aws.close());
  const list = async (target = TARGET, abortSignal = NEVER) => {
    const reader = new ConnectionsReader(new Interned());
    const input = { ClientVpnEndpointId: 'cvpn-endpoint-1' };
    const { rows } = await describeConnections(await aws.ec2(target), input, reader, abortSignal);
    return { Connections: rows && rawsOf(rows) };
  };
  return { aws, calls, list };
}

/** The counters above zero, in short; without the question whose credentials they are, which every test asks. */
function counts(calls: Calls): string[] {
  return allCounts(calls).filter((line) => !line.startsWith('sts:GetCallerIdentity'));
}

function allCounts(calls: Calls): string[] {
  return calls.families
    .filter(({ type }) => type === 'counter')
    .flatMap((family) => [...family.samples()])
    .filter(({ value }) => value > 0)
    .map(({ labels, value }) => {
      const { api, operation, error } = labels as Record<string, string>;
      return `${api}:${operation}${error === undefined ? '' : ` ${error}`} ${value}`;
    });
}

test('rows', async () => {
  const { list, calls } = setUp();
  const page = await list();
  expect(page.Connections).toHaveLength(50);
  expect(counts(calls)).toEqual(['ec2:DescribeClientVpnConnections 1']);
  expect(server.requests[0]?.headers['user-agent']).toContain('app/aws-connections-exporter');
  expect([...(calls.families[0]?.samples() ?? [])][1]?.labels).toEqual({
    account_id: '111122223333',
    region: 'eu-west-1',
    api: 'ec2',
    operation: 'DescribeClientVpnConnections',
  });
  const durations = [...(calls.families[2]?.samples() ?? [])].filter(({ suffix }) => suffix === '_count');
  const duration = durations.find(({ labels }) => Object.values(labels).includes('ec2'));
  expect(duration).toMatchObject({
    labels: { api: 'ec2', operation: 'DescribeClientVpnConnections' },
    value: 1,
  });
});

test.each<[string, Answer, string]>([
  ['503', fails(503, 'Unavailable'), 'unavailable'],
  ['throttling', fails(503, 'RequestLimitExceeded'), 'throttled'],
  ['an HTML 503', (response) => void response.writeHead(503).end('<html><hr></html>'), 'unavailable'],
  ['truncated XML', (response) => void response.end(connectionsXml(50).slice(0, 900)), 'unavailable'],
  ['an empty 200', (response) => void response.end(), 'unavailable'],
  [
    'a body cut by a reset',
    (response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write(connectionsXml(50).slice(0, 900), () => response.destroy());
    },
    'unavailable',
  ],
])('after %s the whole page is asked for again', async (_, bad, error) => {
  const { list, calls } = setUp();
  answers = [bad];
  const page = await list();
  expect(page.Connections?.map(({ ConnectionId }) => ConnectionId)).toEqual(
    Array.from({ length: 50 }, (_row, i) => `cvpn-connection-${i}`),
  );
  expect(counts(calls)).toEqual([
    'ec2:DescribeClientVpnConnections 2',
    `ec2:DescribeClientVpnConnections ${error} 1`,
  ]);
});

test.each<[string, Answer]>([
  ['never answers', () => {}],
  ['stalls in the body', (response) => void response.write(connectionsXml(50).slice(0, 900))],
])('a server that %s is a timeout', async (_, hangs) => {
  const { list, calls } = setUp({ requestTimeoutMs: 150, maxAttempts: 1 });
  answers = [hangs];
  await expect(list()).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(counts(calls)).toEqual([
    'ec2:DescribeClientVpnConnections 1',
    'ec2:DescribeClientVpnConnections timeout 1',
  ]);
});

test('the last broken answer is told as it is', async () => {
  const { list } = setUp({ maxAttempts: 1 });
  answers = [(response) => void response.end('<html></html>')];
  const error = await list().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 1 } });
  expect(explain(error)).toMatch(
    /^ec2:DescribeClientVpnConnections failed \(BrokenAnswer, HTTP 200\): the answer is not a list of connections: its root element is <html>; /,
  );
});

test('errors and other operations stay the SDK’s', async () => {
  const { aws, list } = setUp();
  answers = [
    fails(400, 'InvalidClientVpnEndpointId.NotFound'),
    (response) =>
      void response.end(
        '<DescribeClientVpnEndpointsResponse><clientVpnEndpoint><item><vpnPort>443</vpnPort></item></clientVpnEndpoint></DescribeClientVpnEndpointsResponse>',
      ),
  ];
  await expect(list()).rejects.toMatchObject({ name: 'InvalidClientVpnEndpointId.NotFound' });
  const { ClientVpnEndpoints } = await (await aws.ec2(TARGET)).send(
    new DescribeClientVpnEndpointsCommand({}),
  );
  expect(ClientVpnEndpoints).toEqual([{ VpnPort: 443 }]);
});

test('an abort ends a call at once, without another attempt', async () => {
  const { list, calls } = setUp();
  const abort = new AbortController();
  answers = [() => abort.abort(new Error('deadline'))];
  await expect(list(TARGET, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  await expect(list(TARGET, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(counts(calls)[0]).toBe('ec2:DescribeClientVpnConnections 1');
  expect(server.requests).toHaveLength(1);
});

test('an abort does not wait for credentials', async () => {
  const { list } = setUp({ endpointUrls: {} });
  const abort = new AbortController();
  answers = [() => abort.abort()];
  const role = { ...TARGET, roleArn: 'arn:aws:iam::111122223333:role/r' };
  await expect(list(role, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(server.requests.map(({ form }) => form.get('Action'))).toEqual(['AssumeRole']);
});

test('one role serves all regions of a target with one AssumeRole', async () => {
  const { list, calls } = setUp({ endpointUrls: {} });
  const role = { name: 'network', roleArn: 'arn:aws:iam::777788889999:role/exporter', externalId: 'x-id' };
  answers = [fails(503, 'Unavailable'), assumedRole];
  await Promise.all([list({ ...role, region: 'eu-west-1' }), list({ ...role, region: 'us-east-1' })]);
  expect(counts(calls)).toEqual([
    'sts:AssumeRole 2',
    'ec2:DescribeClientVpnConnections 1',
    'ec2:DescribeClientVpnConnections 1',
    'sts:AssumeRole unavailable 1',
  ]);
  const assume = server.requests[1];
  expect(assume?.form.get('RoleArn')).toBe(role.roleArn);
  expect(assume?.form.get('ExternalId')).toBe('x-id');
  expect(assume?.form.get('RoleSessionName')).toBe('aws-connections-exporter');
  expect(assume?.headers.authorization).toContain('Credential=AKIATEST/');
  expect(server.requests[3]?.headers.authorization).toContain('Credential=ASIAROLE/');
});

test('the account: the role’s, else the one that STS names, asked once', async () => {
  const { aws, calls } = setUp({ endpointUrls: {} });
  const bare = { name: 'bare', region: 'eu-west-1' };
  const role = { ...bare, name: 'role', roleArn: 'arn:aws-cn:iam::777788889999:role/x' };
  answers = [assumedRole];
  expect(aws.knownAccount(role)).toBe('777788889999');
  expect(await aws.accountId(role, NEVER)).toBe('777788889999');
  expect(server.requests).toHaveLength(1);

  answers = [fails(403, 'AccessDenied'), identity];
  await expect(aws.accountId(bare, NEVER)).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(aws.knownAccount(bare)).toBeUndefined();
  const both = await Promise.all([
    aws.accountId(bare, NEVER),
    aws.accountId({ ...bare, region: 'us-east-1' }, NEVER),
  ]);
  expect(both).toEqual(['444455556666', '444455556666']);
  expect(await aws.accountId(bare, NEVER)).toBe('444455556666');
  expect(aws.knownAccount(bare)).toBe('444455556666');
  expect(allCounts(calls)).toEqual([
    'sts:AssumeRole 1',
    'sts:GetCallerIdentity 2',
    'sts:GetCallerIdentity denied 1',
  ]);
});

test('the STS endpoint can differ, and a profile brings its keys', async () => {
  await writeFile(
    join(folder, 'credentials'),
    '[ops]\naws_access_key_id = AKIAOPS\naws_secret_access_key = s\n',
  );
  const { aws } = setUp();
  expect(await aws.accountId({ name: 'ops', region: 'eu-west-1', profile: 'ops' }, NEVER)).toBe(
    '111122223333',
  );
  expect(sts.requests[0]?.headers.authorization).toContain('Credential=AKIAOPS/');
  expect(server.requests).toHaveLength(0);
});

test('no credentials at all is told', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  const { list } = setUp();
  const error = await list().catch((reason: unknown) => reason);
  expect(explain(error)).toContain('no usable credentials were found');
});

test.each([
  ['AWS_ACCESS_KEY_ID', 'AKIAHUSH\n', 'ends with a line end'],
  ['AWS_ACCESS_KEY_ID', 'AKIAHUSH\r\n', 'ends with a line end'],
  ['AWS_SECRET_ACCESS_KEY', 'HUSH\n', 'ends with a line end'],
  ['AWS_SECRET_ACCESS_KEY', '"HUSH"', 'stands in quotes'],
  ['AWS_SESSION_TOKEN', ' HUSH', 'begins or ends with white space'],
  ['AWS_PROFILE', 'HUSH\n', 'ends with a line end'],
])('a %s that cannot be right is told by its name, and AWS is not asked', async (name, value, fault) => {
  vi.stubEnv(name, value);
  const { list } = setUp();
  const text = explain(await list().catch((reason: unknown) => reason));
  expect(text).toContain(`the environment variable ${name} ${fault}`);
  expect(text).toContain('echo -n');
  expect(text).not.toMatch(/HUSH|bug/);
  expect(server.requests).toHaveLength(0);
});

test('keys of the environment that a profile stands before are left alone', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA\n');
  await writeFile(join(folder, 'sound'), '[ops]\naws_access_key_id = AKIAOPS\naws_secret_access_key = s\n');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'sound'));
  const sts = await startServer(identity);
  cleanUps.push(() => sts.close());
  const { aws } = setUp({ endpointUrls: { sts: sts.url } });
  expect(await aws.accountId({ name: 'ops', region: 'eu-west-1', profile: 'ops' }, NEVER)).toBe(
    '444455556666',
  );
});

test('an AWS_REGION with a line end is told by its name', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1\n');
  await expect(defaultRegion()).rejects.toThrow('the environment variable AWS_REGION ends with a line end');
});

test('a ca_bundle that cannot be read is told, and tried again', async () => {
  const caBundle = join(folder, 'ca.pem');
  const { list } = setUp({ caBundle });
  await expect(list()).rejects.toThrow(caBundle);
  for (const { kind, words } of ODD_FILES) {
    putOdd(kind, caBundle);
    expect(explain(await list().catch((error: unknown) => error))).toContain(words);
  }
  await rm(caBundle, { recursive: true });
  await writeFile(caBundle, '');
  expect((await list()).Connections).toHaveLength(50);
});

test('the default region: the environment’s, else the profile’s, else none', async () => {
  expect(await defaultRegion()).toMatchObject({ region: undefined });
  // Another file: the SDK reads each path once.
  await writeFile(
    join(folder, 'regions'),
    '[default]\nregion = eu-west-3\n[profile ops]\nregion = sa-east-1\n',
  );
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'regions'));
  expect(await defaultRegion('ops')).toMatchObject({ region: 'sa-east-1' });
  expect(await defaultRegion()).toMatchObject({ region: 'eu-west-3' });
  vi.stubEnv('AWS_REGION', 'eu-north-1');
  expect(await defaultRegion()).toMatchObject({ region: 'eu-north-1' });
});
