/**
 * Prints what the exporter depends on when it runs, as a table: each package of `dependencies`, how many it brings along, how large they are where they
 * are installed, and how much of them is in the bundle. Packages that several bring are counted with each, and once in the total. `npm run sizes`
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { bundle } from '../rolldown.config.ts';

interface Locked {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** Where a package finds another, as Node.js looks: below it, or beside it or what it is in. */
function find(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('node_modules/') - 1, 0))) {
    const path = join(folder, 'node_modules', name);
    if (lock.packages[path]) return path;
    if (folder === '') return undefined;
  }
}

/** A package, and all that it brings along, by their folders. */
function withAll(folder: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  for (const name of Object.keys(lock.packages[folder]?.dependencies ?? {})) {
    const path = find(name, folder);
    if (path !== undefined) withAll(path, found);
  }
  return found;
}

function bytesOnDisk(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // What is nested is a package of its own.
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : bytesOnDisk(path);
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}

const { output, ...input } = bundle('src/main.ts', 'dist');
const built = await (await rolldown(input)).generate(Array.isArray(output) ? output[0] : output);
const inBundle = new Map<string, number>();
let ownBytes = 0;
for (const chunk of built.output) {
  if (chunk.type !== 'chunk') continue;
  for (const [id, { renderedLength }] of Object.entries(chunk.modules)) {
    const [, folder] = /\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
    if (folder === undefined) ownBytes += renderedLength;
    else inBundle.set(folder, (inBundle.get(folder) ?? 0) + renderedLength);
  }
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1_000).toLocaleString('en')} kB`;
const row = (name: string, version: string, folders: Iterable<string>) => {
  const all = [...folders];
  const sum = (bytes: (folder: string) => number) => all.reduce((total, each) => total + bytes(each), 0);
  return [
    name,
    version,
    String(all.length),
    kilobytes(sum(bytesOnDisk)),
    kilobytes(sum((each) => inBundle.get(each) ?? 0)),
  ];
};

const direct = Object.keys(lock.packages['']?.dependencies ?? {});
const closures = direct.map((name) => ({ name, all: withAll(`node_modules/${name}`) }));
const union = new Set(closures.flatMap(({ all }) => [...all]));
const rows = [
  ['package', 'version', 'packages with it', 'on disk', 'in the bundle'],
  ['---', '---', '---:', '---:', '---:'],
  ...closures.map(({ name, all }) => row(name, lock.packages[`node_modules/${name}`]?.version ?? '', all)),
  row(`all ${direct.length}`, '', union),
  ['our own code, with the documents that it serves', '', '', '', kilobytes(ownBytes)],
];
process.stdout.write(`${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
