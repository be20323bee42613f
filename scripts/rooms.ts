import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** A file of the source. */
export interface File {
  /** Below `src`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** Every file of a source folder, in the order of their names. */
export function readFiles(src: string): readonly File[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(src, path), 'utf8');
      return { path, text, lines: text.trimEnd().split('\n').length };
    });
}

/** The room of a file: a domain's folder, or the folder below `src`; what lies beside the folders is one room. */
export function roomOf(path: string): string {
  const [first = '', second = '', third] = path.split('/');
  if (second === '') return '(beside the folders)';
  return first === 'collectors' && third !== undefined ? `${first}/${second}` : first;
}

/** Every arrow between rooms, once, as `from → to`. */
export function arrowsBetweenRooms(src: string, files: readonly File[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { path, text } of files) {
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = relative(src, resolve(dirname(join(src, path)), specifier));
      if (target.startsWith('..') || !existsSync(join(src, target))) continue;
      if (roomOf(path) !== roomOf(target)) found.add(`${roomOf(path)} → ${roomOf(target)}`);
    }
  }
  return found;
}

/** The arrows that are part of a circle: one of each circle runs back up. */
export function leadingBack(arrows: ReadonlySet<string>): readonly string[] {
  const pairs = [...arrows].map((arrow) => arrow.split(' → '));
  const reaches = (from: string, to: string) => {
    const seen = new Set([from]);
    for (const room of seen) for (const [a, b = ''] of pairs) if (a === room) seen.add(b);
    return seen.has(to);
  };
  return [...arrows].filter((arrow) => {
    const [from = '', to = ''] = arrow.split(' → ');
    return reaches(to, from);
  });
}
