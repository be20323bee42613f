import { createSecureContext, DEFAULT_CIPHERS } from 'node:tls';
import { certificatesOf, toPair } from './certificate.ts';
import type { TlsSettings } from './model.ts';
import { CLIENT_AUTHS, TLS13_CIPHERS } from './names.ts';
import { pemOf, type ReadNamed } from './pem.ts';
import type { Remark } from './remark.ts';
import { toSan } from './san.ts';
import type { TlsSection } from './schema.ts';
import { pairProblems, tlsProblems } from './tls-problems.ts';
import { tlsWarnings } from './tls-warnings.ts';

/** A bundle without one authority, so that nobody passes; an empty text would stand for those that the system trusts. */
const NOBODY = '# no certificate\n';

/** What is wrong with settings of TLS, or what they come to and what is dangerous in them. */
export type TlsVerdict =
  | { readonly problems: readonly Remark[] }
  | { readonly tls: TlsSettings; readonly warnings: readonly Remark[] };

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
  const clientAuth = CLIENT_AUTHS.get(section.client_auth_type || 'NoClientCert');
  const pair = cert.text === undefined || key.text === undefined ? undefined : toPair(cert.text, key.text);
  const problems = [...tlsProblems(section, { cert, key, ca, http2 }), ...pairProblems(pair, { cert, key })];
  if (problems.length > 0 || !pair || !('certificate' in pair) || !clientAuth) return { problems };

  const authorities = ca.text === undefined ? undefined : certificatesOf(ca.text);
  const tls: TlsSettings = {
    cert: cert.text ?? '',
    key: key.text ?? '',
    clientCa: authorities && (authorities.map(String).join('') || NOBODY),
    clientAuth,
    clientAllowedSans: section.client_allowed_sans?.map(toSan),
    minVersion: section.min_version ?? 'TLSv1.2',
    maxVersion: section.max_version ?? 'TLSv1.3',
    ciphers: toCiphers(section),
    curves: section.curve_preferences?.length ? section.curve_preferences.join(':') : undefined,
    preferServerCiphers: section.prefer_server_cipher_suites,
  };
  const refusal = refusalOf(tls);
  if (refusal !== undefined) return { problems: [{ keys: cert.keys, message: `${cert.where}${refusal}` }] };
  return { tls, warnings: tlsWarnings(section, tls, { certificate: pair.certificate, authorities, now }) };
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
