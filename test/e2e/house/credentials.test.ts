import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { credentialHelper, sharedFiles, startMachineRole, startSts } from '../../support/credentials.ts';
import { type Rig, said, startRig, until } from '../../support/exporter.ts';

const OTHER = '444455556666';
const MACHINE = 'AKIAMACHINE';
const HOUR_MS = 3_600_000;
const accounts = { [MACHINE]: OTHER, AKIAOTHER: OTHER };

const calls = (rig: Rig, action: string) => rig.simulator.requests().filter((call) => call.action === action);
const listings = (rig: Rig) => calls(rig, 'DescribeClientVpnEndpoints');

/** What the exposition says of the one endpoint, and of the target. */
async function seen(rig: Rig) {
  const metrics = await rig.metrics();
  return {
    up: metrics.by('account_id', 'aws_client_vpn_up'),
    target: metrics.by('account_id', 'aws_connections_exporter_target_up'),
    bytes: metrics.all('aws_client_vpn_ingress_bytes_total').length
      ? metrics.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })
      : undefined,
  };
}

test('a helper that fails at night leaves everything in place until it is back in the morning', async () => {
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  const machine = await startMachineRole(MACHINE);
  const startAt = Date.now();
  files.config(`[profile network]\ncredential_process = ${helper.path} --secret s3cret\n`);
  helper.gives('AKIAHOME', startAt + HOUR_MS);
  const rig = await startRig({
    targets: [{ regions: [HOME.region], profile: 'network', account_id: HOME.accountId }],
    env: { ...files.env, ...machine.env },
    simulator: { accounts },
    startAt,
  });
  const connection = rig.world.connect(rig.world.addEndpoint());
  rig.world.addEndpoint({ accountId: OTHER });
  await rig.pass();
  rig.world.talk(connection, { ingressBytes: 7 });
  expect(await rig.pass()).toBe(true);
  expect(await seen(rig)).toEqual({
    up: { [HOME.accountId]: 1 },
    target: { [HOME.accountId]: 1 },
    bytes: 7,
  });

  helper.fails('the vault is sealed');
  await rig.clock.advance(HOUR_MS - 2 * 60_000);
  // In their last minutes credentials are good, and whoever waits for new ones does so elsewhere.
  expect(await rig.pass()).toBe(true);
  await rig.clock.advance(HOUR_MS);
  rig.world.talk(connection, { ingressBytes: 5 });
  expect(await rig.pass()).toBe(false);
  expect(await seen(rig)).toEqual({
    up: { [HOME.accountId]: 0 },
    target: { [HOME.accountId]: 0 },
    bytes: 7,
  });
  const [line] = said(rig.log, 'There are no credentials for the account of a target, so it is not polled');
  expect(line).toContain('profile network');
  expect(line).toContain('the vault is sealed');
  expect(said(rig.log, 's3cret')).toEqual([]);
  expect(machine.asked()).toBe(false);
  expect(said(rig.log, 'ceased to exist')).toEqual([]);
  expect((await rig.get('/')).text).toContain('the vault is sealed');

  helper.gives('AKIAMORNING', rig.clock.now() + HOUR_MS);
  expect(await rig.pass()).toBe(true);
  expect(await seen(rig)).toEqual({
    up: { [HOME.accountId]: 1 },
    target: { [HOME.accountId]: 1 },
    bytes: 12,
  });
});

