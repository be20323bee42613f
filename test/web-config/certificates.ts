import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the certificates and keys of these tests are, as make-certificates.sh there makes them. */
export const FILES = fileURLToPath(new URL('files', import.meta.url));

/** One of them, as text; indented by so many spaces from its second line on, to stand in YAML. */
export function pem(name: string, indent = 0): string {
  const text = readFileSync(`${FILES}/${name}`, 'utf8');
  return text.trimEnd().replaceAll('\n', `\n${' '.repeat(indent)}`);
}
