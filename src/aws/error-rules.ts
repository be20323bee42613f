import {
  type Remedy,
  toAllow,
  toConnect,
  toCorrect,
  toDecrypt,
  toDoubt,
  toFind,
  toMendKey,
  toPass,
  toProve,
  toProveThere,
  toReach,
  toServed,
  toSlowDown,
  toSpell,
  toWait,
  toWhere,
} from './remedies.ts';

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
  readonly remedy: Remedy;
}

/** The first rule whose pattern matches the error's name or code decides. */
export const RULES: readonly Rule[] = [
  { error: 'denied', names: /^ForbiddenException$/, remedy: toServed },
  {
    error: 'throttled',
    names:
      /^(RequestLimitExceeded|EC2ThrottledException|Throttl\w*|TooManyRequests\w*|SlowDown|LimitExceededException|RequestThrottled\w*|BandwidthLimitExceeded|ProvisionedThroughputExceededException|OverLimit|KmsThrottled)$/,
    remedy: toSlowDown,
  },
  { error: 'denied', names: /^(KmsAccessDenied|KMS\.AccessDenied\w*)$/, remedy: toDecrypt },
  {
    error: 'invalid',
    names: /^(Kms|KMS\.)(Disabled|InvalidState|InvalidKeyUsage|NotFound|OptInRequired)\w*$/,
    remedy: toMendKey,
  },
  {
    error: 'denied',
    names: /^(UnauthorizedOperation|AccessDenied|AccessDeniedException|Client\.UnauthorizedOperation)$/,
    remedy: toAllow,
  },
  {
    error: 'denied',
    names:
      /^(AuthFailure|SignatureDoesNotMatch|InvalidSignature\w*|IncompleteSignature|UnrecognizedClientException|InvalidClientTokenId|MissingAuthenticationToken\w*)$/,
    remedy: toProveThere,
  },
  {
    error: 'denied',
    names:
      /^(Expired\w*|Request(Expired|InTheFuture|TimeTooSkewed)|InvalidIdentityToken\w*|IDPRejectedClaim\w*)$/,
    remedy: toProve,
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
      'look why it hangs: a helper has no terminal, and must neither ask for anything nor wait for somebody',
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
    error: 'invalid',
    names: /^UnsoundProxy$/,
    remedy:
      'write it as http://proxy.example.com:3128, or https:// where the proxy itself speaks TLS; before the host may stand user:password@, in which @ : / # ? % are written %40 %3A %2F %23 %3F %25',
  },
  {
    error: 'unavailable',
    names: /^ProxyAuthentication$/,
    remedy:
      'put the user and the password that the proxy wants into that variable (user:password@ before the host), or let the exporter pass there without',
  },
  {
    error: 'unavailable',
    names: /^ProxyRefused$/,
    remedy:
      'let the proxy open ways (CONNECT) to that host and port, and see whether it reaches them; a host that needs no proxy belongs into NO_PROXY',
  },
  {
    error: 'unavailable',
    names: /^ProxyUnreachable$/,
    remedy:
      'check the host and the port in that variable, that the proxy runs, and for an https:// proxy that aws.ca_bundle, if set, has its authority; a host that needs no proxy belongs into NO_PROXY',
  },
  {
    error: 'timeout',
    names: /^ProxyTimeout$/,
    remedy:
      'see whether the proxy runs and reaches that host itself; a host that needs no proxy belongs into NO_PROXY',
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
    names: /\.(\w*)NotFound$|^\w*NotFound(Exception)?$|^QueueDoesNotExist$|\.NonExistentQueue$/,
    remedy: toFind,
  },
  { error: 'gone', names: /^GoneException$/, remedy: 'it no longer exists' },
  {
    error: 'timeout',
    names: /^(TimeoutError|AbortError|RequestTimeout\w*|ETIMEDOUT|ESOCKETTIMEDOUT)$/,
    remedy: toWait,
  },
  {
    error: 'timeout',
    names: /^(ETIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/,
    remedy: toConnect,
  },
  {
    error: 'unavailable',
    names: /^(BrokenAnswer|ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_\w+|ERR_SOCKET_CLOSED\w*)$/,
    remedy: toPass,
  },
  {
    error: 'unavailable',
    names: /^Redirect$/,
    remedy: toWhere(', and look for a proxy or a sign-in page in between'),
  },
  {
    error: 'unavailable',
    names: /^HPE_\w+$/,
    remedy: toWhere(', and look for a proxy in between: what answers does not speak HTTP, or not well'),
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
    remedy: toReach,
  },
  {
    error: 'unavailable',
    names: /^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/,
    remedy: toWhere(
      ', name resolution, and look for a proxy in between: the certificate is one of another host',
    ),
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
    remedy: toWhere(': TLS could not begin, what answers may speak none, or ask for a certificate of ours'),
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
    remedy: toSpell,
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
    remedy: 'AWS has trouble, which mostly passes',
  },
  {
    error: 'invalid',
    names:
      /^(Invalid\w*(\.\w+)?|Missing\w*|Malformed\w*|Validation\w*|BadRequest\w*|UnknownParameter|UnsupportedOperation)$/,
    remedy: toCorrect,
  },
];

/** By HTTP status, where no name decides; the first range that holds it. */
export const BY_STATUS: readonly (readonly [from: number, to: number, error: CallError, remedy: Remedy])[] = [
  [401, 401, 'denied', toProve],
  [403, 403, 'denied', (action) => `${toAllow(action)}; ${toDoubt(action)}`],
  [404, 404, 'not_found', (action) => `${toFind(action)}; ${toDoubt(action)}`],
  [407, 407, 'unavailable', 'a proxy in between asks who we are: let requests to AWS pass there without'],
  [408, 408, 'timeout', 'check the network and proxies'],
  [410, 410, 'gone', 'it no longer exists'],
  [429, 429, 'throttled', toSlowDown],
  [400, 499, 'invalid', (action) => `${toCorrect(action)}; ${toDoubt(action)}`],
  [511, 511, 'unavailable', 'the network asks to be signed in to first: let requests to AWS pass without'],
  [500, 599, 'unavailable', 'AWS or a proxy has trouble, which mostly passes'],
  [300, 399, 'unavailable', toWhere(', and look for a proxy in between: such a status is none of AWS')],
];
