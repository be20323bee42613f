/** What can go wrong with a call, as a fixed list for the `error` label. */
export type CallError =
  | 'throttled'
  | 'denied'
  | 'not_found'
  | 'gone'
  | 'invalid'
  | 'timeout'
  | 'unavailable'
  | 'other';

/** Every `CallError`, so that each can be counted from zero. */
export const CALL_ERRORS: readonly CallError[] = [
  'throttled',
  'denied',
  'not_found',
  'gone',
  'invalid',
  'timeout',
  'unavailable',
  'other',
];

/** One kind of failure. */
export interface Rule {
  readonly error: CallError;
  /** SDK error names (the service's error codes) and Node.js error codes. */
  readonly names: RegExp;
  /** IAM actions, where the rule is of these only. */
  readonly actions?: RegExp;
  /** What people can do. */
  readonly remedy: string;
}

const ALLOW = 'allow the action in the IAM policy; `describe iam-policy` prints the policy that is needed';
const CREDENTIALS =
  'check the credentials of the target (profile, role, environment), whether they expired, and the clock of this machine';

/** The first rule whose pattern matches the error's name or code decides. */
export const RULES: readonly Rule[] = [
  {
    error: 'denied',
    names: /^AccessDenied(Exception)?$/,
    actions: /^execute-api:/,
    remedy:
      'allow execute-api:ManageConnections on arn:aws:execute-api:<region>:<account>:<api>/<stage>/GET/@connections/*; `describe iam-policy` prints the policy that is needed',
  },
  {
    error: 'denied',
    names: /^ForbiddenException$/,
    remedy:
      'API Gateway serves no such stage there: check the url (the stage, or the mapping key of a custom domain), and in a VPC that no execute-api endpoint with private DNS answers instead, which cannot reach WebSocket APIs',
  },
  {
    error: 'throttled',
    names:
      /^(RequestLimitExceeded|EC2ThrottledException|Throttl\w*|TooManyRequests\w*|SlowDown|LimitExceededException|RequestThrottled\w*|BandwidthLimitExceeded|ProvisionedThroughputExceededException)$/,
    remedy:
      'poll less often (schedule) or lower requests_per_second, or read_capacity_per_second of a table; the limit is shared with other callers',
  },
  {
    error: 'denied',
    names: /^(UnauthorizedOperation|AccessDenied|AccessDeniedException|Client\.UnauthorizedOperation)$/,
    remedy: ALLOW,
  },
  {
    error: 'denied',
    names:
      /^(AuthFailure|SignatureDoesNotMatch|InvalidSignature\w*|IncompleteSignature|UnrecognizedClientException|InvalidClientTokenId|MissingAuthenticationToken\w*)$/,
    remedy: `${CREDENTIALS}, and that the region is enabled for the account`,
  },
  {
    error: 'denied',
    names:
      /^(Expired\w*|Request(Expired|InTheFuture|TimeTooSkewed)|InvalidIdentityToken\w*|IDPRejectedClaim\w*)$/,
    remedy: CREDENTIALS,
  },
  {
    error: 'denied',
    names: /^UnsoundEnvironment$/,
    remedy:
      'set it anew, without: a Secret or file made with echo ends with a line end (printf, or echo -n, adds none), and docker --env-file keeps quotes',
  },
  {
    error: 'denied',
    names: /^(CredentialsProviderError|TokenProviderError|ProviderError)$/,
    remedy:
      'no usable credentials were found: give the process a role, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile',
  },
  {
    error: 'denied',
    names: /^(OptInRequired|Blocked|PendingVerification|RegionDisabledException)$/,
    remedy:
      'the account may not use this service or region: enable it, or take the region out of the targets',
  },
  {
    error: 'not_found',
    names: /\.(\w*)NotFound$|^\w*NotFound(Exception)?$/,
    remedy: 'check the id or the name, the account and the region',
  },
  { error: 'gone', names: /^GoneException$/, remedy: 'it no longer exists' },
  {
    error: 'timeout',
    names: /^(TimeoutError|AbortError|RequestTimeout\w*|ETIMEDOUT|ESOCKETTIMEDOUT)$/,
    remedy:
      'check the network and proxies, or raise request_timeout, connect_timeout or the timeout of the pass',
  },
  {
    error: 'unavailable',
    names: /^(BrokenAnswer|ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/,
    remedy: 'it is asked again at the next pass; if it lasts, look at proxies and endpoint_url in between',
  },
  {
    error: 'unavailable',
    names: /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    remedy: 'the host could not be reached: check the region, endpoint_url, name resolution and the network',
  },
  {
    error: 'unavailable',
    names: /^(\w*_(CERT|CERTIFICATE|SIGNATURE)(_\w+)?|CERT_\w+|ERR_(TLS|SSL)_\w+|EPROTO)$/,
    remedy: 'TLS failed: behind a proxy that opens TLS, or with a private endpoint, set ca_bundle',
  },
  {
    error: 'unavailable',
    names:
      /^(Unavailable|ServiceUnavailable\w*|Internal(Error|Failure|ServerError\w*)|InsufficientCapacity\w*)$/,
    remedy: 'AWS has trouble: it is asked again at the next pass',
  },
  {
    error: 'invalid',
    names:
      /^(Invalid\w*(\.\w+)?|Missing\w*|Malformed\w*|Validation\w*|BadRequest\w*|UnknownParameter|UnsupportedOperation)$/,
    remedy: 'check the configuration: ids, filters, page_size, role_arn, names of attributes',
  },
];

/** By HTTP status, where no name decides; the first range that holds it. */
export const BY_STATUS: readonly (readonly [from: number, to: number, error: CallError, remedy: string])[] = [
  [401, 401, 'denied', CREDENTIALS],
  [403, 403, 'denied', ALLOW],
  [404, 404, 'not_found', 'check endpoint_url and the id'],
  [408, 408, 'timeout', 'check the network and proxies'],
  [410, 410, 'gone', 'it no longer exists'],
  [429, 429, 'throttled', 'poll less often (schedule) or lower requests_per_second'],
  [400, 499, 'invalid', 'check the configuration: ids, filters, page_size'],
  [500, 599, 'unavailable', 'AWS or a proxy has trouble: it is asked again at the next pass'],
];
