import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { credentialHelper, type SharedFiles, sharedFiles, ssoLogin } from '../../support/credentials.ts';
import { said, startRig } from '../../support/exporter.ts';
import { type Answer, startServer } from '../../support/http-server.ts';

const ROLE = `arn:aws:iam::${HOME.accountId}:role/exporter`;
const BASE = `arn:aws:iam::${HOME.accountId}:role/base`;
const NOBODY = 'http://127.0.0.1:1';
const HOUR_MS = 3_600_000;

interface Given {
  readonly files: SharedFiles;
  /** The address of what answers with `answer`. */
  readonly url: string;
}

/** What is set up badly, and what the log says of it. */
interface Failure {
  readonly name: string;
  readonly says: string | RegExp;
  readonly set?: (given: Given) => void;
  readonly env?: (given: Given) => Readonly<Record<string, string | undefined>>;
  readonly target?: object;
  readonly answer?: Answer;
  /** STS answers with `answer`. */
  readonly isSts?: boolean;
  /** Roles that nobody may assume. */
  readonly closed?: readonly string[];
}

const answers =
  (status: number, body = '', type = ''): Answer =>
  (response) =>
    void response.writeHead(status, type === '' ? {} : { 'x-amzn-errortype': type }).end(body);

const refuses = (status: number, code: string, message: string): Answer =>
  answers(
    status,
    `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );

/** The metadata service of a machine, once it has given its token. */
const metadata =
  (answer: Answer): Answer =>
  (response, request) =>
    request.method === 'PUT' ? void response.end('token') : answer(response, request);

const tokenOf = ({ files }: Given) => join(files.folder, 'token');
const config = (text: string) => (given: Given) => given.files.config(text);
const pod = (given: Given) => ({ AWS_WEB_IDENTITY_TOKEN_FILE: tokenOf(given), AWS_ROLE_ARN: ROLE });
const withToken = (given: Given) => writeFileSync(tokenOf(given), 'token-of-the-pod');
const container = ({ url }: Given) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials` });
const machine = ({ url }: Given) => ({
  AWS_EC2_METADATA_DISABLED: undefined,
  AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
});
const portal = ({ url }: Given) => ({ AWS_ENDPOINT_URL_SSO: url });
const HOME_KEYS = '[profile home]\naws_access_key_id = AKIAHOME\naws_secret_access_key = s\n';
const CHAIN = `[profile top]\nrole_arn = ${ROLE}\nsource_profile = mid\n[profile mid]\nrole_arn = ${BASE}\nsource_profile = home\n${HOME_KEYS}`;
const sso = (session: string) =>
  `[profile p]\nsso_session = ${session}\nsso_account_id = ${HOME.accountId}\nsso_role_name = reader\n` +
  `[sso-session ${session}]\nsso_region = eu-central-1\nsso_start_url = https://x.awsapps.com/start\n`;
const signedIn = (session: string, forMs: number) => (given: Given) => {
  given.files.config(sso(session));
  ssoLogin(given.files.folder, session, Date.now() + forMs);
};
const OF_PROFILE = 'profile p: getting credentials failed (ProfileError): ';
const OF_CHAIN = 'getting credentials failed (CredentialsProviderError): ';
const METADATA = `${OF_CHAIN}nothing else is set up (environment, profile default, web identity, container), and the metadata service of this machine `;