test.each([
  { by: 'profile', target: { profile: 'netwrok' }, env: {} },
  { by: 'AWS_PROFILE', target: {}, env: { AWS_PROFILE: 'netwrok' } },
])(
  'a profile that $by misspells is told by its name, and no other credentials are used',
  async ({ target, env }) => {
    const files = sharedFiles();
    const machine = await startMachineRole(MACHINE);
    files.credentials({ network: 'AKIAHOME' });
    const rig = await startRig({
      targets: [{ regions: [HOME.region], account_id: HOME.accountId, ...target }],
      env: { ...files.env, ...machine.env, ...env },
      simulator: { accounts },
    });
    rig.world.addEndpoint();
    rig.world.addEndpoint({ accountId: OTHER });
    expect(await rig.pass()).toBe(false);
    expect(rig.simulator.requests()).toEqual([]);
    expect(machine.asked()).toBe(false);
    expect(await seen(rig)).toEqual({ up: {}, target: { [HOME.accountId]: 0 }, bytes: undefined });
    expect(said(rig.log, 'profile netwrok: getting credentials failed')).toHaveLength(1);
    expect(said(rig.log, 'report it as a bug')).toEqual([]);
  },
);

test('keys of the environment do not stand in for AWS_PROFILE, and an empty AWS_PROFILE is none', async () => {
  const files = sharedFiles();
  files.credentials({ network: 'AKIAPROFILE' });
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAOTHER', AWS_SECRET_ACCESS_KEY: 'secret' };
  const named = await startRig({
    env: { ...files.env, ...keys, AWS_PROFILE: 'network' },
    simulator: { accounts },
  });
  expect(await named.pass()).toBe(true);
  expect((await seen(named)).target).toEqual({ [HOME.accountId]: 1 });
  const empty = await startRig({ env: { ...files.env, ...keys, AWS_PROFILE: '' }, simulator: { accounts } });
  expect(await empty.pass()).toBe(true);
  expect((await seen(empty)).target).toEqual({ [OTHER]: 1 });
});

test('keys of another account than the configured one ask AWS for nothing but whose they are', async () => {
  const files = sharedFiles();
  files.credentials({ network: 'AKIAOTHER' });
  const rig = await startRig({
    targets: [{ regions: [HOME.region], profile: 'network', account_id: HOME.accountId }],
    env: files.env,
    simulator: { accounts },
  });
  rig.world.addEndpoint({ accountId: OTHER });
  expect(await rig.pass()).toBe(false);
  expect(await seen(rig)).toEqual({ up: {}, target: { [HOME.accountId]: 0 }, bytes: undefined });
  expect(listings(rig)).toEqual([]);
  const [line] = said(rig.log, 'There are no credentials for the account of a target');
  expect(line).toContain(
    `the credentials of profile network are of account ${OTHER}, but account_id names account ${HOME.accountId}`,
  );
});

test.each([
  { account: 'the configured account', target: { account_id: HOME.accountId } },
  { account: 'the account learned before', target: {} },
])('credentials that change away from $account fail the target and retire nothing', async ({ target }) => {
  const files = sharedFiles();
  files.credentials({ network: 'AKIAHOME' });
  const rig = await startRig({
    targets: [{ regions: [HOME.region], profile: 'network', ...target }],
    env: files.env,
    simulator: { accounts },
  });
  const connection = rig.world.connect(rig.world.addEndpoint());
  rig.world.addEndpoint({ accountId: OTHER });
  expect(await rig.pass()).toBe(true);
  rig.world.talk(connection, { ingressBytes: 3 });
  expect(await rig.pass()).toBe(true);

  files.credentials({ network: 'AKIAOTHER' });
  rig.simulator.revoke('AKIAHOME');
  for (let pass = 0; pass < 3; pass++) {
    expect(await rig.pass()).toBe(false);
    expect(await seen(rig)).toEqual({
      up: { [HOME.accountId]: 0 },
      target: { [HOME.accountId]: 0 },
      bytes: 3,
    });
  }
  expect(listings(rig).filter(({ accountId }) => accountId === OTHER)).toEqual([]);
  expect(said(rig.log, `are of account ${OTHER}`).length).toBeGreaterThan(0);
  expect(said(rig.log, 'ceased to exist')).toEqual([]);

  files.credentials({ network: 'AKIAMENDED' });
  rig.world.talk(connection, { ingressBytes: 4 });
  expect(await rig.pass()).toBe(true);
  expect((await seen(rig)).bytes).toBe(7);
});

