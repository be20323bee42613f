import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import {
  containerKeys,
  credentialHelper,
  type SharedFiles,
  sharedFiles,
  ssoLogin,
  startSts,
} from '../../support/credentials.ts';
import { type Rig, said, startRig } from '../../support/exporter.ts';
import { type Answer, startServer } from '../../support/http-server.ts';
import { startProxy } from '../../support/proxy.ts';

const HOUR_MS = 3_600_000;
const ROLE = `arn:aws:iam::${HOME.accountId}:role/top`;
const BASE = `arn:aws:iam::${HOME.accountId}:role/base`;
const KEYS = 'aws_access_key_id = AKIAHOME\naws_secret_access_key = s\n';
const CHAIN = `[profile top]\nrole_arn = ${ROLE}\nsource_profile = mid\n[profile mid]\nrole_arn = ${BASE}\nsource_profile = home\n[profile home]\n${KEYS}`;

async function serve(answer: Answer) {
  const server = await startServer(answer);
  onTestFinished(() => server.close());
  return server;
}

/** Passes every so often for three hours; how many failed. */
async function failedPasses(rig: Rig, everyMs: number): Promise<number> {
  let failed = 0;
  for (let at = 0; at < 3 * HOUR_MS; at += everyMs) {
    await rig.clock.advance(everyMs);
    if (!(await rig.pass())) failed += 1;
  }
  return failed;
}

const sources = [
  {
    name: 'two roles of a profile',
    roles: ['base', 'top'],
    target: { profile: 'top' },
    set: (files: SharedFiles) => files.config(CHAIN),
  },
  {
    name: 'a role of the target',
    roles: ['top'],
    target: { role_arn: ROLE },
    set: (files: SharedFiles) => files.credentials({ default: 'AKIAHOME' }),
  },
  {
    name: 'a web identity, and a role of the target',
    roles: ['base', 'top'],
    target: { role_arn: ROLE },
    set: (files: SharedFiles) => writeFileSync(join(files.folder, 'token'), 'first'),
    env: (files: SharedFiles) => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: join(files.folder, 'token'),
      AWS_ROLE_ARN: BASE,
    }),
  },
];

async function startWithSts({ target, set, env }: (typeof sources)[number], more: object = {}) {
  const files = sharedFiles();
  set(files);
  const startAt = Date.now();
  let now = () => startAt;
  const sts = await startSts(HOME.accountId, () => now() + HOUR_MS);
  const rig = await startRig({
    targets: [{ regions: [HOME.region], ...target }],
    env: { ...files.env, ...env?.(files) },
    aws: { endpoint_urls: { sts: sts.url } },
    startAt,
    ...more,
  });
  now = () => rig.clock.now();
  rig.world.addEndpoint();
  return { rig, sts, files };
}

test.each(sources)('$name: renewed before they expire, pass after pass', async (source) => {
  const { rig, sts } = await startWithSts(source);
  expect(await rig.pass()).toBe(true);
  const first = sts.lastKey();
  expect(await failedPasses(rig, 4 * 60_000)).toBe(0);
  // AWS would no longer take it; that it is no longer used is seen in who else is refused.
  rig.simulator.revoke(first);
  expect(await rig.pass()).toBe(true);
  expect(sts.roles()).toEqual(Array.from({ length: 4 }, () => source.roles).flat());
  expect(said(rig.log, 'level=WARN')).toEqual([]);
});

test.each(sources)('$name: got anew by the pass that finds them expired', async (source) => {
  const { rig, sts } = await startWithSts(source);
  expect(await failedPasses(rig, 1.5 * HOUR_MS)).toBe(0);
  expect(sts.roles()).toHaveLength(2 * source.roles.length);
});

test.each(sources)(
  '$name: that AWS refuses in the middle of a pass are got anew within it',
  async (source) => {
    const { rig, sts } = await startWithSts(source, {
      onPage: () => rig.simulator.revoke(`ASIA${source.roles.length}`),
    });
    for (let n = 0; n < 12; n += 1) rig.world.addEndpoint();
    expect(await rig.pass()).toBe(true);
    expect((await rig.metrics()).all('aws_client_vpn_up').map(({ value }) => value)).toEqual(
      Array(13).fill(1),
    );
    expect(sts.roles()).toEqual([...source.roles, ...source.roles]);
  },
);

