import type { AwsCredentialIdentity } from '@smithy/types';
import { noteTrouble, toCallError } from './errors.ts';
import { fromMachine, whyNotOfSource } from './machine.ts';
import { credentialSource, faultOfProfile } from './profiles.ts';

type Ini = typeof import('@aws-sdk/credential-providers')['fromIni'];
type Init = NonNullable<Parameters<Ini>[0]>;
type Caller = Parameters<ReturnType<Ini>>[0];

/** Credentials of a profile, and of nothing else where it gives none; rejects in words then. */
export async function fromProfile(
  profile: string,
  init: Init,
  caller: Caller,
): Promise<AwsCredentialIdentity> {
  const { fromIni } = await import('@aws-sdk/credential-providers');
  return fromIni({ ...init, profile })(caller).catch(async (cause: unknown) => {
    throw await toProfileError(cause, profile);
  });
}

/**
 * Credentials of the first that is set up: the environment, the profile `default`, a web identity, the container, the machine.
 * That is the order of the SDK's default chain, which asks the next one where one fails, and forgets why it did.
 */
export async function fromFirstSource(init: Init, caller: Caller): Promise<AwsCredentialIdentity> {
  const { fromEnv, fromIni, fromTokenFile } = await import('@aws-sdk/credential-providers');
  const { env } = process;
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) return fromEnv(init)();
  const ofDefault = await fromIni({ ...init, profile: 'default' })(caller).catch(async (cause) => {
    if (unresolvedOf(cause) === 'default') return undefined;
    throw noteTrouble(await toProfileError(cause, 'default'), { where: 'profile default' });
  });
  if (ofDefault) return ofDefault;
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) return fromTokenFile(init)(caller);
  return fromMachine(init);
}

/** The profile that the SDK found nothing of, or nothing in. */
function unresolvedOf(cause: unknown): string | undefined {
  const { message } = cause as { message?: unknown };
  return /^Could not resolve credentials using profile: \[(.+)\] in/.exec(String(message))?.[1];
}

/** Why a profile gives none: a call that AWS refused speaks for itself, and so does a file. */
async function toProfileError(cause: unknown, profile: string): Promise<unknown> {
  const error = unwrapped(cause instanceof Error ? cause : new Error(String(cause)));
  const isOfProvider = error.name.endsWith('ProviderError') || toCallError(error) === 'other';
  if ('$fault' in error || 'path' in error || !isOfProvider) return error;
  const source = await credentialSource(profile);
  const words =
    (await whyUnresolved(error, profile)) ??
    (source && whyNotOfSource(source, error)) ??
    SAID.find(([said]) => said.test(error.message))?.[1](error.message, profile);
  return Object.assign(new Error(words ?? error.message), { name: 'ProfileError' });
}

/** What the SDK says, in the words of who runs a daemon. */
const SAID: readonly (readonly [said: RegExp, words: (message: string, profile: string) => string])[] = [
  [
    /aws sso login|^UnauthorizedException: /,
    (message, profile) =>
      `its SSO session is over (${message.replace(/\.* To refresh this SSO session.*$/s, '')}): run aws sso login --profile=${profile} as the user of this process, ` +
      'or give it a role, which needs nobody to sign in',
  ],
  [/^\w*:? ?UnknownError$/, () => 'its SSO portal answered with an error and without a reason'],
  [
    /requires multi-factor authentication/,
    () => 'its role wants a second factor (mfa_serial), and a daemon has nobody to ask for a code',
  ],
];

/** The SDK puts what a portal of SSO answered, or why it could not be asked, into nothing but text: a name and what was said. */
function unwrapped(error: Error): Error {
  const [, name, said] = /^([A-Z]\w+): (.+)$/s.exec(error.message) ?? [];
  if (name === undefined || said === undefined || error.name !== 'CredentialsProviderError') return error;
  const code = /\bE[A-Z_]{4,}\b/.exec(said)?.[0];
  const inner = Object.assign(new Error(said), { name, ...(code !== undefined && { code }) });
  return toCallError(inner) === 'other' ? error : inner;
}

/** What is wrong with the profile that the SDK made nothing of: the one that was asked for, or one that it draws from. */
async function whyUnresolved(error: Error, profile: string): Promise<string | undefined> {
  // Where a section is missing that a profile names, the SDK stumbles.
  const name = error instanceof TypeError ? profile : unresolvedOf(error);
  const fault = name === undefined ? undefined : await faultOfProfile(name);
  return name === profile ? fault?.words : fault && `of its source_profile ${name}: ${fault.words}`;
}
