/**
 * Prints how the house is built, as tables: the folder of each domain and what of it stands outside, the sizes of files, what is exported,
 * and the arrows between folders. `npm run house`, or `npm run house -- FOLDER` for another checkout.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(process.argv[2] ?? '.');
const src = join(root, 'src');

interface File {
  /** Below `src`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

const files: readonly File[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8');
    return { path, text, lines: text.trimEnd().split('\n').length };
  });

const sum = (some: readonly File[]) => some.reduce((total, { lines }) => total + lines, 0);
const exportsOf = ({ text }: File) => text.match(/^export (?!default|\*|\{)/gm)?.length ?? 0;

/** The room of a file: a domain's folder, or the folder below `src`; what lies beside the folders is a room too. */
function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  if (!path.includes('/')) return '(beside the folders)';
  return first === 'collectors' && path.split('/').length > 2 ? `${first}/${second}` : first;
}

/** Every arrow between rooms, as `from → to`, with the imports that it is made of. */
function arrows(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = relative(src, resolve(dirname(join(src, path)), specifier));
      if (target.startsWith('..') || !existsSync(join(src, target))) continue;
      const [from, to] = [roomOf(path), roomOf(target)];
      if (from === to) continue;
      const arrow = `${from} → ${to}`;
      found.set(arrow, [...(found.get(arrow) ?? []), `${path} → ${target}`]);
    }
  }
  return found;
}

/** Whether `to` leads back to `from`: then one of the two arrows runs up. */
function leads(from: string, to: string, all: Iterable<string>): boolean {
  const pairs = [...all].map((arrow) => arrow.split(' → '));
  const seen = new Set([from]);
  for (const room of seen) for (const [a, b = ''] of pairs) if (a === room) seen.add(b);
  return seen.has(to);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

const domains = readdirSync(join(src, 'collectors'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Lines outside a domain's folder, and outside of the simulator and the demo, that name it. */
function namedOutside(domain: string): readonly string[] {
  const words = [
    domain,
    domain.replaceAll('-', '_'),
    domain.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
  ];
  const pattern = new RegExp(words.map((word) => `(?<![\\w-])${word}(?![\\w-])`).join('|'));
  return files
    .filter(({ path }) => !path.startsWith(`collectors/${domain}/`) && !/^simulator\/|demo\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line) => (pattern.test(line) && !/^\s*(\/\*\*|\*|\/\/)/.test(line) ? [path] : [])),
    );
}

const perDomain = domains.map((domain) => {
  const own = files.filter(({ path }) => path.startsWith(`collectors/${domain}/`));
  const outside = namedOutside(domain);
  const exported = own.reduce((total, file) => total + exportsOf(file), 0);
  return [domain, own.length, sum(own), exported, new Set(outside).size, outside.length] as const;
});

const sizes = files.map(({ lines }) => lines).sort((a, b) => a - b);
const at = (share: number) => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))] ?? 0;
const largest = [...files].sort((a, b) => b.lines - a.lines).slice(0, 5);
const all = arrows();
const back = [...all.keys()].filter((arrow) => {
  const [from = '', to = ''] = arrow.split(' → ');
  return leads(to, from, all.keys());
});
const rooms = [...new Set(files.map(({ path }) => roomOf(path)))];

process.stdout.write(
  [
    table(['domain', 'files', 'lines', 'exports', 'files outside that name it', 'lines there'], perDomain),
    table(
      ['files', 'lines', 'exports', 'median', 'p90', 'largest'],
      [
        [
          files.length,
          sum(files),
          files.reduce((total, file) => total + exportsOf(file), 0),
          at(0.5),
          at(0.9),
          largest.map(({ path, lines }) => `${path} ${lines}`).join(', '),
        ],
      ],
    ),
    table(
      ['rooms', 'arrows between them', 'arrows that lead back', 'which'],
      [[rooms.length, all.size, back.length, back.join(', ') || 'none']],
    ),
  ].join('\n'),
);