test.each(['expired', 'expired-token'] as const)(
  'credentials that AWS calls %s are got anew within the pass',
  async (fault) => {
    const [source = expect.unreachable()] = sources;
    const { rig } = await startWithSts(source);
    rig.simulator.failNext(1, fault, { action: 'DescribeClientVpnConnections' });
    expect(await rig.pass()).toBe(true);
    expect((await rig.metrics()).all('aws_client_vpn_up').map(({ value }) => value)).toEqual([1]);
  },
);

test('when credentials expire is told of each target, also when no others could be had', async () => {
  const EXPIRY = 'aws_connections_exporter_credentials_expiry_timestamp_seconds';
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  files.config(`[profile helped]\ncredential_process = ${helper.path}\n`);
  files.credentials({ keys: 'AKIAKEYS' });
  const startAt = Date.UTC(2030, 0, 1);
  helper.gives('AKIAFIRST', startAt + HOUR_MS);
  const targets = ['helped', 'keys'].map((name) => ({ name, regions: [HOME.region], profile: name }));
  const rig = await startRig({ targets, env: files.env, startAt });
  expect((await rig.metrics()).all(EXPIRY)).toEqual([]);
  await rig.pass();
  const expiry = async () => (await rig.metrics()).by('target', EXPIRY);
  expect(await expiry()).toEqual({ helped: (startAt + HOUR_MS) / 1000 });
  helper.fails('the vault is sealed');
  await rig.clock.advance(2 * HOUR_MS);
  await rig.pass();
  expect(await expiry()).toEqual({ helped: (startAt + HOUR_MS) / 1000 });
  helper.gives('AKIASECOND', startAt + 4 * HOUR_MS);
  await rig.pass();
  expect(await expiry()).toEqual({ helped: (startAt + 4 * HOUR_MS) / 1000 });
  await rig.reload({ targets: targets.slice(1) });
  await rig.idle();
  expect((await rig.metrics()).all(EXPIRY)).toEqual([]);
});

test('a token of a web identity that is written anew is read anew', async () => {
  const [, , source = expect.unreachable()] = sources;
  const { rig, sts, files } = await startWithSts(source);
  await rig.pass();
  writeFileSync(join(files.folder, 'token'), 'second');
  await rig.clock.advance(HOUR_MS);
  expect(await rig.pass()).toBe(true);
  const tokens = sts.requests.flatMap(({ form }) => form.get('WebIdentityToken') ?? []);
  expect(tokens).toEqual(['first', 'second']);
});

test('a helper that says nothing of an end is asked again when AWS refuses its keys', async () => {
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  files.config(`[profile p]\ncredential_process = ${helper.path}\n`);
  helper.gives('AKIAFIRST');
  const rig = await startRig({ targets: [{ regions: [HOME.region], profile: 'p' }], env: files.env });
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  helper.gives('AKIASECOND');
  rig.simulator.revoke('AKIAFIRST');
  expect(await rig.pass()).toBe(true);
});

test.each([
  ['AWS_CONTAINER_CREDENTIALS_FULL_URI', (url: string) => `${url}/v1/credentials`],
  // The SDK puts the address of the agent before it, which is taken for a user then.
  ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', (url: string) => `@${new URL(url).host}/v1/credentials`],
])('%s: keys are renewed with the token of then, past any proxy', async (variable, toUri) => {
  const files = sharedFiles();
  const token = join(files.folder, 'token');
  writeFileSync(token, 'first');
  const startAt = Date.now();
  let now = () => startAt;
  let expected = 'first';
  const agent = await serve((response, { headers }) => {
    if (headers.authorization !== expected) return void response.writeHead(401).end();
    response.end(containerKeys(`ASIA${expected}`, now() + HOUR_MS));
  });
  const rig = await startRig({
    targets: [{ regions: [HOME.region] }],
    env: {
      ...files.env,
      [variable]: toUri(agent.url),
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
      HTTP_PROXY: 'http://127.0.0.1:1',
    },
    startAt,
  });
  now = () => rig.clock.now();
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  expected = 'second';
  writeFileSync(token, expected);
  expect(await failedPasses(rig, HOUR_MS)).toBe(0);
  expect(agent.requests.map(({ headers }) => headers.authorization)).toEqual([
    'first',
    ...Array(3).fill('second'),
  ]);
});

