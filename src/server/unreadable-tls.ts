import type { Unreadable } from './unreadable.ts';

const LIST = 'min_version, max_version, cipher_suites and curve_preferences of tls_server_config';

/** For a request of plain HTTP where TLS is spoken. */
export const PLAIN_HTTP: Unreadable = {
  kind: 'plain_http',
  status: 400,
  what: 'Client sent an HTTP request to an HTTPS server.',
  remedy: 'Write https:// instead of http://, or scheme: https in the scrape configuration of Prometheus.',
};

/** For a client that shows no certificate where one is demanded. */
export const NO_CERTIFICATE = tls(
  'tls_no_client_certificate',
  'The client showed no certificate, which client_auth_type of tls_server_config demands.',
  'Give the client one, such as cert_file and key_file in the tls_config of Prometheus.',
);

/** For a client whose certificate no trusted authority has signed, or that is not valid now. */
export const UNTRUSTED_CERTIFICATE = tls(
  'tls_untrusted_client_certificate',
  "The client's certificate is not valid, or no authority that is trusted here has signed it.",
  'Compare it with client_ca_file of tls_server_config, and look when it expires.',
);

/** For a client whose certificate has none of the alternative names that are allowed. */
export const OTHER_NAME = tls(
  'tls_client_name_not_allowed',
  "The client's certificate has none of the alternative names in client_allowed_sans of tls_server_config.",
  'Add one of its names there if this client may come in.',
);

/** For a handshake that goes on for too long. */
export const TOO_SLOW = tls(
  'tls_too_slow',
  'A TLS handshake did not end in time.',
  'Look whether the client, or a proxy before this port, is stuck.',
);

/** For a handshake whose client goes away. */
export const NOT_ENDED = tls(
  'tls_broken_off',
  'A TLS handshake was begun and broken off.',
  'Look what the client says of it: it may not trust the certificate of this port, or somebody scans ports.',
);

/** For a handshake as nobody makes it. */
export const OTHER = tls(
  'tls_other',
  'A TLS handshake failed.',
  'Look what the client says of it, or who scans ports.',
);

const DISTRUSTED = tls(
  'tls_distrusted',
  'The client does not accept the certificate of this port.',
  'Give the client the authority that signed it (ca_file in the tls_config of Prometheus), ask for a name that the certificate has, and look when it expires.',
);

const NOTHING_IN_COMMON = tls(
  'tls_nothing_in_common',
  'The client and this port have no cipher or curve in common.',
  `Compare ${LIST} with what the client can do.`,
);

const VERSION = tls(
  'tls_version',
  'The client speaks no version of TLS that this port speaks.',
  `Compare ${LIST} with what the client can do; a client that is older than TLS 1.2 wants an update.`,
);

/** What an error of OpenSSL means, by its code in Node.js. */
const MEANINGS: readonly (readonly [code: RegExp, Unreadable])[] = [
  [/^ERR_TLS_HANDSHAKE_TIMEOUT$/, TOO_SLOW],
  [/_PEER_DID_NOT_RETURN_A_CERTIFICATE$/, NO_CERTIFICATE],
  [/_(UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE)$/, VERSION],
  [
    /_(NO_SHARED_CIPHERS?|NO_SHARED_GROUPS?|NO_SUITABLE_KEY_SHARE|ALERT_HANDSHAKE_FAILURE|WRONG_CURVE|NO_SUITABLE_SIGNATURE_ALGORITHM)$/,
    NOTHING_IN_COMMON,
  ],
  [
    /_NO_APPLICATION_PROTOCOL$/,
    tls(
      'http2',
      'The client speaks nothing but HTTP/2, and this port speaks HTTP/1.1.',
      'Set the client, or the protocol version of the target group, to HTTP/1.1.',
    ),
  ],
  [/_ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/, DISTRUSTED],
];

/** What it means that a handshake failed. */
export function toUnreadableTls({ code = '' }: NodeJS.ErrnoException, isUntrusted: boolean): Unreadable {
  if (isUntrusted) return UNTRUSTED_CERTIFICATE;
  const found = MEANINGS.find(([pattern]) => pattern.test(code))?.[1];
  return found ?? (code.startsWith('ERR_SSL_') ? OTHER : NOT_ENDED);
}

function tls(kind: string, what: string, remedy: string): Unreadable {
  return { kind, status: 400, what, remedy };
}
