import type { AwsCredentialIdentity } from '@smithy/types';
import { APP } from './connection.ts';
import { insistOnSoundCredentials } from './environment.ts';
import { noteTrouble, toCallError } from './errors.ts';
import { faultOfProfile } from './profiles.ts';
import type { Sts } from './sts.ts';
import type { Target } from './targets.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** The profile that alone gives credentials, the configured one or else AWS_PROFILE; undefined where the default chain does. */
export function profileOf(configured: string | null | undefined): string | undefined {
  return configured ?? (process.env.AWS_PROFILE || undefined);
}

/** Gets a target's credentials anew, with files read anew: of its profile and nothing else, else of the default chain, and then of its role. */
export function createObtain(
  requestHandler: () => Promise<object>,
  sts: Sts,
  target: Target,
): () => Promise<AwsCredentialIdentity> {
  const { region, roleArn, externalId } = target;

  const base = async (profile: string | undefined) => {
    if (target.profile === undefined) insistOnSoundCredentials(process.env);
    const { fromIni, fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    const said: string[] = [];
    const init = {
      ignoreCache: true,
      logger: { ...SILENT, debug: (line: unknown) => void said.push(String(line)) },
      roleAssumer: sts.assumeRole,
      roleAssumerWithWebIdentity: sts.assumeRoleWithWebIdentity,
      // For SSO and sign-in, which have regions and URLs of their own: neither the target's region nor a URL of another service.
      clientConfig: { requestHandler: await requestHandler(), userAgentAppId: APP },
    };
    const provider = profile === undefined ? fromNodeProviderChain(init) : fromIni({ ...init, profile });
    return provider({ callerClientConfig: { region: async () => region } }).catch((cause: unknown) => {
      throw profile === undefined ? withContainer(cause, said) : cause;
    });
  };

  return async () => {
    const profile = profileOf(target.profile);
    const credentials = await base(profile).catch(async (cause: unknown) => {
      throw await toCredentialsError(cause, profile);
    });
    if (roleArn === undefined) return credentials;
    const params = { RoleArn: roleArn, RoleSessionName: APP, ...(externalId && { ExternalId: externalId }) };
    return sts.assumeRole(credentials, params);
  };
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
    const unreadable = new Error(`the token file ${path} cannot be read: ${code}`, { cause });
    return noteTrouble(Object.assign(unreadable, { name: 'TokenFileError' }), trouble);
  }
  const isOfProvider = error.name.endsWith('ProviderError') || toCallError(error) === 'other';
  if ('$fault' in error || !isOfProvider) return noteTrouble(error, trouble);
  if (profile === undefined) return noteTrouble(error, trouble);
  const words = (await whyUnresolved(error, profile)) ?? withoutCommand(error.message);
  // Not with its cause, whose message has the whole command.
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

/** The command of a `credential_process` can hold secrets, and what it wrote stands on the lines after it. */
function withoutCommand(message: string): string {
  const [first = '', ...written] = message.split('\n');
  if (!first.startsWith('Command failed: ')) return message;
  const said = written.find((line) => line.trim() !== '')?.trim();
  return `its credential_process failed${said === undefined ? ' and wrote no reason' : `: ${said}`}`;
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
