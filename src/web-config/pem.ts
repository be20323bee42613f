import type { Remark } from './remark.ts';
import type { TlsSection } from './schema.ts';

export const SECTION = 'tls_server_config';

/** What a file holds, or why that cannot be known, in words that follow its name. */
export type ReadNamed = (name: string) => ({ readonly text: string } | { readonly problem: string }) & {
  readonly path: string;
};

/** A text in PEM form of the section, or of the file that the section names, which wins. */
export interface Pem {
  /** Where it, or its file, is named. */
  readonly keys: readonly string[];
  /** Undefined where there is none. */
  readonly text: string | undefined;
  readonly problem?: Remark;
  /** Stands before what is said of it. */
  readonly where: string;
}

/** What `key` of the section, or the file that is named for it, holds. */
export function pemOf(section: TlsSection, key: 'cert' | 'key' | 'client_ca', readNamed: ReadNamed): Pem {
  const name = section[`${key}_file`];
  if (name === '')
    return { keys: [SECTION, key], text: section[key] === '' ? undefined : section[key], where: '' };
  const keys = [SECTION, `${key}_file`];
  if (/[\r\n]|-----BEGIN /.test(name)) {
    const message = `failed to read it: expected the name of a file, got several lines or PEM itself, which goes to ${key}`;
    return { keys, text: undefined, where: '', problem: { keys, message } };
  }
  const file = readNamed(name);
  if ('text' in file) return { keys, text: file.text, where: `${file.path}: ` };
  const message = `failed to read ${file.path}: it ${file.problem}; a name is relative to the folder of the file that holds it`;
  return { keys, text: undefined, where: '', problem: { keys, message } };
}
