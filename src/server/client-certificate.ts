import type { TLSSocket } from 'node:tls';
import type { TlsSettings } from '../web-config/model.ts';
import { toAlternativeNames } from './alternative-names.ts';
import type { Unreadable } from './unreadable.ts';
import { NO_CERTIFICATE, OTHER_NAME, UNTRUSTED_CERTIFICATE } from './unreadable-tls.ts';

/** Why a client may not come in whose handshake is complete, also where it resumes a session; undefined when it may. */
export function whyKeptOut(
  socket: TLSSocket,
  { clientAuth, clientAllowedSans: allowed }: TlsSettings,
): Unreadable | undefined {
  if (clientAuth === 'NoClientCert') return undefined;
  const certificate = socket.getPeerX509Certificate();
  const isDemanded = clientAuth === 'RequireAnyClientCert' || clientAuth === 'RequireAndVerifyClientCert';
  if (!certificate) return isDemanded ? NO_CERTIFICATE : undefined;
  const isVerified = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert';
  if (isVerified && !socket.authorized) return UNTRUSTED_CERTIFICATE;
  if (allowed && !toAlternativeNames(certificate).some((name) => allowed.includes(name))) return OTHER_NAME;
  return undefined;
}
