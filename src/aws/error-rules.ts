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

const WHERE = 'check endpoint_url (http or https, host and port)';

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
    names: /^ProfileError$/,
    remedy:
      'no other credentials are tried than those of this profile: check its name (profile of the target, else AWS_PROFILE), its entry in the shared AWS configuration files, and what it calls',
  },
  {
    error: 'timeout',
    names: /^CredentialsTimeout$/,
    remedy:
      'it is asked anew at the next pass; look why it hangs: a helper has no terminal, and must neither ask for anything nor wait for somebody',
  },
  {
    error: 'invalid',
    names: /^UnfitFile$/,
    remedy: 'put a file there, or correct the path',
  },
  {
    error: 'denied',
    names: /^TokenFileError$/,
    remedy:
      'check that the token is mounted there and readable for this user, or correct AWS_WEB_IDENTITY_TOKEN_FILE (web_identity_token_file of a profile, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)',
  },
  {
    error: 'invalid',
    names: /^EndpointError$/,
    remedy:
      'check the region; a URL in the environment or the profile (AWS_ENDPOINT_URL…, endpoint_url) does not go with FIPS or dual-stack endpoints (AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT): take one of them away',
  },
  {
    error: 'denied',
    names: /^OtherAccount$/,
    remedy:
      'nothing is asked of AWS with them: check the profile, the keys and the role, or correct account_id; where the change is meant, reload the configuration',
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
    error: 'timeout',
    names: /^(ETIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/,
    remedy: 'check name resolution and the network, or raise connect_timeout',
  },
  {
    error: 'unavailable',
    names: /^(BrokenAnswer|ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_\w+|ERR_SOCKET_CLOSED\w*)$/,
    remedy: 'it is asked again at the next pass; if it lasts, look at proxies and endpoint_url in between',
  },
  {
    error: 'unavailable',
    names: /^Redirect$/,
    remedy: `${WHERE}, and for a proxy or a sign-in page in between`,
  },
  {
    error: 'unavailable',
    names: /^HPE_\w+$/,
    remedy: `what answers does not speak HTTP, or not well: ${WHERE}, and for a proxy in between`,
  },
  {
    error: 'unavailable',
    names: /^(EMFILE|ENFILE|ENOBUFS|ENOMEM|EAGAIN|EADDRNOTAVAIL|EADDRINUSE|EAI_MEMORY|OUT_OF_MEM)$/,
    remedy:
      'this machine has no more file handles, ports or memory for connections: raise its limits (ulimit -n), or lower concurrency',
  },
  {
    error: 'unavailable',
    names: /^(EACCES|EPERM)$/,
    remedy:
      'this machine does not let the process do that: check its firewall and, if a file is named, who may read it',
  },
  {
    error: 'unavailable',
    names:
      /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL|EREFUSED|EFORMERR|ENOTIMP|EBAD(NAME|RESP|QUERY|FAMILY)|ECONNREFUSED|EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN|RESET)|ENOTCONN|EAFNOSUPPORT)$/,
    remedy: 'the host could not be reached: check the region, endpoint_url, name resolution and the network',
  },
  {
    error: 'unavailable',
    names: /^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/,
    remedy: `the certificate is one of another host: ${WHERE}, for name resolution, and for a proxy in between`,
  },
  {
    error: 'unavailable',
    names: /^(CERT|CRL)_(HAS_EXPIRED|NOT_YET_VALID)$/,
    remedy:
      'the certificate is not valid now: check the clock of this machine; else whoever answers must renew it',
  },
  {
    error: 'unavailable',
    names: /^(EPROTO|ERR_SSL_\w+)$/,
    remedy: `TLS could not begin: what answers may speak none, or ask for a certificate of ours: ${WHERE}`,
  },
  {
    error: 'unavailable',
    names:
      /^(\w*_(CERT|CERTIFICATE|CRL|SIGNATURE|PUBLIC_KEY)(_\w+)?|(CERT|CRL)_\w+|ERR_TLS_\w+|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/,
    remedy: 'TLS failed: behind a proxy that opens TLS, or with a private endpoint, set ca_bundle',
  },
  {
    error: 'invalid',
    names: /^(ERR_OSSL_\w+|ERR_CRYPTO_\w+)$/,
    remedy: 'check ca_bundle: it must hold certificates in PEM form',
  },
  {
    error: 'invalid',
    names:
      /^(EINVAL|ERR_UNESCAPED_CHARACTERS|ERR_SOCKET_BAD_PORT|ERR_INVALID_(URL|CHAR|PROTOCOL|HTTP_TOKEN|IP_ADDRESS|DOMAIN_NAME|ADDRESS_FAMILY))$/,
    remedy:
      'check endpoint_url, the region, and the credentials for blanks and line ends: what they make is no URL or no header',
  },
  {
    error: 'invalid',
    names: /^(ENOENT|ENOTDIR|EISDIR)$/,
    remedy: 'check that the file is there, and that this user may read it',
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
  [403, 403, 'denied', `${ALLOW}; if it is a proxy that refuses, let requests to AWS pass there`],
  [404, 404, 'not_found', 'check endpoint_url and the id'],
  [407, 407, 'unavailable', 'a proxy in between asks who we are: let requests to AWS pass there without'],
  [408, 408, 'timeout', 'check the network and proxies'],
  [410, 410, 'gone', 'it no longer exists'],
  [429, 429, 'throttled', 'poll less often (schedule) or lower requests_per_second'],
  [
    400,
    499,
    'invalid',
    'check the configuration: ids, filters, page_size; if it is not AWS that answers, endpoint_url and proxies in between',
  ],
  [511, 511, 'unavailable', 'the network asks to be signed in to first: let requests to AWS pass without'],
  [500, 599, 'unavailable', 'AWS or a proxy has trouble: it is asked again at the next pass'],
  [300, 399, 'unavailable', `such a status is none of AWS: ${WHERE}, and for a proxy in between`],
];
