import { expect, test } from 'vitest';
import { BY_STATUS, RULES } from '../../src/aws/error-rules.ts';
import { explain, noteCall, noteTrouble } from '../../src/aws/errors.ts';

/** Names of errors, one at least for every rule. */
const NAMES = [
  'ForbiddenException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'UnauthorizedOperation',
  'AccessDenied',
  'AccessDeniedException',
  'KmsAccessDenied',
  'KmsNotFound',
  'AuthFailure',
  'InvalidClientTokenId',
  'ExpiredTokenException',
  'RequestExpired',
  'InvalidIdentityToken',
  'ProfileError',
  'TokenFileError',
  'CredentialsTimeout',
  'UnfitFile',
  'EndpointError',
  'OtherAccount',
  'UnsoundEnvironment',
  'UnsoundProxy',
  'ProxyAuthentication',
  'ProxyRefused',
  'ProxyUnreachable',
  'ProxyTimeout',
  'CredentialsProviderError',
  'RegionDisabledException',
  'ResourceNotFoundException',
  'InvalidClientVpnEndpointId.NotFound',
  'GoneException',
  'TimeoutError',
  'ETIMEOUT',
  'BrokenAnswer',
  'Redirect',
  'HPE_INVALID_CONSTANT',
  'EMFILE',
  'EACCES',
  'ECONNREFUSED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'EPROTO',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_OSSL_PEM_NO_START_LINE',
  'ERR_INVALID_URL',
  'ENOENT',
  'InternalError',
  'ValidationException',
  'InvalidParameterValue',
  'MalformedPolicyDocument',
];
/** What no call can fail with: of the credentials of a target, before anything is asked. */
const OF_CREDENTIALS =
  /^(ProfileError|TokenFileError|CredentialsTimeout|UnfitFile|OtherAccount|UnsoundEnvironment|CredentialsProviderError)$/;
const STATUSES = [301, 400, 401, 403, 404, 405, 407, 408, 410, 429, 500, 503, 511];

const ROLE = 'sts:AssumeRole';
const WEB_ROLE = 'sts:AssumeRoleWithWebIdentity';
const WHO = 'sts:GetCallerIdentity';
const VPN = 'ec2:DescribeClientVpnConnections';
const TUNNELS = 'ec2:DescribeVpnConnections';
const LOOK_UP = 'execute-api:ManageConnections';
const LIST = 'apigateway:GET';
const SCAN = 'dynamodb:Scan';
const FILTER = 'logs:FilterLogEvents';
const RECEIVE = 'sqs:ReceiveMessage';
const GETTING = 'getting credentials';
const CALLS: Readonly<Record<string, readonly [api: string, operation: string, section?: string]>> = {
  [VPN]: ['ec2', 'DescribeClientVpnConnections', 'client_vpn'],
  [TUNNELS]: ['ec2', 'DescribeVpnConnections', 'site_to_site_vpn'],
  [ROLE]: ['sts', 'AssumeRole'],
  [WEB_ROLE]: ['sts', 'AssumeRoleWithWebIdentity'],
  [WHO]: ['sts', 'GetCallerIdentity'],
  [LOOK_UP]: ['execute-api', 'GetConnection', 'websocket'],
  [LIST]: ['apigateway', 'GetApis', 'websocket'],
  [SCAN]: ['dynamodb', 'Scan', 'websocket'],
  [FILTER]: ['logs', 'FilterLogEvents', 'websocket'],
  [RECEIVE]: ['sqs', 'ReceiveMessage', 'websocket'],
};
const ACTIONS = [...Object.keys(CALLS), GETTING];

