import { createSecureContext, DEFAULT_CIPHERS } from 'node:tls';
import { given } from '../fields/given.ts';
import { certificatesOf, type PairProblem, toPair } from './certificate.ts';
import type { TlsSettings } from './model.ts';
import { CLIENT_AUTHS, HTTP2_CIPHERS, TLS13_CIPHERS } from './names.ts';
import type { Remark } from './remark.ts';
import { toSan } from './san.ts';
import type { TlsSection } from './schema.ts';
import { tlsWarnings } from './tls-warnings.ts';
import { remedy } from './values.ts';

const SECTION = 'tls_server_config';

/** What a file holds, or why that cannot be known, in words that follow its name. */
export type ReadNamed = (name: string) => ({ readonly text: string } | { readonly problem: string }) & {
  readonly path: string;
};

/** What there is to say of settings of TLS, and, where nothing is wrong, what they come to; undefined for plain HTTP. */
export interface TlsVerdict {
  readonly problems: readonly Remark[];
  readonly warnings: readonly Remark[];
  readonly tls: TlsSettings | undefined;
}

/** Whether the section turns TLS on, as the toolkit sees it: versions, ciphers and names alone do not. */
export function isWanted(section: TlsSection): boolean {
  const { cert, key, client_ca, cert_file, key_file, client_ca_file, client_auth_type } = section;
  return [cert, key, client_ca, cert_file, key_file, client_ca_file, client_auth_type].some(
    (text) => text !== '',
  );
}

/** What else a section of TLS is judged by. */
export interface Around {
  /** Whether HTTP/2 is wanted as well. */
  readonly http2: boolean;
  readonly readNamed: ReadNamed;
  /** Milliseconds. */
  readonly now: number;
}

/** Judges a section that turns TLS on. */
export function judgeTls(section: TlsSection, { http2, readNamed, now }: Around): TlsVerdict {
  const cert = pemOf(section, 'cert', readNamed);
  const key = pemOf(section, 'key', readNamed);
  const ca = pemOf(section, 'client_ca', readNamed);
  const pair = cert.text && key.text ? toPair(cert.text, key.text) : undefined;
  const problems = [
    ...missing(section),
    ...[cert, key, ca].flatMap(({ problem }) => problem ?? []),
    ...(pair && 'problem' in pair
      ? [pairProblem(pair.problem, pair.problem.of === 'cert' ? cert : key)]
      : []),
    ...clientProblems(section, ca),
    ...http2Problems(section, http2),
  ];
  const clientAuth = CLIENT_AUTHS.get(section.client_auth_type || 'NoClientCert');
  if (problems.length > 0 || !pair || !('certificate' in pair) || !clientAuth)
    return { problems, warnings: [], tls: undefined };

  const authorities = ca.text === undefined ? undefined : certificatesOf(ca.text);
  const tls: TlsSettings = {
    cert: cert.text ?? '',
    key: key.text ?? '',
    clientCa: authorities && toBundle(authorities.map(String)),
    clientAuth,
    clientAllowedSans: section.client_allowed_sans?.map(toSan),
    minVersion: section.min_version ?? 'TLSv1.2',
    maxVersion: section.max_version ?? 'TLSv1.3',
    ciphers: toCiphers(section),
    curves: section.curve_preferences?.length ? section.curve_preferences.join(':') : undefined,
    preferServerCiphers: section.prefer_server_cipher_suites,
  };
  const refusal = refusalOf(tls);
  if (refusal !== undefined)
    return { problems: [{ keys: cert.keys, message: refusal }], warnings: [], tls: undefined };
  const warnings = tlsWarnings(section, tls, { certificate: pair.certificate, authorities, now });
  return { problems, warnings, tls };
}

/** A text in PEM form of the section, or of the file that the section names, which wins. */
interface Pem {
  /** Where it, or its file, is named. */
  readonly keys: readonly string[];
  /** Undefined where there is none. */
  readonly text: string | undefined;
  readonly problem?: Remark;
  /** Stands before what is said of it. */
  readonly where: string;
}

function pemOf(section: TlsSection, key: 'cert' | 'key' | 'client_ca', readNamed: ReadNamed): Pem {
  const name = section[`${key}_file`];
  if (name === '')
    return { keys: [SECTION, key], text: section[key] === '' ? undefined : section[key], where: '' };
  const keys = [SECTION, `${key}_file`];
  const file = readNamed(name);
  if ('text' in file) return { keys, text: file.text, where: `${file.path}: ` };
  const message = `failed to read ${file.path}: it ${file.problem}; a name is relative to the folder of the file that holds it`;
  return { keys, text: undefined, where: '', problem: { keys, message } };
}

function* missing(section: TlsSection): Iterable<Remark> {
  for (const key of ['cert', 'key'] as const)
    if (section[key] === '' && section[`${key}_file`] === '')
      yield {
        keys: [SECTION],
        message: `missing one of ${key} or ${key}_file: what stands here turns TLS on, which needs a certificate and its key`,
      };
}

function pairProblem({ message }: PairProblem, { keys, where }: Pem): Remark {
  return { keys, message: `${where}failed to load the certificate with its key: ${message}` };
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

/** Without one authority nobody passes; an empty text would stand for those that the system trusts. */
function toBundle(pems: readonly string[]): string {
  return pems.join('') || '# no certificate\n';
}

function toCiphers({ cipher_suites: suites, min_version: least }: TlsSection): string | undefined {
  const chosen = suites?.filter((cipher) => !TLS13_CIPHERS.some((name) => name === cipher)) ?? [];
  const isOld = least === 'TLSv1' || least === 'TLSv1.1';
  if (!suites?.length && !isOld) return undefined;
  const ciphers = suites?.length ? [...TLS13_CIPHERS, ...chosen] : [DEFAULT_CIPHERS];
  // Without that, OpenSSL 3 refuses the versions before 1.2 whatever the least version is.
  return [...ciphers, ...(isOld ? ['@SECLEVEL=0'] : [])].join(':');
}

/** Why OpenSSL takes no such settings, which seldom is seen before: a small key, a chain whose second certificate is damaged. */
function refusalOf({
  cert,
  key,
  clientCa,
  ciphers,
  curves,
  minVersion,
  maxVersion,
}: TlsSettings): string | undefined {
  try {
    createSecureContext({
      cert,
      key,
      ...(clientCa !== undefined && { ca: clientCa }),
      ...(ciphers !== undefined && { ciphers }),
      ...(curves !== undefined && { ecdhCurve: curves }),
      minVersion,
      maxVersion,
    });
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `cannot be used for TLS (OpenSSL: ${reason}); put another certificate and key there`;
  }
}