test('an endpoint that was retired and is listed again goes on where its ledger ended', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  const connection = rig.world.connect(endpointId);
  await rig.pass();
  rig.world.talk(connection, { ingressBytes: 3 });
  await rig.pass();
  rig.simulator.failNext(1, 'not-found', { action: 'DescribeClientVpnConnections' });
  await rig.pass();
  expect(said(rig.log, 'ceased to exist')).toHaveLength(1);
  rig.world.talk(connection, { ingressBytes: 4 });
  await rig.restart();
  expect(await rig.pass()).toBe(true);
  expect((await seen(rig)).bytes).toBe(7);
});

test('a credentials file that another program rewrote is read anew when AWS refuses the keys, within the pass', async () => {
  const files = sharedFiles();
  files.credentials({ default: 'AKIAFIRST' });
  const rig = await startRig({ env: files.env });
  for (let n = 0; n < 3; n++) rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  files.credentials({ default: 'AKIASECOND' });
  rig.simulator.revoke('AKIAFIRST');
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).all('aws_client_vpn_up').map(({ value }) => value)).toEqual([1, 1, 1]);
});

test('keys that stay refused are read anew once a minute at most', async () => {
  const files = sharedFiles();
  files.credentials({ default: 'AKIAFIRST' });
  const rig = await startRig({ env: files.env });
  for (let n = 0; n < 3; n++) rig.world.addEndpoint();
  await rig.pass();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'auth-failure', { action: 'DescribeClientVpnEndpoints' });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'auth-failure', {
    action: 'DescribeClientVpnConnections',
  });
  const before = calls(rig, 'GetCallerIdentity').length;
  for (let pass = 0; pass < 4; pass++) expect(await rig.pass()).toBe(false);
  expect(calls(rig, 'GetCallerIdentity').length - before).toBe(2);
});

test('a reload reads the shared files anew: keys, region and profile', async () => {
  const files = sharedFiles();
  files.credentials({ default: 'AKIAHOME' });
  files.config('[default]\nregion = eu-west-1\n');
  const targets = [{}];
  const rig = await startRig({
    targets,
    env: files.env,
    simulator: { accounts },
  });
  expect(await rig.pass()).toBe(true);
  expect((await seen(rig)).target).toEqual({ [HOME.accountId]: 1 });
  files.credentials({ default: 'AKIAOTHER', more: 'AKIAMORE' });
  files.config('[default]\nregion = eu-west-1\n[profile more]\nregion = sa-east-1\n');
  expect(await rig.reload({ targets: [...targets, { profile: 'more' }] })).toMatchObject({ status: 200 });
  await rig.idle();
  const metrics = await rig.metrics();
  expect(metrics.by('account_id', 'aws_connections_exporter_target_up')).toEqual({
    [OTHER]: 1,
    [HOME.accountId]: 1,
  });
  expect(metrics.by('region', 'aws_connections_exporter_target_up')).toHaveProperty('sa-east-1');
});

test.each(['auth-failure', 'internal-error', 'hang'] as const)(
  'STS of one region (%s) does not decide over the others',
  async (fault) => {
    const rig = await startRig({
      targets: [{ regions: ['eu-west-1', 'us-east-1'] }],
      aws: { request_timeout: '300ms' },
    });
    const ids = ['eu-west-1', 'us-east-1'].map((region) => rig.world.addEndpoint({ region }));
    rig.simulator.failNext(Number.POSITIVE_INFINITY, fault, {
      action: 'GetCallerIdentity',
      region: 'eu-west-1',
    });
    expect(await rig.pass()).toBe(true);
    expect((await rig.metrics()).by('endpoint_id', 'aws_client_vpn_up')).toEqual(
      Object.fromEntries(ids.map((id) => [id, 1])),
    );
  },
);

