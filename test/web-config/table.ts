import { pem } from './certificates.ts';

/** A file of `--web.config.file`, in the folder of the certificates, and what is to be said of it. */
export interface Row {
  readonly name: string;
  /** Undefined for a file that is not there. */
  readonly text: string | undefined;
  /** Why it is refused, in the words of the toolkit or near them; undefined for a file that is good. */
  readonly refused?: RegExp;
  /** What is dangerous in it, one for each warning. */
  readonly warned?: readonly RegExp[];
  /** Why promtool of Debian 12, whose toolkit is older, says something else of it. */
  readonly unlikePromtool?: string;
}

const PAIR = 'cert_file: server.pem\n  key_file: server.key';
const RSA_PAIR = 'cert_file: server-rsa.pem\n  key_file: server-rsa.key';
const INLINE = 'its toolkit knows no PEM in the file itself';
const AT_SERVING = 'it does not look at what fails when serving begins';
const SANS = 'its toolkit knows no client_allowed_sans';
const LIMIT = 'its toolkit knows no rate_limit';
const READABLE = /passwords can be read/;
const ANY = /any certificate will do/;

const tls = (...lines: readonly string[]) => `tls_server_config:\n  ${lines.join('\n  ')}\n`;
const inline = (key: string, name: string) => `${key}: |\n    ${pem(name, 4)}`;
const headers = (line: string) => `http_server_config:\n  headers:\n    ${line}\n`;

/** bcrypt of alice123, bob123, carol123 and dave123. */
const USERS = `basic_auth_users:
  alice: $2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby
  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.
  carol: $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu
  dave: $2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq
`;

const SOME_CIPHERS = 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256';
const ALL_CIPHERS = ['ECDSA', 'RSA'].flatMap((key) =>
  [
    'AES_128_GCM_SHA256',
    'AES_256_GCM_SHA384',
    'CHACHA20_POLY1305_SHA256',
    'AES_128_CBC_SHA',
    'AES_256_CBC_SHA',
  ].map((suite) => `TLS_ECDHE_${key}_WITH_${suite}`),
);

