import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** A certificate that goes with its key; or what is wrong with one of them. */
export type Pair =
  | { readonly certificate: X509Certificate }
  | { readonly problem: { readonly of: 'cert' | 'key'; readonly message: string } };

const CERTIFICATE = /^[ \t]*-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----[ \t]*\r?$/gms;
const ANY_KEY = /-----BEGIN ([A-Z0-9]+ )?PRIVATE KEY-----/;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** The first certificate of a PEM text, when this key is its own. */
export function toPair(cert: string, key: string): Pair {
  const certificate = firstCertificate(cert);
  if (typeof certificate === 'string') return { problem: { of: 'cert', message: certificate } };
  const privateKey = toKey(key);
  if (typeof privateKey === 'string') return { problem: { of: 'key', message: privateKey } };
  if (isOf(certificate, privateKey)) return { certificate };
  const types = [certificate.publicKey.asymmetricKeyType, privateKey.asymmetricKeyType];
  const why = types[0] === types[1] ? '' : ` (the certificate is of ${types[0]}, the key of ${types[1]})`;
  const message = `the private key does not match the public key of the certificate${why}; a certificate goes with the key that it was requested with`;
  return { problem: { of: 'key', message } };
}

/** The certificates of a PEM text that can be read. */
export function certificatesOf(text: string): readonly X509Certificate[] {
  return (text.match(CERTIFICATE) ?? []).flatMap((pem) => read(pem) ?? []);
}

function firstCertificate(text: string): X509Certificate | string {
  const [pem] = text.match(CERTIFICATE) ?? [];
  if (pem !== undefined)
    return (
      read(pem) ?? 'its first certificate cannot be read: it is damaged or cut off; put a whole one there'
    );
  return ANY_KEY.test(text)
    ? 'holds no certificate in PEM form, but a private key: were the two switched?'
    : 'holds no certificate in PEM form; such a one begins with -----BEGIN CERTIFICATE-----';
}

function toKey(text: string): KeyObject | string {
  if (ENCRYPTED.test(text))
    return 'the private key is encrypted; openssl pkey writes it without a passphrase';
  try {
    return createPrivateKey(text);
  } catch {
    // What OpenSSL says of it helps nobody, and the key is shown to nobody.
    if (ANY_KEY.test(text))
      return 'the private key cannot be read: it is damaged or cut off; put a whole one there';
    return CERTIFICATE.test(text)
      ? 'holds no private key in PEM form, but a certificate: were the two switched?'
      : 'holds no private key in PEM form; such a one begins with -----BEGIN PRIVATE KEY-----';
  }
}

function isOf(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