test('a role is assumed in whichever region answers', async () => {
  const role = `arn:aws:iam::${OTHER}:role/exporter`;
  const rig = await startRig({ targets: [{ regions: ['eu-west-1', 'us-east-1'], role_arn: role }] });
  rig.world.addEndpoint({ accountId: OTHER });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'auth-failure', {
    action: 'AssumeRole',
    region: 'eu-west-1',
  });
  expect(await rig.pass()).toBe(true);
  expect((await seen(rig)).up).toEqual({ [OTHER]: 1 });
});

test('without STS a configured account is believed, with one warning; any other target says what would help', async () => {
  const rig = await startRig({
    targets: [
      { name: 'told', regions: ['eu-west-1'], account_id: HOME.accountId },
      { name: 'asked', regions: ['us-east-1'] },
    ],
  });
  rig.world.addEndpoint();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'internal-error', { action: 'GetCallerIdentity' });
  for (let pass = 0; pass < 3; pass++) await rig.pass();
  expect((await seen(rig)).up).toEqual({ [HOME.accountId]: 1 });
  expect(said(rig.log, 'STS could not be asked whose the credentials of a target are')).toHaveLength(1);
  const lines = said(rig.log, 'target=asked');
  expect(lines[0]).toContain('with account_id in the target, STS need not be reached');
});

test('an STS that hangs holds up a configured account for five seconds, once', async () => {
  const rig = await startRig({ targets: [{ regions: ['eu-west-1'], account_id: HOME.accountId }] });
  rig.world.addEndpoint();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: 'GetCallerIdentity' });
  const first = rig.pass();
  await until(async () => calls(rig, 'GetCallerIdentity').length > 0);
  await rig.clock.advance(5_000);
  expect(await first).toBe(true);
  expect(said(rig.log, 'STS did not answer within 5 seconds')).toHaveLength(1);
  expect(said(rig.log, 'report it as a bug')).toEqual([]);
  expect(await rig.pass()).toBe(true);
  expect(calls(rig, 'GetCallerIdentity')).toHaveLength(1);
});

test('an account that could not be verified is verified within a quarter of an hour', async () => {
  const rig = await startRig({
    targets: [{ regions: ['eu-west-1'], account_id: OTHER }],
  });
  rig.world.addEndpoint();
  rig.simulator.failNext(1, 'internal-error', { action: 'GetCallerIdentity' });
  expect(await rig.pass()).toBe(true);
  await rig.clock.advance(HOUR_MS / 4);
  await rig.pass();
  expect(await rig.pass()).toBe(false);
  expect(
    said(rig.log, `are of account ${HOME.accountId}, but account_id names account ${OTHER}`),
  ).not.toEqual([]);
});