/** Words that have a meaning for some actions only. */
const WORDS: readonly (readonly [word: RegExp, actions: readonly string[]])[] = [
  [/`describe iam-policy`/, [VPN, TUNNELS, LOOK_UP, LIST, SCAN, FILTER, RECEIVE]],
  [/--for=hub|external_id/, [ROLE]],
  [/trust policy/, [ROLE, WEB_ROLE]],
  [/IAM policy/, [VPN, TUNNELS, LIST, SCAN, FILTER, RECEIVE]],
  [/@connections|stage|mapping key/, [LOOK_UP]],
  [/client_vpn|page_size|filters/, [VPN]],
  [/site_to_site_vpn/, [TUNNELS]],
  [/requests_per_second/, [VPN, LOOK_UP]],
  [/schedule/, [VPN, TUNNELS, LOOK_UP, LIST]],
  [/websocket\.|url of the endpoint/, [LOOK_UP, LIST]],
  [/read_capacity|table|attributes/, [SCAN]],
  [/log_group|Infrequent/, [FILTER]],
  [/queue/, [RECEIVE]],
  [/request_timeout/, [VPN, TUNNELS, LOOK_UP, LIST, SCAN, FILTER, RECEIVE]],
  [/connect_timeout/, [VPN, TUNNELS, ROLE, WEB_ROLE, WHO, LOOK_UP, LIST, SCAN, FILTER, RECEIVE]],
  [/role_arn/, [ROLE, WEB_ROLE]],
  [/identity provider|audience/, [WEB_ROLE]],
  [/who gives the credentials|SSO|helper/, [GETTING]],
  [/next pass|asked again/, []],
];

function remedyOf(thrown: Error, action: string): string {
  const call = CALLS[action];
  if (call) noteCall(thrown, ...call);
  else noteTrouble(thrown, { action });
  return explain(thrown).replace(/^(?:.*?: )?the words of AWS; /, '');
}

const named = NAMES.flatMap((name) =>
  ACTIONS.filter((action) => action === GETTING || !OF_CREDENTIALS.test(name)).map((action) => {
    const thrown = Object.assign(new Error('the words of AWS'), { name });
    return [name, action, remedyOf(thrown, action)] as const;
  }),
);
const answered = STATUSES.flatMap((status) =>
  ACTIONS.map((action) => {
    const thrown = Object.assign(new Error('the words of AWS'), { $metadata: { httpStatusCode: status } });
    return [`HTTP ${status}`, action, remedyOf(thrown, action)] as const;
  }),
);

test.each([...named, ...answered])('the remedy of %s is one for %s: %s', (name, action, remedy) => {
  expect(remedy).not.toContain('the words of AWS');
  expect(remedy).not.toContain('report it as a bug');
  expect(remedy).not.toContain('{');
  for (const [word, actions] of OF_CREDENTIALS.test(name) || name === 'EndpointError' ? [] : WORDS)
    if (!actions.includes(action)) expect(remedy).not.toMatch(word);
});

test('every rule and every range is read here', () => {
  const deciding = NAMES.map((name) => RULES.find(({ names }) => names.test(name)));
  expect(RULES.filter((rule) => !deciding.includes(rule))).toEqual([]);
  const ranges = STATUSES.map((status) => BY_STATUS.find(([from, to]) => status >= from && status <= to));
  expect(BY_STATUS.filter((range) => !ranges.includes(range))).toEqual([]);
});

test.each([
  ['AccessDenied', ROLE, /trust policy of the role must name who asks .* `describe iam-policy --for=hub`/],
  ['AccessDenied', WEB_ROLE, /trust policy of the role must name the identity provider/],
  ['AccessDenied', WHO, /this call needs no permission: look at the policy of a VPC endpoint/],
  ['AccessDeniedException', SCAN, /`describe iam-policy` prints/],
  ['KmsAccessDenied', RECEIVE, /kms:Decrypt on its key/],
  ['KmsNotFound', RECEIVE, /the key with which the queue is encrypted is there/],
  ['ForbiddenException', LOOK_UP, /serves no such stage .* private DNS/],
  ['ForbiddenException', LIST, /allow the action in the IAM policy/],
  ['ProvisionedThroughputExceededException', SCAN, /lower read_capacity_per_second/],
  ['RequestLimitExceeded', VPN, /lower client_vpn.requests_per_second/],
  ['TimeoutError', WHO, /in a VPC without a way out it needs a VPC endpoint/],
  ['ValidationError', ROLE, /role_arn and external_id/],
  ['ExpiredTokenException', WEB_ROLE, /the token file/],
])('%s of %s comes with what helps', (name, action, remedy) => {
  expect(remedyOf(Object.assign(new Error('the words of AWS'), { name }), action)).toMatch(remedy);
});
