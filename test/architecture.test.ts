import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { afterEach, expect, test } from 'vitest';
import { arrowsBetweenRooms, leadingBack, readFiles } from '../scripts/rooms.ts';

const root = resolve(import.meta.dirname, '..');
const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  forbidden: { name: string }[];
};
const options = await extractDepcruiseOptions(join(root, '.dependency-cruiser.cjs'));
const tsConfig = extractTSConfig(join(root, 'tsconfig.json'));

/** Everything that is refused in a tree, as `rule: from → to`. */
async function refused(folder: string, ...parts: string[]): Promise<string[]> {
  const { output } = await cruise(parts, { ...options, baseDir: folder }, undefined, { tsConfig });
  const { violations } = (output as ICruiseResult).summary;
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder in which `express` and `pino` are installed as dependencies and `vitest` as a development dependency. */
function tree(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'architecture-')));
  made.push(folder);
  const packages = [
    'prom-client',
    'express',
    'node-cron',
    'pino',
    'zod',
    'yaml',
    'bcryptjs',
    'fastest-levenshtein',
  ];
  const dependencies = Object.fromEntries(
    [...packages, '@aws-sdk/client-ec2', 'left-pad'].map((name) => [name, '1']),
  );
  const all: Record<string, string> = {
    'package.json': JSON.stringify({ dependencies, devDependencies: { vitest: '1', '@types/express': '1' } }),
    'node_modules/@types/express/index.d.ts': 'export interface Request {}',
    ...files,
  };
  for (const name of [...Object.keys(dependencies), 'vitest', 'brought-by-another']) {
    all[`node_modules/${name}/package.json`] = JSON.stringify({ name, main: 'index.js' });
    all[`node_modules/${name}/index.js`] = 'module.exports = {};';
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const thing = 'export const thing = 1;\nexport type Thing = 1;';

/** For each rule, imports that it must refuse: the file, and what the file imports (a type, where it begins with `type `). */
const proofs: Record<string, Record<string, string>> = {
  'no-cycles': { 'src/core/thing.ts': 'type ./thing.ts' },
  'core-stands-alone': {
    'src/core/a.ts': 'type ../storage/thing.ts',
    'src/core/b.ts': 'node:fs',
    'src/core/c.ts': 'zod',
  },
  'walls-stand-on-the-ground': {
    'src/aws/a.ts': 'type ../storage/thing.ts',
    'src/storage/a.ts': '../app/log.ts',
  },
  'files-stand-alone': { 'src/files/a.ts': 'type ../core/thing.ts', 'src/files/b.ts': '../aws/thing.ts' },
  'rooms-see-no-other-room': { 'src/collectors/websocket/a.ts': 'type ../client-vpn/thing.ts' },
  'rooms-stand-on-the-walls': {
    'src/collectors/client-vpn/a.ts': 'type ../../server/thing.ts',
    'src/collectors/client-vpn/b.ts': '../../app/log.ts',
    'src/collectors/client-vpn/c.ts': '../../config/thing.ts',
  },
  'forms-stand-on-the-ground': {
    'src/event-forms/a.ts': 'type ../server/thing.ts',
    'src/event-forms/b.ts': '../app/log.ts',
  },
  'polling-knows-no-room': {
    'src/polling/a.ts': 'type ../collectors/client-vpn/thing.ts',
    'src/polling/b.ts': '../server/thing.ts',
    'src/polling/domain.ts': '../config/thing.ts',
  },
  'slices-are-made-of-fields': { 'src/collectors/client-vpn/config.ts': '../../aws/thing.ts' },
  'rooms-behind-the-table': {
    'src/app/lifecycle.ts': '../collectors/client-vpn/index.ts',
    'src/app/exporter.ts': 'type ../collectors/client-vpn/thing.ts',
    'src/config/load.ts': '../collectors/client-vpn/config.ts',
  },
  'rooms-entered-by-index': {
    'src/collectors/index.ts': './client-vpn/thing.ts',
    'src/cli/connections.ts': 'type ../collectors/client-vpn/thing.ts',
  },
  'doors-know-no-rooms': {
    'src/server/a.ts': 'type ../polling/domain.ts',
    'src/intake/a.ts': '../collectors/index.ts',
  },
  'configuration-asks-the-table': {
    'src/config/a.ts': '../collectors/client-vpn/config.ts',
    'src/config/b.ts': 'type ../polling/thing.ts',
  },
  'web-configuration-reads-alone': {
    'src/web-config/read.ts': 'type ../config/thing.ts',
    'src/web-config/judge.ts': '../server/thing.ts',
  },
  'fields-stand-on-the-ground': {
    'src/fields/a.ts': 'type ../config/thing.ts',
    'src/fields/b.ts': 'type ../polling/domain.ts',
  },
  'nothing-leans-on-the-roof': {
    'src/schedule/a.ts': '../app/log.ts',
    'src/polling/a.ts': 'type ../app/log.ts',
    'src/server/a.ts': '../cli/thing.ts',
  },
  'application-knows-no-command': { 'src/app/a.ts': '../cli/thing.ts' },
  'simulator-stands-alone': { 'src/simulator/a.ts': 'type ../core/thing.ts', 'src/simulator/b.ts': 'yaml' },
  'simulator-for-the-demo-only': { 'src/cli/serve.ts': 'type ../simulator/thing.ts' },
  'source-without-tests': {
    'src/a.ts': '../test/thing.ts',
    'src/b.ts': '../bench/thing.ts',
    'src/c.ts': '../fuzz/thing.ts',
    'src/d.ts': '../soak/thing.ts',
  },
  'dashboards-as-they-are-shipped': { 'src/a.ts': 'type ../grafana/thing.ts' },
  'dashboards-stand-alone': { 'grafana/a.ts': 'type ../src/app/log.ts' },
  'no-dev-dependencies': { 'src/a.ts': 'vitest' },
  'no-unlisted-packages': { 'src/a.ts': 'brought-by-another', 'test/a.ts': 'brought-by-another' },
  resolvable: { 'src/a.ts': './nowhere.ts' },
  'no-orphans': { 'src/server/alone.ts': '' },
  'packages-have-a-home': { 'src/cli/a.ts': 'left-pad' },
  'home-of-prom-client': { 'src/exposition/other.ts': 'prom-client' },
  'home-of-express': { 'src/server/status-page.ts': 'express', 'src/intake/a.ts': 'type express' },
  'home-of-node-cron': { 'src/schedule/scheduler.ts': 'node-cron' },
  'home-of-pino': { 'src/cli/serve.ts': 'pino' },
  'home-of-aws-sdk-smithy': {
    'src/collectors/client-vpn/record.ts': 'type @aws-sdk/client-ec2',
    'src/collectors/client-vpn/source/record.ts': 'type @aws-sdk/client-ec2',
  },
  'home-of-proxy-from-env': { 'src/aws/connection.ts': 'proxy-from-env' },
  'home-of-zod': { 'src/collectors/client-vpn/state.ts': 'type zod' },
  'home-of-yaml': { 'src/server/a.ts': 'yaml' },
  'home-of-bcryptjs': { 'src/server/passwords.ts': 'bcryptjs' },
  'home-of-fastest-levenshtein': { 'src/cli/a.ts': 'fastest-levenshtein' },
};

const innocent = Object.fromEntries(
  [
    ...['src/core/thing', 'src/storage/thing', 'src/aws/thing', 'src/server/thing', 'src/cli/thing'],
    ...[
      'src/polling/domain',
      'src/polling/thing',
      'src/collectors/client-vpn/thing',
      'src/collectors/client-vpn/index',
    ],
    ...[
      'src/collectors/client-vpn/config',
      'src/config/thing',
      'src/fields/thing',
      'src/collectors/index',
      'src/simulator/thing',
      'src/app/log',
    ],
    ...['test/thing', 'bench/thing', 'fuzz/thing', 'soak/thing', 'grafana/thing'],
  ].map((name) => [`${name}.ts`, thing]),
);

function importing(specifier: string): string {
  if (specifier === '') return thing;
  const [, type, path] = /^(type )?(.*)$/.exec(specifier) ?? [];
  return `import ${type ? 'type ' : ''}{ Thing } from '${path}';\nexport const it = {} as Thing;`;
}

test('every rule is proved, and every proof is of a rule', () => {
  expect(Object.keys(proofs).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
});

test.each(Object.entries(proofs))('%s refuses', async (rule, imports) => {
  const sins = Object.entries(imports).map(([file, specifier]) => [file, importing(specifier)]);
  const found = await refused(tree({ ...innocent, ...Object.fromEntries(sins) }), 'src', 'test', 'grafana');
  const sinners = found.filter((violation) => violation.startsWith(`${rule}: `));
  expect(sinners.map((violation) => violation.split(' ')[1])).toEqual(
    expect.arrayContaining(Object.keys(imports)),
  );
});

test('the real tree is clean', async () => {
  expect(await refused(root, 'src', 'test', 'grafana')).toEqual([]);
});

test('no import runs back up between rooms', () => {
  const back = (src: string) => leadingBack(arrowsBetweenRooms(src, readFiles(src)));
  expect(back(join(root, 'src'))).toEqual([]);
  const sin = {
    'src/fields/thing.ts': importing('../config/thing.ts'),
    'src/config/thing.ts': thing,
    'src/config/other.ts': importing('type ../fields/innocent.ts'),
    'src/fields/innocent.ts': thing,
    'src/cli/innocent.ts': importing('../config/thing.ts'),
  };
  expect([...back(join(tree(sin), 'src'))].sort()).toEqual(['config → fields', 'fields → config']);
});

/** Why a file is longer than 200 lines: what it says cannot be read in halves. */
const LONG: Readonly<Record<string, string>> = {
  'app/exporter.ts': 'the composition root: one member a part, and the order in which they begin and end',
  'aws/connections/rows.ts': 'what a page holds, and how it is put there',
  'aws/error-rules.ts': 'a table of what AWS answers, in the order in which it is asked',
  'aws/xml-reader.ts': 'one machine over bytes: each method leaves it where the next one begins',
  'collectors/client-vpn/books.ts': 'memory, disk and names of books must agree at every step',
  'collectors/websocket/config.ts': 'a declaration: the section with its three kinds of sources',
  'collectors/websocket/endpoints.ts': 'what is named and what is discovered make one list, on disk too',
  'collectors/websocket/estimate/endpoint-pass.ts':
    'the begin and the end of one look at an endpoint, with what is in between',
  'collectors/websocket/poller.ts': 'passes and events on the same registries, and what both publish',
  'collectors/websocket/registry/kept-registry.ts':
    'base and journal of one registry: neither is right without the other',
  'collectors/websocket/registry/registry.ts': 'the rules of what an id can become, in one place',
  'core/ledger.ts': 'the rules of what counts, in one place',
  'schedule/pass.ts': 'one pass at a time, in time: every way in which it can end',
  'storage/folder-storage.ts': 'writing, reading and setting aside share the folder and its state',
};

test('no file is longer than 200 lines without a reason', () => {
  const long = readFiles(join(root, 'src')).filter(
    ({ path, lines }) => lines > 200 && !path.startsWith('simulator/'),
  );
  expect(long.map(({ path }) => path)).toEqual(Object.keys(LONG).sort());
});

/** Where in these files biome, with our own rules, finds something that says `message`. */
function linted(message: string, files: Record<string, string>): string[] {
  const folder = tree(files);
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  cpSync(join(root, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true });
  const args = ['lint', '--vcs-enabled=false', '--reporter=github', 'src'];
  const run = spawnSync(join(root, 'node_modules/.bin/biome'), args, { cwd: folder, encoding: 'utf8' });
  const lines = run.stdout.split('\n').filter((line) => line.includes(message));
  return [...new Set(lines.map((line) => relative(folder, /file=([^,]+)/.exec(line)?.[1] ?? line)))].sort();
}

test('only the clock and the simulator ask what time it is', () => {
  const files = {
    'src/server/a.ts': 'export const now = Date.now();\n',
    'src/server/b.ts': 'export const now = new Date();\n',
    'src/server/c.ts': 'export const now = performance.now();\n',
    'src/server/innocent.ts': 'export const start = new Date(0);\n',
    'src/core/clock.ts': 'export const now = Date.now();\n',
    'src/simulator/world.ts': 'export const now = Date.now();\n',
  };
  expect(linted('Time comes from a Clock', files)).toEqual([
    'src/server/a.ts',
    'src/server/b.ts',
    'src/server/c.ts',
  ]);
});

test('only main.ts ends the process', () => {
  const files = { 'src/main.ts': 'process.exit(1);\n', 'src/cli/serve.ts': 'process.exit();\n' };
  expect(linted('Only src/main.ts ends the process', files)).toEqual(['src/cli/serve.ts']);
});