/** The table of the toolkit's own tests, made anew: the names are those there. */
export const OF_TOOLKIT: readonly Row[] = [
  { name: 'somefile', text: undefined, refused: /no such file/ },
  { name: 'empty', text: '', warned: [/: is empty: everybody may come in/] },
  { name: 'junk', text: 'hogehoge\n', refused: /expected a mapping of keys/ },
  {
    name: 'junk_key',
    text: `${tls(PAIR, 'cert_filse: server.pem')}`,
    refused: /:4: tls_server_config.cert_filse: unknown key, did you mean cert_file/,
  },
  {
    name: 'noAuth_certPath_empty.bad',
    text: tls('key_file: server.key', 'client_auth_type: x'),
    refused: /missing one of cert or cert_file/,
  },
  {
    name: 'noAuth_cert_empty.bad',
    text: tls(inline('key', 'server.key'), 'client_auth_type: x'),
    refused: /missing one of cert or cert_file/,
  },
  {
    name: 'noAuth_certPath_keyPath_empty.bad',
    text: tls('cert_file: ""', 'key_file: ""', 'client_auth_type: x'),
    refused: /missing one of cert or cert_file/,
  },
  {
    name: 'noAuth_keyPath_empty.bad',
    text: tls('cert_file: server.pem', 'key_file: ""', 'client_auth_type: x'),
    refused: /missing one of key or key_file/,
  },
  {
    name: 'noAuth_key_empty.bad',
    text: tls(inline('cert', 'server.pem'), 'client_auth_type: x'),
    refused: /missing one of key or key_file/,
  },
  {
    name: 'noAuth_certPath_invalid.bad',
    text: tls('cert_file: somefile', 'key_file: server.key'),
    refused: /cert_file: failed to read .*no such file/,
  },
  {
    name: 'noAuth_keyPath_invalid.bad',
    text: tls('cert_file: server.pem', 'key_file: somefile'),
    refused: /key_file: failed to read .*no such file/,
  },
  {
    name: 'noAuth_certPath_keyPath_invalid.bad',
    text: tls('cert_file: somefile', 'key_file: somefile'),
    refused: /failed to read .*no such file/,
  },
  {
    name: 'auth_clientCAs_invalid.bad',
    text: tls(PAIR, 'client_auth_type: VerifyClientCertIfGiven', 'client_ca_file: somefile'),
    refused: /client_ca_file: failed to read .*no such file/,
  },
  {
    name: 'auth_clientCAs_missing.bad',
    text: tls(PAIR, 'client_auth_type: RequireAndVerifyClientCert'),
    warned: [/trusts, such as any public one/],
  },
  {
    name: 'noAuth.bad',
    text: tls(PAIR, 'client_ca_file: /dev/null'),
    refused: /client CA's have been configured without a Client Auth Policy/,
  },
  {
    name: 'auth_user_list_invalid.bad',
    text: `${tls(PAIR)}basic_auth_users:\n  john: doe\n`,
    refused: /too short to be a bcrypted password/,
  },
  {
    name: 'noAuth_inventedCiphers.bad',
    text: tls(PAIR, 'cipher_suites:', '  - TLS_RSA_WITH_RC4_128_SHA2048'),
    refused: /:5: tls_server_config.cipher_suites\[0\]: unknown cipher: "TLS_RSA/,
  },
  {
    name: 'noAuth_inventedCurves.bad',
    text: tls(PAIR, 'curve_preferences: [CurveP256, CurveP257]'),
    refused: /curve_preferences\[1\]: unknown curve: "CurveP257"; did you mean CurveP25/,
  },
  {
    name: 'noAuth_wrongTLSVersion.bad',
    text: tls(PAIR, 'min_version: TLS111'),
    refused: /unknown TLS version: "TLS111"/,
  },
  {
    name: 'headers_content_type_options.bad',
    text: headers('X-Content-Type-Options: sniff'),
    refused: /X-Content-Type-Options: invalid value: expected "nosniff".*got "sniff"/,
  },
  {
    name: 'headers_frame_options.bad',
    text: headers('X-Frame-Options: foo'),
    refused: /X-Frame-Options: invalid value: expected "deny" or "sameorigin".*got "foo"/,
  },
  {
    name: 'headers_extra_header.bad',
    text: headers('X-Foo: foo'),
    refused: /HTTP header "X-Foo" cannot be configured/,
  },
  {
    name: 'noAuth_noHTTP2Cipher.bad',
    text: tls(RSA_PAIR, 'cipher_suites: [TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256]'),
    refused: /AES_128_GCM_SHA256 cipher that HTTP\/2 requires/,
    unlikePromtool: AT_SERVING,
  },
  {
    name: 'noAuth.good',
    text: tls(PAIR, 'client_auth_type: VerifyClientCertIfGiven', 'client_ca_file: authority.pem'),
  },
  {
    name: 'noAuth.good.blocking',
    text: tls(PAIR, 'client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: authority.pem'),
  },
  {
    name: 'noAuth_tlsInline.good',
    text: tls(
      inline('cert', 'server.pem'),
      inline('key', 'server.key'),
      'client_auth_type: VerifyClientCertIfGiven',
      inline('client_ca', 'authority.pem'),
    ),
    unlikePromtool: INLINE,
  },
  {
    name: 'noAuth_allCiphers.good',
    text: tls(
      RSA_PAIR,
      'cipher_suites:',
      ...ALL_CIPHERS.map((name) => `- ${name}`),
      '- TLS_AES_128_GCM_SHA256',
      '- TLS_AES_256_GCM_SHA384',
      '- TLS_CHACHA20_POLY1305_SHA256',
    ),
  },
  {
    name: 'noAuth_someCiphers.good',
    text: tls(PAIR, 'min_version: TLS12', 'max_version: TLS12', `cipher_suites: [${SOME_CIPHERS}]`),
  },
  {
    name: 'noAuth_someCiphers_noOrder.good',
    text: tls(
      PAIR,
      'max_version: TLS12',
      `cipher_suites: [${SOME_CIPHERS}]`,
      'prefer_server_cipher_suites: false',
    ),
  },
  {
    name: 'noAuth_allCurves.good',
    text: tls(PAIR, 'curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]'),
  },
  { name: 'noAuth_someCurves.good', text: tls(PAIR, 'min_version: TLS13', 'curve_preferences: [CurveP521]') },
  {
    name: 'noAuth_noHTTP2.good',
    text: `${tls(RSA_PAIR, 'max_version: TLS12', 'cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]')}http_server_config:\n  http2: false\n`,
  },
  {
    name: 'headers.good',
    text: headers(
      [
        'Strict-Transport-Security: max-age=63072000',
        'X-Frame-Options: deny',
        'X-Content-Type-Options: nosniff',
        'X-XSS-Protection: 1',
        `Content-Security-Policy: "default-src 'self'"`,
      ].join('\n    '),
    ),
  },
  {
    name: 'noAuth.requireanyclientcert.good',
    text: tls(PAIR, 'client_auth_type: RequireAnyClientCert'),
    warned: [ANY],
  },
  {
    name: 'noAuth.requireanyclientcertkeyinline.good',
    text: tls('cert_file: server.pem', inline('key', 'server.key'), 'client_auth_type: RequireAnyClientCert'),
    warned: [ANY],
    unlikePromtool: INLINE,
  },
  {
    name: 'noAuth.requireandverifyclientcert.good',
    text: tls(PAIR, 'client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: client.pem'),
  },
  {
    name: 'auth_client_san.good',
    text: tls(
      PAIR,
      'client_auth_type: RequireAndVerifyClientCert',
      'client_ca_file: client.pem',
      'client_allowed_sans: [one, test3, two]',
    ),
    unlikePromtool: SANS,
  },
  {
    name: 'auth_client_san.bad',
    text: tls(
      PAIR,
      'client_auth_type: RequireAndVerifyClientCert',
      'client_ca_file: client.pem',
      'client_allowed_sans: [bad]',
    ),
    unlikePromtool: SANS,
  },
  {
    name: 'rate_limiter_nonblocking',
    text: 'rate_limit:\n  interval: 1s\n  burst: 10\n',
    unlikePromtool: LIMIT,
  },
  {
    name: 'rate_limiter_one_second',
    text: 'rate_limit:\n  interval: 1s\n  burst: 0\n',
    warned: [/every request is refused/],
    unlikePromtool: LIMIT,
  },
  { name: 'users.good', text: `${tls(PAIR)}${USERS}`, warned: [/cost of 18/] },
  { name: 'users_noTLS.good', text: USERS, warned: [READABLE, /cost of 18/] },
];

