import { Readable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createObtain } from '../../src/aws/credentials.ts';
import { explain } from '../../src/aws/errors.ts';
import type { Sts } from '../../src/aws/sts.ts';
import { systemClock } from '../../src/core/clock.ts';
import { credentialHelper, sharedFiles, ssoLogin } from '../support/credentials.ts';

const HOUR_MS = 3_600_000;

/** Nobody may come to STS in these tests. */
const noSts: Sts = {
  callerAccount: () => Promise.reject(new Error('STS was asked for an account')),
  assumeRole: () => Promise.reject(new Error('STS was asked for a role')),
  assumeRoleWithWebIdentity: () => Promise.reject(new Error('STS was asked for a web identity')),
  givenAccount: () => undefined,
};

/** What requests of the SDK's inner clients are sent with: every host and path is noted, `answers` gives the body by path. */
function createHandler(answers: Readonly<Record<string, object>>) {
  const asked: string[] = [];
  return {
    asked,
    async handle({ hostname, path }: { readonly hostname: string; readonly path: string }) {
      asked.push(`${hostname}${path}`);
      const body = answers[path];
      const statusCode = body ? 200 : 401;
      const headers = { 'content-type': 'application/json' };
      return { response: { statusCode, headers, body: Readable.from([JSON.stringify(body ?? {})]) } };
    },
  };
}

function useFiles() {
  const files = sharedFiles();
  for (const [name, value] of Object.entries(files.env)) vi.stubEnv(name, value);
  for (const name of ['AWS_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ENDPOINT_URL_STS', 'https://sts.vpc.example.com');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  onTestFinished(() => void vi.unstubAllEnvs());
  return files;
}

const REFRESHABLE = { clientId: 'client', clientSecret: 'secret', refreshToken: 'refresh' };

const SSO = (session: string) => `
[profile network]
sso_session = ${session}
sso_account_id = 111122223333
sso_role_name = reader
[sso-session ${session}]
sso_region = eu-central-1
sso_start_url = https://example.awsapps.com/start
`;

const given = {
  roleCredentials: {
    accessKeyId: 'ASIASSO',
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: Date.now() + HOUR_MS,
  },
};

const NEVER = new AbortController().signal;

function obtainOf(handler: object, profile?: string) {
  const target = { name: 'network', region: 'sa-east-1', ...(profile !== undefined && { profile }) };
  const obtain = createObtain(async () => handler, noSts, target, systemClock);
  return () => obtain(NEVER);
}

test('SSO is asked in its own region and at its own host, also for a new token', async () => {
  const files = useFiles();
  files.config(SSO('corp-a'));
  ssoLogin(files.folder, 'corp-a', Date.now() + 60_000, REFRESHABLE);
  const handler = createHandler({
    '/token': { accessToken: 'renewed', expiresIn: 3600 },
    '/federation/credentials': given,
  });
  expect(await obtainOf(handler, 'network')()).toMatchObject({ accessKeyId: 'ASIASSO' });
  expect(handler.asked).toEqual([
    'oidc.eu-central-1.amazonaws.com/token',
    'portal.sso.eu-central-1.amazonaws.com/federation/credentials',
  ]);
});

test('SSO whose session is over says so, with the profile and what to do', async () => {
  const files = useFiles();
  files.config(SSO('corp-b'));
  ssoLogin(files.folder, 'corp-b', Date.now() - HOUR_MS, REFRESHABLE);
  const error = await obtainOf(createHandler({}), 'network')().catch((reason: unknown) => reason);
  expect(explain(error)).toMatch(
    /^profile network: getting credentials failed \(ProfileError\): .*aws sso login/,
  );
});

test.each([
  [
    'names a session that is nowhere',
    '[profile network]\nsso_session = nowhere\nsso_account_id = 1\nsso_role_name = r\n',
  ],
  ['has no keys', '[profile network]\nregion = eu-west-1\n'],
  [
    'has a source profile that is nowhere',
    '[profile network]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = nowhere\n',
  ],
  [
    'goes round in a circle',
    '[profile network]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = other\n[profile other]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = network\n',
  ],
])('a profile that %s is told by its name', async (_, config) => {
  useFiles().config(config);
  const error = await obtainOf(createHandler({}), 'network')().catch((reason: unknown) => reason);
  expect(explain(error)).toMatch(
    /^profile network: getting credentials failed \(ProfileError\): .+; no other credentials/,
  );
  expect(explain(error)).not.toMatch(/Cannot read properties|Could not resolve credentials/);
});

test('a helper tells why it failed, and its command line stays untold', async () => {
  const files = useFiles();
  const helper = credentialHelper(files.folder);
  files.config(`[profile network]\ncredential_process = ${helper.path} --pin 1234\n`);
  const obtain = obtainOf(createHandler({}), 'network');
  helper.fails('no card in the reader');
  const failed = await obtain().catch((reason: unknown) => reason);
  expect(explain(failed)).toContain('its credential_process failed: no card in the reader;');
  expect(explain(failed)).not.toContain('1234');
  helper.fails('');
  const silent = await obtain().catch((reason: unknown) => reason);
  expect(explain(silent)).toContain('its credential_process failed and wrote no reason;');
  helper.gives('AKIAHELPER');
  expect(await obtain()).toMatchObject({ accessKeyId: 'AKIAHELPER' });
});

test.each([
  [
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'http://127.0.0.1:1/x',
    /connect ECONNREFUSED 127.0.0.1:1; no usable/,
  ],
  ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://203.0.113.1/x', /URL not accepted/],
])('%s=%s tells why the container gives no credentials', async (name, url, why) => {
  useFiles();
  vi.stubEnv(name, url);
  const error = await obtainOf(createHandler({}))().catch((reason: unknown) => reason);
  expect(explain(error)).toMatch(`(CredentialsProviderError): what ${name} names gives none: `);
  expect(explain(error)).toMatch(why);
});

test('nothing at all gives credentials', async () => {
  useFiles();
  const error = await obtainOf(createHandler({}))().catch((reason: unknown) => reason);
  expect(explain(error)).toMatch(
    /^getting credentials failed \(CredentialsProviderError\): nothing else is set up .*, and AWS_EC2_METADATA_DISABLED .*; no usable/,
  );
});