test('the role of the machine is asked for with a token of the metadata service, and renewed', async () => {
  const startAt = Date.now();
  let now = () => startAt;
  const metadata = await serve((response, { method, url = '' }) => {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(
      containerKeys('ASIAMACHINE', now() + 6 * HOUR_MS),
    );
    if (method === 'PUT') response.end('metadata-token');
    else if (url.endsWith('/the-role'))
      response.end(JSON.stringify({ Code: 'Success', AccessKeyId, SecretAccessKey, Token, Expiration }));
    else response.end('the-role');
  });
  const rig = await startRig({
    targets: [{ regions: [HOME.region] }],
    env: {
      ...sharedFiles().env,
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      HTTP_PROXY: 'http://127.0.0.1:1',
    },
    startAt,
  });
  now = () => rig.clock.now();
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  await rig.clock.advance(7 * HOUR_MS);
  expect(await rig.pass()).toBe(true);
  const asked = metadata.requests.filter(({ method }) => method === 'GET');
  expect(asked).toHaveLength(4);
  expect(new Set(asked.map(({ headers }) => headers['x-aws-ec2-metadata-token']))).toEqual(
    new Set(['metadata-token']),
  );
});

test('SSO and STS are asked through a proxy, and SSO is asked again at the end of its keys', async () => {
  const startAt = Date.now();
  let now = () => startAt;
  const portal = await serve((response, { url = '', form }) => {
    const roleCredentials = {
      accessKeyId: 'ASIASSO',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: now() + HOUR_MS,
    };
    if (url.startsWith('/federation/credentials')) response.end(JSON.stringify({ roleCredentials }));
    else
      response.end(
        `<${form.get('Action')}Response><GetCallerIdentityResult><Account>${HOME.accountId}</Account></GetCallerIdentityResult></${form.get('Action')}Response>`,
      );
  });
  const proxy = await startProxy(portal.url);
  const files = sharedFiles();
  files.config(
    `[profile p]\nsso_session = corp\nsso_account_id = ${HOME.accountId}\nsso_role_name = reader\n[sso-session corp]\nsso_region = eu-central-1\nsso_start_url = https://x.awsapps.com/start\n`,
  );
  ssoLogin(files.folder, 'corp', startAt + 24 * HOUR_MS);
  const rig = await startRig({
    targets: [{ regions: [HOME.region], profile: 'p' }],
    env: { ...files.env, AWS_ENDPOINT_URL_SSO: 'http://portal.sso.aws.test', HTTP_PROXY: proxy.url },
    aws: { endpoint_urls: { sts: 'http://sts.aws.test' } },
    startAt,
  });
  now = () => rig.clock.now();
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  expect(await failedPasses(rig, HOUR_MS)).toBe(0);
  expect(new Set(proxy.asked)).toEqual(
    new Set(['CONNECT portal.sso.aws.test:80', 'CONNECT sts.aws.test:80']),
  );
  expect(portal.requests.filter(({ url = '' }) => url.startsWith('/federation'))).toHaveLength(4);
});

test.each([
  [
    'the machine',
    { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://metadata.aws.test' },
  ],
  ['a container', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'https://agent.aws.test/v1/credentials' }],
])('the credentials of %s are never asked for through a proxy', async (_, env) => {
  const proxy = await startProxy('http://127.0.0.1:1');
  const rig = await startRig({
    targets: [{ regions: [HOME.region] }],
    env: { ...sharedFiles().env, ...env, HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url },
  });
  expect(await rig.pass()).toBe(false);
  expect(said(rig.log, 'ENOTFOUND').length + said(rig.log, 'EAI_AGAIN').length).toBeGreaterThan(0);
  expect(proxy.asked).toEqual([]);
});
