import type { AwsCredentialIdentity } from '@smithy/types';
import type { Clock } from '../core/clock.ts';
import { inTime, type OffTheClock } from '../core/in-time.ts';
import { APP } from './connection.ts';
import { insistOnSoundCredentials } from './environment.ts';
import { noteTrouble } from './errors.ts';
import { withHelpers } from './helpers.ts';
import { insistOnFitFiles, tokenFileError } from './shared-files.ts';
import { fromFirstSource, fromProfile } from './sources.ts';
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
    const { webIdentity } = await insistOnFitFiles(profile);
    const init = {
      ignoreCache: true,
      logger: SILENT,
      roleAssumer: (...given: Parameters<Sts['assumeRole']>) =>
        offTheClock(() => ofRole(given[1].RoleArn, sts.assumeRole(...given))),
      roleAssumerWithWebIdentity: (...given: Parameters<Sts['assumeRoleWithWebIdentity']>) => {
        const whose = `${given[0].RoleArn} (with the token of ${webIdentity})`;
        return offTheClock(() => ofRole(whose, sts.assumeRoleWithWebIdentity(...given)));
      },
      // For SSO and sign-in, which have regions and URLs of their own: neither the target's region nor a URL of another service.
      clientConfig: { requestHandler: await requestHandler(), userAgentAppId: APP },
    };
    const caller = { callerClientConfig: { region: async () => region } };
    return profile === undefined ? fromFirstSource(init, caller) : fromProfile(profile, init, caller);
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
    const credentials = await baseInTime(profile, signal).catch((cause: unknown) => {
      throw toCredentialsError(cause, profile);
    });
    if (roleArn === undefined) return credentials;
    const params = { RoleArn: roleArn, RoleSessionName: APP, ...(externalId && { ExternalId: externalId }) };
    return ofRole(roleArn, sts.assumeRole(credentials, params));
  };
}

/** What STS gives for a role; where it refuses, or cannot be asked, the role is named. */
function ofRole(role: string | undefined, given: Promise<AwsCredentialIdentity>) {
  return given.catch((cause: unknown) => {
    throw noteTrouble(cause, { where: `role ${role}` });
  });
}

function tooLate(program: string | undefined): Error {
  const within = `within ${DEADLINE_MS / 1_000} seconds`;
  const message =
    program === undefined
      ? `whoever gives them (a portal, or the metadata service of the machine) did not answer ${within}`
      : `the credential_process (${program}) did not end ${within} and was killed`;
  return Object.assign(new Error(message), { name: 'CredentialsTimeout' });
}

/** What went wrong, with whose trouble it is; a file of a token that cannot be read is told as that. */
function toCredentialsError(cause: unknown, profile: string | undefined): Error {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  // The name of the profile may be what is unsound.
  const isNamed = profile !== undefined && error.name !== 'UnsoundEnvironment';
  const trouble = { action: 'getting credentials', ...(isNamed && { where: `profile ${profile}` }) };
  const { code, path } = error as { code?: unknown; path?: unknown };
  const isOfFile = typeof code === 'string' && typeof path === 'string';
  return noteTrouble(isOfFile ? tokenFileError(path, code, cause) : error, trouble);
}
