/** What people can do: always the same, or by what was being done: an IAM action, or `getting credentials`. */
export type Remedy = string | ((action: string) => string);

/** Stands before a key of the section that asked, whichever that is: `client_vpn.` and so on. */
export const OF_SECTION = '{section}.';

/** The first choice whose pattern matches what was being done, else `otherwise`. */
function byAction(otherwise: string, ...choices: readonly (readonly [actions: RegExp, remedy: string])[]) {
  return (action: string): string => choices.find(([actions]) => actions.test(action))?.[1] ?? otherwise;
}

const CREDENTIALS = /^getting credentials$/;
const WEB_IDENTITY = /^sts:AssumeRoleWithWebIdentity$/;

const KEYS =
  'check the credentials of the target (profile, role, environment), whether they expired, and the clock of this machine';
const TOKEN =
  'check the token file (AWS_WEB_IDENTITY_TOKEN_FILE, web_identity_token_file of a profile), whether it is written anew ' +
  'before the token expires, and the identity provider and its audience in IAM';
const GIVER = 'check who gives the credentials (SSO, a helper, the metadata service)';

/** Of what AWS does not allow. */
export const toAllow = byAction(
  'allow the action in the IAM policy',
  [
    /^execute-api:/,
    'allow execute-api:ManageConnections on arn:aws:execute-api:<region>:<account>:<api>/<stage>/GET/@connections/*; `describe iam-policy` prints the policy that is needed',
  ],
  [
    /^sts:AssumeRole$/,
    'the trust policy of the role must name who asks (and the external_id, if it wants one), and who asks must be allowed ' +
      'sts:AssumeRole on it; `describe iam-policy --for=hub` prints that policy',
  ],
  [
    WEB_IDENTITY,
    'the trust policy of the role must name the identity provider of the token, and the audience and subject that the token has',
  ],
  [
    /^sts:GetCallerIdentity$/,
    'no policy of these credentials is the reason, for this call needs no permission: look at the policy of a VPC endpoint for STS, and at proxies in between',
  ],
  [CREDENTIALS, `${GIVER}, and what it may give to this user or machine`],
  [
    /^(ec2|apigateway|dynamodb|logs|sqs):|^$/,
    'allow the action in the IAM policy; `describe iam-policy` prints the policy that is needed',
  ],
);

/** Of a key in KMS that these credentials may not use. */
export const toDecrypt = byAction('allow kms:Decrypt on the key', [
  /^sqs:/,
  'the queue is encrypted: allow kms:Decrypt on its key in the IAM policy, and in the policy of the key where that is of another account',
]);

/** Of a key in KMS that nobody can use. */
export const toMendKey = byAction('see that the key in KMS is there, enabled and of its region', [
  /^sqs:/,
  'see that the key with which the queue is encrypted is there, enabled and of its region, or give the queue another',
]);

/** Of an address that is not served. */
export function toServed(action: string): string {
  return action.startsWith('execute-api:')
    ? 'API Gateway serves no such stage there: check the url (the stage, or the mapping key of a custom domain), and in a VPC that no execute-api endpoint with private DNS answers instead, which cannot reach WebSocket APIs'
    : toAllow(action);
}

/** Of being asked too often. */
export const toSlowDown = byAction(
  'poll less often (schedule); the limit may be shared with others',
  [
    /^ec2:DescribeClientVpn/,
    `poll less often (${OF_SECTION}schedule) or lower ${OF_SECTION}requests_per_second; the limit is shared with all who ask EC2 for this account`,
  ],
  [
    /^ec2:/,
    `poll less often (${OF_SECTION}schedule); the limit is shared with all who ask EC2 for this account`,
  ],
  [
    /^execute-api:/,
    `lower ${OF_SECTION}requests_per_second, or poll less often (${OF_SECTION}schedule); the limit is shared with those who send to connections`,
  ],
  [
    /^apigateway:/,
    `poll less often (${OF_SECTION}schedule), or name the endpoints instead of discovering them; the limit is one of the whole account`,
  ],
  [
    /^dynamodb:/,
    'lower read_capacity_per_second of the source, or give the table more capacity, which is shared with all who read it',
  ],
  [
    /^logs:/,
    'the limit (5 to 25 calls a second) is one of the whole account and region, shared with all who read logs there: raise poll of the source, or see who else reads',
  ],
  [/^sqs:/, 'the limit is one of the queue, or of its key in KMS: see who else uses them'],
  [
    /^sts:/,
    'the limit is shared by all who ask STS for this account, and the exporter asks seldom: see who else asks',
  ],
  [CREDENTIALS, `${GIVER}: others may ask it too often; the exporter asks seldom`],
);

