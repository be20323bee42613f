import { randomUUID } from 'node:crypto';
import type { AccessKeys } from '../wire/access-keys.ts';
import type { RefusalFault } from '../wire/faults.ts';
import { readQuery } from '../wire/query.ts';
import { type Answer, type Call, Refusal, type Service } from '../wire/service.ts';
import { branch, leaf } from '../wire/xml.ts';

const version = '2011-06-15';
const xmlns = `xmlns="https://sts.amazonaws.com/doc/${version}/"`;
const contentType = 'text/xml';

export interface StsOptions {
  readonly keys: AccessKeys;
  /** Roles by ARN that ask for an external id; every other role is given to anybody. */
  readonly roles: Readonly<Record<string, { readonly externalId?: string }>>;
  /** Lifetime of handed-out credentials; undefined leaves it to the caller's DurationSeconds (3,600 by default). */
  readonly credentialsSeconds: number | undefined;
}

/** STS: who am I, and the keys of a role. */
export function createSts({ keys, roles, credentialsSeconds }: StsOptions): Service {
  function assumeRole(call: Call): Answer {
    const { RoleArn: roleArn = '', RoleSessionName: sessionName, ExternalId: externalId } = call.params;
    const [, accountId, roleName] =
      /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
    if (!accountId || !roleName) throw new Refusal(400, 'ValidationError', `${roleArn} is invalid`);
    if (!sessionName) throw new Refusal(400, 'ValidationError', 'RoleSessionName must not be empty');
    const expected = roles[roleArn]?.externalId;
    if (expected !== undefined && expected !== externalId) {
      const message = `User: ${call.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
      throw new Refusal(403, 'AccessDenied', message);
    }
    const seconds = credentialsSeconds ?? Number(call.params.DurationSeconds ?? 3600);
    const key = keys.issue(accountId, roleName, sessionName, seconds);
    return succeed('AssumeRole', [
      branch('AssumedRoleUser', leaf('AssumedRoleId', key.userId) + leaf('Arn', key.arn)),
      branch(
        'Credentials',
        leaf('AccessKeyId', key.accessKeyId) +
          leaf('SecretAccessKey', key.secretAccessKey) +
          leaf('SessionToken', key.sessionToken) +
          leaf('Expiration', new Date(key.expiresAt).toISOString()),
      ),
    ]);
  }

  function getCallerIdentity({ arn, userId, accountId }: Call): Answer {
    return succeed('GetCallerIdentity', [
      leaf('Arn', arn),
      leaf('UserId', userId),
      leaf('Account', accountId),
    ]);
  }

  return {
    read: readQuery,
    answer(call) {
      if (call.params.Version === version && call.action === 'AssumeRole') return assumeRole(call);
      if (call.params.Version === version && call.action === 'GetCallerIdentity')
        return getCallerIdentity(call);
      throw new Refusal(
        400,
        'InvalidAction',
        `Could not find operation ${call.action} for version ${version}`,
      );
    },
    refuse({ status, code, message }) {
      const type = leaf('Type', status < 500 ? 'Sender' : 'Receiver');
      const error = branch('Error', type + leaf('Code', code) + leaf('Message', message));
      const body = `<ErrorResponse ${xmlns}>${error}${leaf('RequestId', randomUUID())}</ErrorResponse>`;
      return { status, contentType, body };
    },
    refusals,
  };
}

function succeed(action: string, parts: readonly string[]): Answer {
  const result = branch(`${action}Result`, parts.join(''));
  const metadata = branch('ResponseMetadata', leaf('RequestId', randomUUID()));
  return {
    status: 200,
    contentType,
    body: `<${action}Response ${xmlns}>${result}${metadata}</${action}Response>`,
  };
}

const refusals: Readonly<Record<Exclude<RefusalFault, 'conflict'>, Refusal>> = {
  throttled: new Refusal(400, 'Throttling', 'Rate exceeded'),
  'internal-error': new Refusal(500, 'InternalFailure', 'An internal error has occurred'),
  denied: new Refusal(403, 'AccessDenied', 'User is not authorized to perform this action'),
  'auth-failure': new Refusal(
    403,
    'InvalidClientTokenId',
    'The security token included in the request is invalid.',
  ),
  expired: new Refusal(403, 'ExpiredToken', 'The security token included in the request is expired'),
  'expired-token': new Refusal(403, 'ExpiredToken', 'The security token included in the request is expired'),
  'not-found': new Refusal(404, 'NoSuchEntity', 'The requested entity does not exist.'),
};
