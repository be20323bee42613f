import { given } from '../fields/given.ts';
import type { Pair } from './certificate.ts';
import { CLIENT_AUTHS, HTTP2_CIPHERS } from './names.ts';
import { type Pem, SECTION } from './pem.ts';
import type { Remark } from './remark.ts';
import type { TlsSection } from './schema.ts';
import { remedy } from './values.ts';

/** What was found of the texts that a section names, and whether HTTP/2 is wanted as well. */
export interface Texts {
  readonly cert: Pem;
  readonly key: Pem;
  readonly ca: Pem;
  readonly http2: boolean;
}

/** What is wrong with a section that turns TLS on, but for its certificate. */
export function tlsProblems(section: TlsSection, { cert, key, ca, http2 }: Texts): readonly Remark[] {
  return [
    ...missing(section),
    ...[cert, key, ca].flatMap(({ problem }) => problem ?? []),
    ...clientProblems(section, ca),
    ...http2Problems(section, http2),
  ];
}

/** What is wrong with its certificate and key. */
export function pairProblems(pair: Pair | undefined, texts: Pick<Texts, 'cert' | 'key'>): readonly Remark[] {
  if (!pair || 'certificate' in pair) return [];
  const { keys, where } = texts[pair.problem.of];
  return [{ keys, message: `${where}failed to load the certificate with its key: ${pair.problem.message}` }];
}

function* missing(section: TlsSection): Iterable<Remark> {
  for (const key of ['cert', 'key'] as const)
    if (section[key] === '' && section[`${key}_file`] === '')
      yield {
        keys: [SECTION],
        message: `missing one of ${key} or ${key}_file: what stands here turns TLS on, which needs a certificate and its key`,
      };
}

function* clientProblems({ client_auth_type: type }: TlsSection, ca: Pem): Iterable<Remark> {
  if (type !== '' && !CLIENT_AUTHS.has(type))
    yield {
      keys: [SECTION, 'client_auth_type'],
      message: `invalid ClientAuth: ${given(type)}; ${remedy(type, [...CLIENT_AUTHS.keys()])}`,
    };
  else if ((type === '' || type === 'NoClientCert') && (ca.text !== undefined || ca.problem))
    yield {
      keys: ca.keys,
      message:
        "client CA's have been configured without a Client Auth Policy: set client_auth_type to RequireAndVerifyClientCert, or take this away",
    };
}

function* http2Problems(
  { cipher_suites: ciphers, min_version: least }: TlsSection,
  http2: boolean,
): Iterable<Remark> {
  if (!http2 || !ciphers || ciphers.length === 0 || least === 'TLSv1.3') return;
  if (ciphers.some((cipher) => HTTP2_CIPHERS.includes(cipher))) return;
  yield {
    keys: [SECTION, 'cipher_suites'],
    message:
      'is missing an AES_128_GCM_SHA256 cipher that HTTP/2 requires: add TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, or set http_server_config.http2: false',
  };
}