/** Of credentials that AWS does not take. */
export const toProve = byAction(KEYS, [WEB_IDENTITY, TOKEN]);

/** Of credentials that this region does not take. */
export const toProveThere = byAction(
  `${KEYS}, and that the region is enabled for the account`,
  [WEB_IDENTITY, TOKEN],
  [CREDENTIALS, KEYS],
);

/** Of what is not there. */
export const toFind = byAction(
  'check the id or the name, the account and the region',
  [/^ec2:/, 'check the id, the account and the region'],
  [/^dynamodb:/, 'check the name of the table, the account and the region'],
  [/^logs:/, 'check log_group of the source, the account and the region'],
  [/^sqs:/, 'check queue_url of the source; a queue that was just made takes a moment'],
  [/^sts:/, 'check endpoint_url and the region: what answers is not STS'],
  [CREDENTIALS, `${GIVER}, and the names that it is asked with`],
);

/** Of an answer that does not come. */
export const toWait = byAction(
  'check the network and proxies, or raise request_timeout or connect_timeout',
  [/^sts:/, 'check the way to STS: in a VPC without a way out it needs a VPC endpoint of its own'],
  [CREDENTIALS, `${GIVER}, and the way there`],
);

/** Of what AWS does not understand. */
export const toCorrect = byAction(
  'check the configuration, and endpoint_url',
  [/^ec2:DescribeClientVpn/, `check ${OF_SECTION}endpoints, ${OF_SECTION}filters and ${OF_SECTION}page_size`],
  [/^ec2:/, 'check the region, and endpoint_url: what answers may not be EC2'],
  [/^sts:AssumeRole$/, 'check role_arn and external_id of the target, or of its profile'],
  [WEB_IDENTITY, `check the role (AWS_ROLE_ARN, role_arn of a profile); ${TOKEN}`],
  [/^sts:/, 'check endpoint_url and the region: what answers may not be STS'],
  [/^execute-api:/, 'check the url of the endpoint'],
  [/^dynamodb:/, 'check the source of the endpoint: its table and the names of attributes'],
  [
    /^logs:/,
    'check log_group of the source; groups of the class Infrequent Access or Delivery cannot be read by anybody, and none can change its class: have the access log written to a group of the class Standard',
  ],
  [/^sqs:/, 'check queue_url of the source'],
  [CREDENTIALS, `${GIVER}, and what the profile or the environment names there`],
);

/** Of a host that cannot be reached. */
export const toReach = byAction(
  'the host could not be reached: check the region, endpoint_url, name resolution and the network',
  [CREDENTIALS, `the host could not be reached: ${GIVER}, name resolution and the network`],
);

/** Of a name that is not resolved, or a connection that is not made, in time. */
export const toConnect = byAction('check name resolution and the network, or raise connect_timeout', [
  CREDENTIALS,
  `${GIVER}, name resolution and the network`,
]);

/** Of an answer that broke off, or cannot be read. */
export const toPass = byAction('it mostly passes; if it lasts, look at proxies and endpoint_url in between', [
  CREDENTIALS,
  'it mostly passes; if it lasts, look at proxies in between',
]);

/** Of what makes no URL or no header. */
export const toSpell = byAction(
  'check endpoint_url, the region, and the credentials for blanks and line ends: what they make is no URL or no header',
  [CREDENTIALS, `${GIVER}, and its address for blanks and line ends: what they make is no URL or no header`],
);

/** Of an answer that may be none of AWS. */
export const toDoubt = byAction(
  'if it is not AWS that answers, look at proxies and endpoint_url in between',
  [CREDENTIALS, 'if something else answers, look at proxies in between'],
);

/** Of an answer that is none of AWS; `more` says what else to look at. */
export function toWhere(more = ''): Remedy {
  return byAction(`check endpoint_url (http or https, host and port)${more}`, [
    CREDENTIALS,
    `${GIVER}, its address${more}`,
  ]);
}
