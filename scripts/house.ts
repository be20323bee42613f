/**
 * Prints how the house is built, as tables: the folder of each domain and what of it stands outside, the sizes of files, what is exported,
 * and the arrows between folders. `npm run house`, or `npm run house -- FOLDER` for another checkout.
 */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { arrowsBetweenRooms, type File, leadingBack, readFiles, roomOf } from './rooms.ts';

const root = resolve(process.argv[2] ?? '.');
const src = join(root, 'src');

const files = readFiles(src);

const sum = (some: readonly File[]) => some.reduce((total, { lines }) => total + lines, 0);
const exportsOf = ({ text }: File) => text.match(/^export (?!default|\*|\{)/gm)?.length ?? 0;

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
const all = arrowsBetweenRooms(src, files);
const back = leadingBack(all);
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
