import type { X509Certificate } from 'node:crypto';
import { toSan } from '../web-config/san.ts';

/** `DNS:one`, or `URI:"one, two"`: what has a comma or an odd letter is quoted as in JSON. */
const NAME = /(DNS|IP Address|URI|email):("(?:[^"\\]|\\.)*"|[^,]*)/y;
const BETWEEN = ', ';

/** The alternative names of a certificate that Prometheus' exporter-toolkit looks at, as `toSan` writes them. */
export function toAlternativeNames({ subjectAltName = '' }: X509Certificate): readonly string[] {
  const names: string[] = [];
  let at = 0;
  while (at < subjectAltName.length) {
    NAME.lastIndex = at;
    const found = NAME.exec(subjectAltName);
    const [whole = '', , name = ''] = found ?? [];
    if (found) names.push(toSan(name.startsWith('"') ? unquoted(name) : name));
    // Other kinds, such as directory names, are passed over as they stand there, quotes and all.
    at = found ? at + whole.length : endOf(subjectAltName, at);
    at += BETWEEN.length;
  }
  return names;
}

function endOf(text: string, from: number): number {
  const rest = /^(?:"(?:[^"\\]|\\.)*"|[^",])*/.exec(text.slice(from));
  return from + (rest?.[0].length ?? 0);
}

function unquoted(text: string): string {
  return JSON.parse(text) as string;
}
