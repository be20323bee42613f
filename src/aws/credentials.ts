import type { AwsCredentialIdentity } from '@smithy/types';
import type { Clock } from '../core/clock.ts';
import { inTime, type OffTheClock } from '../core/in-time.ts';
import { APP } from './connection.ts';
import { insistOnSoundCredentials } from './environment.ts';
import { noteTrouble, toCallError } from './errors.ts';
import { withHelpers } from './helpers.ts';
import { faultOfProfile } from './profiles.ts';
import { insistOnFitFiles, tokenFileError } from './shared-files.ts';
import type { Sts } from './sts.ts';
import type { Target } from './targets.ts';

/**
 * How long a helper, a portal or the metadata service of a machine may take: less than any pass may by default, so
 * that it says why it failed. Waiting for STS does not count, which has deadlines of its own, and other regions.
 */
const DEADLINE_MS = 25_000;

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** The profile that alone gives credentials, the configured one or else AWS_PROFILE; undefined where the default chain does. */
export function profileOf(configured: string | null | undefined): string | undefined {
  return configured ?? (process.env.AWS_PROFILE || undefined);
}

/**
 * Gets a target's credentials anew, with files read anew: of its profile and nothing else, else of the default chain, and then of its role.
 * What it started ends when the signal aborts, or after 25 seconds.
 */
export function createObtain(
  requestHandler: () => Promise<object>,
  sts: Sts,
  target: Target,
  clock: Clock,
): (signal: AbortSignal) => Promise<AwsCredentialIdentity> {
  const { region, roleArn, externalId } = target;

  const base = async (profile: string | undefined, offTheClock: OffTheClock) => {
    if (target.profile === undefined) insistOnSoundCredentials(process.env);
    await insistOnFitFiles(profile);
    const { fromIni, fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    const said: string[] = [];
    const init = {
      ignoreCache: true,
      logger: { ...SILENT, debug: (line: unknown) => void said.push(String(line)) },
      roleAssumer: (...given: Parameters<Sts['assumeRole']>) => offTheClock(() => sts.assumeRole(...given)),
      roleAssumerWithWebIdentity: (...given: Parameters<Sts['assumeRoleWithWebIdentity']>) =>
        offTheClock(() => sts.assumeRoleWithWebIdentity(...given)),
      // For SSO and sign-in, which have regions and URLs of their own: neither the target's region nor a URL of another service.
      clientConfig: { requestHandler: await requestHandler(), userAgentAppId: APP },
    };
    const provider = profile === undefined ? fromNodeProviderChain(init) : fromIni({ ...init, profile });
    return provider({ callerClientConfig: { region: async () => region } }).catch((cause: unknown) => {
      throw profile === undefined ? withContainer(cause, said) : cause;
    });
  };

  const baseInTime = (profile: string | undefined, signal: AbortSignal) => {
    let running: string | undefined;
    const onProgram = (program: string | undefined) => {
      running = program;
    };
    const limit = { clock, ms: DEADLINE_MS, late: () => tooLate(running), signal };
    return inTime(limit, (own, offTheClock) =>
      withHelpers({ signal: own, onProgram }, () => base(profile, offTheClock)),
    );
  };

  return async (signal) => {
    const profile = profileOf(target.profile);
    const credentials = await baseInTime(profile, signal).catch(async (cause: unknown) => {
      throw await toCredentialsError(cause, profile);
    });
    if (roleArn === undefined) return credentials;
    const params = { RoleArn: roleArn, RoleSessionName: APP, ...(externalId && { ExternalId: externalId }) };
    return sts.assumeRole(credentials, params);
  };
}

function tooLate(program: string | undefined): Error {
  const within = `within ${DEADLINE_MS / 1_000} seconds`;
  const message =
    program === undefined
      ? `whoever gives them (a portal, or the metadata service of the machine) did not answer ${within}`
      : `the credential_process (${program}) did not end ${within} and was killed`;
  return Object.assign(new Error(message), { name: 'CredentialsTimeout' });
}

/** What went wrong, in words: a call that AWS refused speaks for itself, everything else gets a name with a remedy. */
async function toCredentialsError(cause: unknown, profile: string | undefined): Promise<Error> {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  // The name of the profile may be what is unsound.
  const isNamed = profile !== undefined && error.name !== 'UnsoundEnvironment';
  const where = isNamed ? `profile ${profile}` : undefined;
  const trouble = { action: 'getting credentials', ...(where && { where }) };
  const { code, path } = error as { code?: unknown; path?: unknown };
  if (typeof code === 'string' && typeof path === 'string') {
    return noteTrouble(tokenFileError(path, code, cause), trouble);
  }
  const isOfProvider = error.name.endsWith('ProviderError') || toCallError(error) === 'other';
  if ('$fault' in error || !isOfProvider) return noteTrouble(error, trouble);
  if (profile === undefined) return noteTrouble(error, trouble);
  const words = (await whyUnresolved(error, profile)) ?? error.message;
  return noteTrouble(Object.assign(new Error(words), { name: 'ProfileError' }), trouble);
}

/** What is wrong with the profile that the SDK made nothing of: the one that was asked for, or one that it draws from. */
async function whyUnresolved(error: Error, profile: string): Promise<string | undefined> {
  const unresolved = /^Could not resolve credentials using profile: \[(.+)\] in/.exec(error.message)?.[1];
  // Where a section is missing that a profile names, the SDK stumbles.
  const name = error instanceof TypeError ? profile : unresolved;
  const fault = name === undefined ? undefined : await faultOfProfile(name);
  return name === profile ? fault?.words : fault && `of its source_profile ${name}: ${fault.words}`;
}

/** The container's source of credentials comes last; why it gave none stands nowhere but in what the SDK tells its logger. */
function withContainer(cause: unknown, said: readonly string[]): unknown {
  const names = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  const name = names.find((one) => process.env[one]);
  const isOfNone = cause instanceof Error && cause.name === 'CredentialsProviderError';
  const why = said.findLast((line) => line.startsWith(LINK))?.slice(LINK.length);
  if (name === undefined || !isOfNone || why === undefined) return cause;
  const message = `what ${name} names gives none: ${why.replace(/^Error: /, '')}`;
  return Object.assign(new Error(message, { cause }), { name: cause.name });
}

/** How the SDK begins what it says of a source that gives none. */
const LINK = '@smithy/property-provider -> ';