const failures: readonly Failure[] = [
  {
    name: 'nothing is set up',
    says: `${OF_CHAIN}nothing else is set up (environment, profile default, web identity, container), and AWS_EC2_METADATA_DISABLED switches off the metadata service of this machine; no usable credentials were found: give the process a role`,
  },
  {
    name: 'AWS_PROFILE is misspelt',
    env: () => ({ AWS_PROFILE: 'hme' }),
    set: config(HOME_KEYS),
    says: /profile hme: getting credentials failed \(ProfileError\): there is no such profile in .*: did you mean home\?/,
  },
  {
    name: 'the token of a web identity is empty',
    env: pod,
    set: (given) => writeFileSync(tokenOf(given), ''),
    says: /the token file \/.*\/token cannot be read: it is empty; check that the token is mounted there/,
  },
  {
    name: 'the token of a web identity has expired',
    env: pod,
    set: withToken,
    isSts: true,
    answer: refuses(400, 'ExpiredTokenException', 'Token expired'),
    says: /role arn:\S+:role\/exporter \(with the token of \/.*\/token\): sts:AssumeRoleWithWebIdentity failed \(ExpiredTokenException, HTTP 400\): Token expired; check the token file .*, whether it is written anew/,
  },
  {
    name: 'STS denies a web identity',
    env: pod,
    set: withToken,
    isSts: true,
    answer: refuses(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    says: /role arn:\S+:role\/exporter \(with the token of .*\): .*; the trust policy of the role must name the identity provider of the token/,
  },
  {
    name: 'STS knows no provider of a web identity',
    target: { profile: 'p' },
    set: (given) => {
      withToken(given);
      given.files.config(`[profile p]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${tokenOf(given)}\n`);
    },
    isSts: true,
    answer: refuses(400, 'InvalidIdentityToken', 'No OpenIDConnect provider found in your account'),
    says: /profile p, role arn:\S+:role\/exporter \(with the token of \/.*\/token\): .*No OpenIDConnect provider .*, and the identity provider and its audience in IAM/,
  },
  {
    name: 'the role of a target trusts somebody else, or wants another external id',
    target: { role_arn: ROLE, external_id: 'wrong' },
    set: (given) => given.files.credentials({ default: 'AKIAHOME' }),
    closed: [ROLE],
    says: `role ${ROLE}: sts:AssumeRole failed (AccessDenied, HTTP 403): User: arn:aws:iam::${HOME.accountId}:user/simulated is not authorized to perform: sts:AssumeRole on resource: ${ROLE}; the trust policy of the role must name who asks (and the external_id, if it wants one)`,
  },
  {
    name: 'STS has no time for the role of a target',
    target: { role_arn: ROLE },
    set: (given) => given.files.credentials({ default: 'AKIAHOME' }),
    isSts: true,
    answer: answers(503),
    says: `role ${ROLE}: sts:AssumeRole failed (HTTP 503)`,
  },
  {
    name: 'the second role of a chain denies',
    target: { profile: 'top' },
    set: config(CHAIN),
    closed: [ROLE],
    says: /profile top, role arn:\S+:role\/exporter: sts:AssumeRole failed \(AccessDenied, HTTP 403\): User: \S+assumed-role\/base\//,
  },
  {
    name: 'the first role of a chain denies',
    target: { profile: 'top' },
    set: config(CHAIN),
    closed: [BASE],
    says: /profile top, role arn:\S+:role\/base: sts:AssumeRole failed \(AccessDenied, HTTP 403\): User: \S+user\/simulated/,
  },
  {
    name: 'the role of the default profile denies',
    set: config(`[default]\nrole_arn = ${ROLE}\nsource_profile = home\n${HOME_KEYS}`),
    closed: [ROLE],
    says: `profile default, role ${ROLE}: sts:AssumeRole failed (AccessDenied, HTTP 403)`,
  },
  {
    name: 'a role wants a second factor',
    target: { profile: 'p' },
    set: config(
      `[profile p]\nrole_arn = ${ROLE}\nmfa_serial = arn:aws:iam::1:mfa/x\nsource_profile = home\n${HOME_KEYS}`,
    ),
    says: `${OF_PROFILE}its role wants a second factor (mfa_serial), and a daemon has nobody to ask for a code`,
  },
  {
    name: 'nobody signed in to SSO',
    target: { profile: 'p' },
    set: config(sso('corp-1')),
    says: `${OF_PROFILE}its SSO session is over (The SSO session token associated with profile=p was not found or is invalid): run aws sso login --profile=p as the user of this process, or give it a role`,
  },
  {
    name: 'the SSO session has expired',
    target: { profile: 'p' },
    set: signedIn('corp-2', -1_000),
    says: /its SSO session is over \(.*\): run aws sso login --profile=p as the user of this process/,
  },
  {
    name: 'the SSO portal refuses the session',
    target: { profile: 'p' },
    env: portal,
    set: signedIn('corp-3', HOUR_MS),
    answer: answers(401, '{"message":"Session token not found or invalid"}', 'UnauthorizedException'),
    says: `${OF_PROFILE}its SSO session is over (UnauthorizedException: Session token not found or invalid): run aws sso login --profile=p`,
  },
  {
    name: 'the SSO portal gives no such role',
    target: { profile: 'p' },
    env: portal,
    set: signedIn('corp-4', HOUR_MS),
    answer: answers(403, '{"message":"No access"}', 'ForbiddenException'),
    says: 'profile p: getting credentials failed (ForbiddenException): No access; check who gives the credentials',
  },
  {
    name: 'the SSO portal fails',
    target: { profile: 'p' },
    env: portal,
    set: signedIn('corp-5', HOUR_MS),
    answer: answers(503),
    says: `${OF_PROFILE}its SSO portal answered with an error and without a reason`,
  },
  {
    name: 'the SSO portal cannot be reached',
    target: { profile: 'p' },
    env: () => ({ AWS_ENDPOINT_URL_SSO: NOBODY }),
    set: signedIn('corp-6', HOUR_MS),
    says: /profile p: getting credentials failed \(.*ECONNREFUSED\): connect ECONNREFUSED 127.0.0.1:1; the host could not be reached/,
  },
  {
    name: 'the container has no role',
    env: container,
    answer: answers(404, '{"Code":"NoSuchEntity","Message":"no role here"}'),
    says: `${OF_CHAIN}what AWS_CONTAINER_CREDENTIALS_FULL_URI names gives none: it answers HTTP 404 (NoSuchEntity: no role here): look whether the task has a task role (ECS), or the service account a Pod Identity association (EKS)`,
  },
  {
    name: 'what stands for the container answers something else',
    env: container,
    answer: answers(200, '<html>'),
    says: `${OF_CHAIN}what AWS_CONTAINER_CREDENTIALS_FULL_URI names gives none: what it answers are no credentials`,
  },
  {
    name: 'the address of the container is none',
    env: () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'agent' }),
    says: `${OF_CHAIN}what AWS_CONTAINER_CREDENTIALS_FULL_URI names gives none: it is no URL`,
  },
  {
    name: 'the token of Pod Identity is not there',
    env: (given) => ({ ...container(given), AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenOf(given) }),
    says: /the token file \/.*\/token cannot be read: ENOENT; check that the token is mounted there .*AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE/,
  },
  {
    name: 'the metadata service is not there',
    env: (given) => ({ ...machine(given), AWS_EC2_METADATA_SERVICE_ENDPOINT: NOBODY }),
    says: `${METADATA}cannot be reached (ECONNREFUSED): this may be no EC2 instance`,
  },
  {
    name: 'the metadata service answers nobody',
    env: machine,
    answer: () => {},
    says: `${METADATA}does not answer; for a process in a container, set the hop limit of the instance to 2 (--http-put-response-hop-limit 2)`,
  },
  {
    name: 'the token of the metadata service does not come through',
    env: machine,
    answer: (response, { method }) => void (method === 'PUT' || response.writeHead(401).end()),
    says: `${METADATA}wants a token (IMDSv2) and gave none in time; for a process in a container, set the hop limit`,
  },
  {
    name: 'the metadata service is switched off',
    env: machine,
    answer: answers(403),
    says: `${METADATA}does not let this process ask (HTTP 403): it is switched off there`,
  },
  {
    name: 'the machine has no role',
    env: machine,
    answer: metadata(answers(404)),
    says: `${METADATA}knows no role (HTTP 404): give the instance an instance profile`,
  },
  {
    name: 'EC2 may not assume the role of the machine',
    env: machine,
    answer: metadata(
      (response, { url = '' }) =>
        void response.end(url.endsWith('/role') ? '{"Code":"AssumeRoleUnauthorizedAccess"}' : 'role'),
    ),
    says: `${METADATA}gives no keys for the role of the instance: look whether EC2 may assume that role`,
  },
  {
    name: 'a profile draws from a machine that has no role',
    target: { profile: 'p' },
    env: machine,
    set: config(`[profile p]\nrole_arn = ${ROLE}\ncredential_source = Ec2InstanceMetadata\n`),
    answer: metadata(answers(404)),
    says: `${OF_PROFILE}of its credential_source: the metadata service of this machine knows no role (HTTP 404)`,
  },
  {
    name: 'a helper is not there',
    target: { profile: 'p' },
    set: config('[profile p]\ncredential_process = /nowhere/helper --pin 1234\n'),
    says: /its credential_process failed: .*\/nowhere\/helper: (No such file|not found)/,
  },
  {
    name: 'a helper prints something else',
    target: { profile: 'p' },
    set: config('[profile p]\ncredential_process = echo hello 1234\n'),
    says: `${OF_PROFILE}Profile p credential_process returned invalid JSON; no other credentials are tried`,
  },
  {
    name: 'the helper of the default profile fails',
    set: (given) => {
      const helper = credentialHelper(given.files.folder);
      helper.fails('no card in the reader');
      given.files.config(`[default]\ncredential_process = ${helper.path} --pin 1234\n`);
    },
    env: machine,
    answer: metadata((response) => void response.end('another-role')),
    says: 'profile default: getting credentials failed (ProfileError): its credential_process failed: no card in the reader; no other credentials are tried',
  },
];

test.each(failures)('$name: the log says it, and what to do', async (failure) => {
  const { answer = answers(500), set, env, target = {}, isSts = false, closed = [], says } = failure;
  const files = sharedFiles();
  const { url, close } = await startServer(answer);
  onTestFinished(close);
  set?.({ files, url });
  const rig = await startRig({
    targets: [{ regions: [HOME.region], account_id: HOME.accountId, ...target }],
    env: { ...files.env, ...env?.({ files, url }) },
    simulator: { roles: Object.fromEntries(closed.map((role) => [role, { externalId: 'right' }])) },
    ...(isSts && { aws: { endpoint_urls: { sts: url } } }),
  });
  expect(await rig.pass()).toBe(false);
  const [line = ''] = said(rig.log, 'There are no credentials for the account of a target');
  expect(line).toEqual(
    typeof says === 'string' ? expect.stringContaining(says) : expect.stringMatching(says),
  );
  expect(rig.log.join()).not.toMatch(/report it as a bug|1234(?!\d)|token-of-the-pod/);
});