test('FIPS and dual-stack in the environment do not hold where a URL is given', async () => {
  const rig = await startRig({
    env: { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
  });
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
});

test('a token file of a web identity that is missing is told with its path and a remedy, and used when it is there', async () => {
  const files = sharedFiles();
  const token = join(files.folder, 'token');
  const sts = await startSts(HOME.accountId, () => Date.now() + HOUR_MS * 24 * 365);
  const rig = await startRig({
    env: {
      ...files.env,
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: `arn:aws:iam::${HOME.accountId}:role/pod`,
    },
    aws: { endpoint_urls: { sts: sts.url } },
  });
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(false);
  const [line] = said(rig.log, 'The account of a target is not known');
  expect(line).toContain(
    `the token file ${token} cannot be read: ENOENT; check that the token is mounted there`,
  );
  expect(said(rig.log, 'report it as a bug')).toEqual([]);
  writeFileSync(token, 'token-of-the-pod');
  expect(await rig.pass()).toBe(true);
  expect(sts.requests[0]?.form.get('WebIdentityToken')).toBe('token-of-the-pod');
  rmSync(token);
  // The credentials at hand are good still.
  expect(await rig.pass()).toBe(true);
});

test.each([
  ['first', ['broken', 'good']],
  ['last', ['good', 'broken']],
])(
  'a target without credentials, %s in the file, hides nothing of what another sees in the same account',
  async (_, names) => {
    const files = sharedFiles();
    files.credentials({ good: 'AKIAHOME' });
    const rig = await startRig({
      targets: names.map((name) => ({
        name,
        regions: [HOME.region],
        profile: name,
        account_id: HOME.accountId,
      })),
      env: files.env,
    });
    const connection = rig.world.connect(rig.world.addEndpoint());
    for (let pass = 0; pass < 2; pass++) {
      rig.world.talk(connection, { ingressBytes: 2 });
      expect(await rig.pass()).toBe(false);
      expect(await seen(rig)).toEqual({
        up: { [HOME.accountId]: 1 },
        target: { [HOME.accountId]: 0 },
        bytes: 2 * pass,
      });
    }
    expect(said(rig.log, 'target=broken').length).toBeGreaterThan(0);
  },
);

test('a pass that is broken off while credentials are waited for leaves everything as it was', async () => {
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  const startAt = Date.now();
  files.config(`[profile network]\ncredential_process = ${helper.path}\n`);
  helper.gives('AKIAHOME', startAt + HOUR_MS);
  const targets = [{ regions: [HOME.region], profile: 'network', account_id: HOME.accountId }];
  const rig = await startRig({ targets, env: files.env, startAt });
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  await rig.clock.advance(HOUR_MS);
  helper.dawdles(2);
  const under = rig.pass();
  await rig.clock.advance(10_000);
  helper.gives('AKIALATER', rig.clock.now() + HOUR_MS);
  rig.simulator.failNext(1, 'hang', { action: 'DescribeClientVpnEndpoints' });
  expect(await rig.reload({ targets })).toMatchObject({ status: 200 });
  expect((await seen(rig)).up).toEqual({ [HOME.accountId]: 1 });
  expect(said(rig.log, 'There are no credentials')).toEqual([]);
  rig.simulator.clearFaults();
  await under;
});

test('a reload that makes another account of a target is logged with both, once, and one that does not is not', async () => {
  const SINCE = 'A target is of another account since the reload';
  const rig = await startRig({
    targets: [{ name: 'network', regions: [HOME.region] }],
    websocket: { enabled: true, discover: true, discover_source: { type: 'intake' } },
    intake: { enabled: true, listen_address: '127.0.0.1:0', allow_unauthenticated: true },
  });
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  const role_arn = `arn:aws:iam::${OTHER}:role/exporter`;
  await rig.reload({ targets: [{ name: 'network', regions: [HOME.region] }] });
  await rig.pass();
  expect(said(rig.log, SINCE)).toEqual([]);

  await rig.reload({ targets: [{ name: 'network', regions: [HOME.region], role_arn }] });
  expect(await rig.pass()).toBe(true);
  const [line, ...more] = said(rig.log, SINCE);
  expect(line).toMatch(
    new RegExp(`level=WARN .*target=network account_id_before=${HOME.accountId} account_id=${OTHER}$`),
  );
  expect(more).toEqual([]);

  await rig.reload({ targets: [{ name: 'network', regions: [HOME.region] }] });
  expect(await rig.pass()).toBe(true);
  expect(said(rig.log, `account_id_before=${OTHER} account_id=${HOME.accountId}`)).toHaveLength(1);
});

test('an account_id that a reload changes, but the credentials do not, fails the target, and nothing is told under it', async () => {
  const target = { name: 'network', regions: [HOME.region] };
  const rig = await startRig({ targets: [{ ...target, account_id: HOME.accountId }] });
  rig.world.addEndpoint();
  expect(await rig.pass()).toBe(true);
  await rig.reload({ targets: [{ ...target, account_id: OTHER }] });
  expect(await rig.pass()).toBe(false);
  expect(said(rig.log, 'since the reload')).toEqual([]);
  expect(
    said(rig.log, `are of account ${HOME.accountId}, but account_id names account ${OTHER}`),
  ).toHaveLength(1);
  expect((await seen(rig)).target).toEqual({ [OTHER]: 0 });
  expect((await rig.metrics()).all('aws_client_vpn_up')).toEqual([]);
});
