import { X509Certificate } from 'node:crypto';

const BEGIN = /^[ \t]*-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/gm;

/** What is wrong with a file of certificate authorities; a certificate that cannot be read would silently hide those after it. */
export function caBundleProblem(text: string): string | undefined {
  const starts = [...text.matchAll(BEGIN)].map(({ index }) => index);
  if (starts.length === 0)
    return 'holds no certificate in PEM form; such a one begins with -----BEGIN CERTIFICATE-----';
  for (const [number, start] of starts.entries()) {
    if (isCertificate(text.slice(start, starts[number + 1]))) continue;
    const line = text.slice(0, start).split('\n').length;
    return `holds a certificate that cannot be read, the one that begins in line ${line}: it is damaged, indented or cut off; replace it or take it out`;
  }
  return undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