const GOOD_HASH = '$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu';
const user = (hash: string, name = 'carol') => `${tls(PAIR)}basic_auth_users:\n  ${name}: ${hash}\n`;
const limit = (interval: string) => `rate_limit: {interval: ${interval}, burst: 5}\n`;

/** What that table leaves out. */
export const BESIDES: readonly Row[] = [
  { name: 'null sections', text: 'tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n' },
  { name: 'comments alone', text: '# nothing\n', warned: [/: is empty: everybody/] },
  { name: 'a list', text: '- tls_server_config\n', refused: /expected a mapping of keys, got a list/ },
  {
    name: 'a number for a section',
    text: 'tls_server_config: 5\n',
    refused: /:1: tls_server_config: expected a mapping of keys/,
  },
  {
    name: 'a date for a section',
    text: 'tls_server_config: 2001-01-01\n',
    refused: /:1: tls_server_config: expected a mapping of keys, got text/,
  },
  {
    name: 'a set for a section',
    text: 'tls_server_config: !!set {cert_file}\n',
    refused: /:1: tls_server_config: expected a mapping of keys, got a list/,
    unlikePromtool: 'Go takes a set for a mapping, and its keys for empty ones',
  },
  {
    name: 'an ordered mapping for a section',
    text: 'tls_server_config: !!omap [cert_file: server.pem]\n',
    refused: /:1: tls_server_config: expected a mapping of keys, got a list/,
  },
  {
    name: 'a list for users',
    text: 'basic_auth_users: [alice]\n',
    refused: /basic_auth_users: expected a mapping of keys, got a list/,
  },
  { name: 'not YAML', text: 'tls_server_config: {\n', refused: /web.yml:/ },
  { name: 'tabs', text: 'tls_server_config:\n\tcert_file: server.pem\n', refused: /web.yml:/ },
  {
    name: 'a key twice',
    text: tls(PAIR, 'key_file: other.key'),
    refused: /:4:3: the key "key_file" stands here once more/,
  },
  {
    name: 'a section twice',
    text: `${tls(PAIR)}${tls(PAIR)}`,
    refused: /"tls_server_config" stands here once more/,
  },
  {
    name: 'a user twice',
    text: `${user(GOOD_HASH)}  carol: ${GOOD_HASH}\n`,
    refused: /"carol" stands here once more/,
  },
  {
    name: 'no list of ciphers',
    text: tls(PAIR, 'cipher_suites: TLS_AES_128_GCM_SHA256'),
    refused: /cipher_suites: expected a list/,
  },
  {
    name: 'an unknown section',
    text: 'http_server_confg: {http2: false}\n',
    refused: /http_server_confg: unknown key, did you mean http_server_config/,
  },
  { name: 'http2 in words', text: 'http_server_config: {http2: off}\n' },
  { name: 'http2 in one letter', text: 'http_server_config: {http2: n}\n' },
  {
    name: 'http2 in quotes',
    text: 'http_server_config: {http2: "yes"}\n',
    refused: /http2: expected true or false, without quotes, got text/,
  },
  {
    name: 'http2 as a number',
    text: 'http_server_config: {http2: 1}\n',
    refused: /http2: expected true or false/,
  },
  {
    name: 'a number as the name of a file',
    text: tls('cert_file: 5', 'key_file: server.key'),
    refused: /cert_file: failed to read .*\/5: /,
  },
  {
    name: 'a header in other letters',
    text: headers('x-frame-options: deny'),
    refused: /"x-frame-options" cannot be configured, did you mean X-Frame-Options/,
  },
  { name: 'a value in capitals', text: headers('X-Frame-Options: DENY'), refused: /invalid value/ },
  { name: 'an empty value of few', text: headers('X-Frame-Options: ""'), refused: /invalid value/ },
  { name: 'an empty value of many', text: headers('Content-Security-Policy: ""') },
  {
    name: 'a header with a zero',
    text: headers('Content-Security-Policy: "a\\0b"'),
    refused: /holds a control character/,
    unlikePromtool: 'Go sends it as it is, which Node.js does not',
  },
  {
    name: 'a header of two lines',
    text: headers('Content-Security-Policy: "a\\r\\nSet-Cookie: b"'),
  },
  { name: 'the empty client_auth_type', text: tls(PAIR, 'client_auth_type: ""') },
  { name: 'the old client_auth_type', text: tls(PAIR, 'client_auth_type: RequireClientCert'), warned: [ANY] },
  {
    name: 'client_auth_type in small letters',
    text: tls(PAIR, 'client_auth_type: noclientcert'),
    refused:
      /:4: tls_server_config.client_auth_type: invalid ClientAuth: "noclientcert"; did you mean NoClientCert/,
  },
  {
    name: 'client_auth_type alone',
    text: tls('client_auth_type: NoClientCert'),
    refused: /missing one of cert or cert_file/,
  },
  {
    name: 'a CA alone',
    text: tls('client_ca_file: authority.pem'),
    refused: /missing one of key or key_file/,
  },
  {
    name: 'a CA with NoClientCert',
    text: tls(PAIR, 'client_auth_type: NoClientCert', 'client_ca_file: authority.pem'),
    refused: /without a Client Auth Policy/,
  },
  {
    name: 'RequestClientCert',
    text: tls(PAIR, 'client_auth_type: RequestClientCert', 'client_ca_file: authority.pem'),
  },
  {
    name: 'versions without TLS',
    text: tls('min_version: TLS13', 'max_version: TLS10'),
    warned: [/does not turn TLS on/],
  },
  { name: 'the oldest versions', text: tls(PAIR, 'min_version: TLS10', 'max_version: TLS11'), warned: [] },
  {
    name: 'versions the wrong way round',
    text: tls(PAIR, 'min_version: TLS13', 'max_version: TLS12'),
    warned: [/nobody can connect/],
  },
  {
    name: 'a version as a number',
    text: tls(PAIR, 'min_version: 1.2'),
    refused: /unknown TLS version: "1.2"/,
  },
  { name: 'no version', text: tls(PAIR, 'min_version:', 'max_version: ~') },
  {
    name: 'an old cipher',
    text: tls(PAIR, 'cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]'),
    refused: /unknown cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"/,
    unlikePromtool: 'its Go took RSA key exchange still',
  },
  {
    name: 'ciphers of TLS 1.3 alone',
    text: tls(PAIR, 'cipher_suites: [TLS_AES_128_GCM_SHA256]'),
    refused: /HTTP\/2 requires/,
    unlikePromtool: AT_SERVING,
  },
  {
    name: 'the same from TLS 1.3 on',
    text: tls(PAIR, 'min_version: TLS13', 'cipher_suites: [TLS_AES_128_GCM_SHA256]'),
  },
  {
    name: 'the same without HTTP/2',
    text: `${tls(PAIR, 'cipher_suites: [TLS_AES_128_GCM_SHA256]')}http_server_config: {http2: no}\n`,
  },
  { name: 'no ciphers', text: tls(PAIR, 'cipher_suites: []') },
  {
    name: 'a curve after quantum computers',
    text: tls(PAIR, 'curve_preferences: [X25519MLKEM768]'),
    refused: /unknown curve: "X25519MLKEM768"/,
  },
  {
    name: 'keys switched',
    text: tls('cert_file: server.key', 'key_file: server.pem'),
    refused: /cert_file: .*server.key: failed to load .*were the two switched/,
  },
  {
    name: 'the key of another',
    text: tls('cert_file: server.pem', 'key_file: other.key'),
    refused: /key_file: .*other.key: failed to load .*does not match/,
  },
  {
    name: 'a key of another kind',
    text: tls('cert_file: server-rsa.pem', 'key_file: server.key'),
    refused: /does not match .*of rsa, the key of ec/,
  },
  {
    name: 'a key with a passphrase',
    text: tls('cert_file: server.pem', 'key_file: encrypted.key'),
    refused: /private key is encrypted/,
  },
  { name: 'a key in the old form', text: tls('cert_file: server.pem', 'key_file: server-sec1.key') },
  { name: 'keys of Ed25519', text: tls('cert_file: server-ed25519.pem', 'key_file: server-ed25519.key') },
  {
    name: 'a certificate that expired',
    text: tls('cert_file: expired.pem', 'key_file: expired.key'),
    warned: [/cert_file: the certificate expired \(Jan {2}1 00:00:00 2021 GMT\)/],
  },
  {
    name: 'a certificate to come',
    text: tls('cert_file: future.pem', 'key_file: future.key'),
    warned: [/not valid yet/],
  },
  {
    name: 'a folder as a certificate',
    text: tls('cert_file: .', 'key_file: server.key'),
    refused: /cert_file: failed to read .*it is a folder/,
  },
  {
    name: 'a file and PEM',
    text: tls(PAIR, 'cert: junk', 'key: junk'),
    warned: [/\.cert: it is not used/, /\.key: it is not used/],
    unlikePromtool: INLINE,
  },
  {
    name: 'PEM as the name of a file',
    text: tls('cert_file: server.pem', inline('key_file', 'server.key')),
    refused: /:3: tls_server_config.key_file: failed to read it: .*goes to key$/,
  },
  {
    name: 'junk as PEM',
    text: tls('cert: junk', 'key: junk'),
    refused: /:2: tls_server_config.cert: failed to load .*holds no certificate in PEM form/,
  },
  {
    name: 'a CA without a certificate',
    text: tls(PAIR, 'client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: server.key'),
    warned: [/no certificate of a client is trusted/],
  },
  {
    name: 'names with NoClientCert',
    text: tls(PAIR, 'client_allowed_sans: [one]'),
    warned: [/never looked at/],
    unlikePromtool: SANS,
  },
  {
    name: 'no names',
    text: tls(
      PAIR,
      'client_auth_type: RequireAndVerifyClientCert',
      'client_ca_file: client.pem',
      'client_allowed_sans: []',
    ),
    warned: [/no certificate passes/],
    unlikePromtool: SANS,
  },
  { name: 'the empty user', text: user(GOOD_HASH, '""') },
  { name: 'a user who is a number', text: user(GOOD_HASH, '42') },
  { name: 'no users', text: 'basic_auth_users: {}\n' },
  { name: 'a hash of nothing', text: user(''), refused: /:5: basic_auth_users.carol: the hash is too short/ },
  {
    name: 'a cost of 3',
    text: user(GOOD_HASH.replace('$10$', '$03$')),
    refused: /cost 3 of the hash is outside the allowed range \(4 to 31\)/,
  },
  {
    name: 'a cost of 32',
    text: user(GOOD_HASH.replace('$10$', '$32$')),
    refused: /cost 32 of the hash is outside/,
  },
  { name: 'no cost', text: user(GOOD_HASH.replace('$10$', '$xx$')), refused: /no cost/ },
  {
    name: 'version 3',
    text: user(GOOD_HASH.replace('$2y', '$3y')),
    refused: /version "3" of the hash is newer than 2/,
  },
  { name: 'no version', text: user(GOOD_HASH.replace('$', 'x')), refused: /begins with \$/ },
  { name: 'hash of $2a', text: user(GOOD_HASH.replace('$2y', '$2a')) },
  { name: 'hash of $2b', text: user(GOOD_HASH.replace('$2y', '$2b')) },
  { name: 'hash of $2x', text: user(GOOD_HASH.replace('$2y', '$2x')), warned: [/faulty program/] },
  { name: 'hash with more behind', text: user(`${GOOD_HASH}more`) },
  { name: 'hash cut off by one', text: user(GOOD_HASH.slice(0, -1)), warned: [/no password fits it/] },
  {
    name: 'hash with a strange letter',
    text: user(GOOD_HASH.replace('qRT', 'q*T')),
    warned: [/no password fits it/],
  },
  { name: 'interval of a number', text: limit('5'), warned: [/5 ns/], unlikePromtool: LIMIT },
  { name: 'interval of zero', text: limit('0'), unlikePromtool: LIMIT },
  { name: 'interval below zero', text: limit('-1s'), warned: [/shorter than zero/], unlikePromtool: LIMIT },
  {
    name: 'interval in days',
    text: limit('1d'),
    refused: /rate_limit.interval: expected a duration such as 1s.*got "1d"/,
  },
  { name: 'interval in base 60', text: limit('1:30'), refused: /expected a duration/ },
  {
    name: 'burst in quotes',
    text: 'rate_limit: {interval: 1s, burst: "5"}\n',
    refused: /burst: expected a whole number, without quotes/,
  },
];
