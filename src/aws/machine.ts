import type { AwsCredentialIdentity } from '@smithy/types';
import { toSentence } from '../core/error-text.ts';

type Http = typeof import('@aws-sdk/credential-providers')['fromHttp'];

/** Credentials of the container that the process runs in, else of the machine; rejects saying which of them gives none, and why. */
export async function fromMachine(init: Parameters<Http>[0]): Promise<AwsCredentialIdentity> {
  const { fromHttp, fromInstanceMetadata } = await import('@aws-sdk/credential-providers');
  const variable = containerVariable();
  if (variable !== undefined)
    return fromHttp(init)().catch((cause: unknown) => {
      throw isOfFile(cause) ? cause : none(whyNotOfContainer(variable, cause), cause);
    });
  const isOff = process.env.AWS_EC2_METADATA_DISABLED ?? '';
  if (isOff !== '' && isOff !== 'false')
    throw none(
      `${NOTHING_ELSE}, and AWS_EC2_METADATA_DISABLED switches off the metadata service of this machine`,
    );
  return fromInstanceMetadata(init)().catch((cause: unknown) => {
    throw none(`${NOTHING_ELSE}, and ${whyNotOfMetadata(cause)}`, cause);
  });
}

/** Why the `credential_source` of a profile gives nothing, in words; undefined where it is none of a machine. */
export function whyNotOfSource(source: string, cause: unknown): string | undefined {
  if (source === 'Ec2InstanceMetadata') return `of its credential_source: ${whyNotOfMetadata(cause)}`;
  const variable = source === 'EcsContainer' ? containerVariable() : undefined;
  return variable && `of its credential_source: ${whyNotOfContainer(variable, cause)}`;
}

const NOTHING_ELSE = 'nothing else is set up (environment, profile default, web identity, container)';

function containerVariable(): string | undefined {
  const names = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  return names.find((name) => process.env[name]);
}

function none(words: string, cause?: unknown): Error {
  return Object.assign(new Error(words, { cause }), { name: 'CredentialsProviderError' });
}

/** The file of a token speaks for itself. */
function isOfFile(cause: unknown): boolean {
  return cause instanceof Error && 'path' in cause;
}

function statusOf(cause: unknown): number | undefined {
  const { statusCode, message } = cause as { statusCode?: unknown; message?: unknown };
  if (typeof statusCode === 'number') return statusCode;
  const status = /^Server responded with status: (\d+)$/.exec(String(message))?.[1];
  return status === undefined ? undefined : Number(status);
}

function whyNotOfContainer(variable: string, cause: unknown): string {
  return `what ${variable} names gives none: ${whyNotOf(cause)}`;
}

function whyNotOf(cause: unknown): string {
  const { Code: code, Message: message } = cause as { Code?: unknown; Message?: unknown };
  const status = statusOf(cause);
  if (status === undefined) {
    if (cause instanceof SyntaxError || toSentence(cause).includes('not of the required format'))
      return 'what it answers are no credentials';
    if (cause instanceof TypeError) return 'it is no URL';
    return toSentence(cause).replace(/^Error: /, '');
  }
  const said = [code, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
  const answer = `it answers HTTP ${status}${said === '' ? '' : ` (${said})`}`;
  if (status >= 500) return `${answer}, which mostly passes`;
  return `${answer}: look whether the task has a task role (ECS), or the service account a Pod Identity association (EKS)`;
}

function whyNotOfMetadata(cause: unknown): string {
  const { message = '', code } = cause as { message?: string; code?: unknown };
  return `the metadata service of this machine ${faultOf(statusOf(cause), String(message), code, cause)}`;
}

const HOP_LIMIT =
  'for a process in a container, set the hop limit of the instance to 2 (--http-put-response-hop-limit 2)';

function faultOf(status: number | undefined, message: string, code: unknown, cause: unknown): string {
  // It is asked for a token first, and without one where that is not given in time.
  if (status === 401 || message.includes('v1 fallback'))
    return `wants a token (IMDSv2) and gave none in time; ${HOP_LIMIT}`;
  if (status === 403) return 'does not let this process ask (HTTP 403): it is switched off there';
  if (status === 404) return 'knows no role (HTTP 404): give the instance an instance profile';
  if (status !== undefined) return `answers HTTP ${status}`;
  if (message.startsWith('TimeoutError')) return `does not answer; ${HOP_LIMIT}`;
  if (typeof code === 'string') return `cannot be reached (${code}): this may be no EC2 instance`;
  if (cause instanceof SyntaxError || message.startsWith('Invalid response'))
    return 'gives no keys for the role of the instance: look whether EC2 may assume that role';
  return `fails: ${message}`;
}
