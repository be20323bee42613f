import type { X509Certificate } from 'node:crypto';
import type { TlsSettings } from './model.ts';
import type { Remark } from './remark.ts';
import type { TlsSection } from './schema.ts';

/** What is found out about settings of TLS. */
export interface Found {
  readonly certificate: X509Certificate;
  /** The authorities that could be read; undefined where none are named. */
  readonly authorities: readonly X509Certificate[] | undefined;
  /** Milliseconds. */
  readonly now: number;
}

/** What is valid and dangerous in settings of TLS. */
export function tlsWarnings(section: TlsSection, tls: TlsSettings, found: Found): readonly Remark[] {
  return [...warn(section, tls, found)].map(({ key, message }) => ({
    keys: ['tls_server_config', key],
    message,
  }));
}

interface Warning {
  readonly key: keyof TlsSection;
  readonly message: string;
}

function* warn(section: TlsSection, tls: TlsSettings, found: Found): Iterable<Warning> {
  yield* clashes(section);
  yield* validity(section, found);
  yield* clientWarnings(section, tls, found);
  if (tls.minVersion > tls.maxVersion)
    yield {
      key: 'min_version',
      message: `it is newer than max_version (${tls.minVersion}, ${tls.maxVersion}), so nobody can connect; exchange them`,
    };
}

function* clashes(section: TlsSection): Iterable<Warning> {
  for (const key of ['cert', 'key', 'client_ca'] as const)
    if (section[key] !== '' && section[`${key}_file`] !== '')
      yield {
        key,
        message: `it is not used, for ${key}_file is set as well and wins; leave one of them out`,
      };
}

function* validity(section: TlsSection, { certificate, now }: Found): Iterable<Warning> {
  const key = section.cert_file === '' ? 'cert' : 'cert_file';
  const { validFrom, validTo } = certificate;
  if (Date.parse(validTo) < now)
    yield { key, message: `the certificate expired (${validTo}); clients refuse it: renew it` };
  if (Date.parse(validFrom) > now)
    yield {
      key,
      message: `the certificate is not valid yet (from ${validFrom}); clients refuse it until then`,
    };
}

function* clientWarnings(
  section: TlsSection,
  tls: TlsSettings,
  { authorities, now }: Found,
): Iterable<Warning> {
  const { clientAuth, clientAllowedSans: sans } = tls;
  const verifies = clientAuth === 'RequireAndVerifyClientCert' || clientAuth === 'VerifyClientCertIfGiven';
  const ca = section.client_ca_file === '' ? 'client_ca' : 'client_ca_file';
  if (verifies && !authorities)
    yield {
      key: 'client_auth_type',
      message: `without client_ca or client_ca_file ${clientAuth} lets in every client whose certificate is of an authority that this system trusts, such as any public one; name your own authority`,
    };
  if (authorities?.length === 0)
    yield {
      key: ca,
      message: 'it holds no certificate that can be read, so no certificate of a client is trusted',
    };
  for (const { subject, validTo } of authorities ?? [])
    if (Date.parse(validTo) < now)
      yield {
        key: ca,
        message: `the authority ${oneLine(subject)} expired (${validTo}): what it signed is refused`,
      };
  if (clientAuth === 'RequireAnyClientCert')
    yield {
      key: 'client_auth_type',
      message:
        'any certificate will do, also one that the client made for itself, whatever names it has; RequireAndVerifyClientCert asks who signed it',
    };
  if (sans && clientAuth === 'NoClientCert')
    yield {
      key: 'client_allowed_sans',
      message:
        'it is never looked at, for no client is asked for a certificate; set client_auth_type to RequireAndVerifyClientCert',
    };
  if (sans?.length === 0)
    yield {
      key: 'client_allowed_sans',
      message: 'it is empty, so no certificate passes; leave it out to let all names pass',
    };
}

function oneLine(subject: string): string {
  return subject.split('\n').join(', ');
}
