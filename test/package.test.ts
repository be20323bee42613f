import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { eventually, launch } from './program/program.ts';

/** What the package is made from; copied, so that nothing is built in the checkout while other tests read it. */
const SOURCES = [
  ...['.npmrc', 'CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package-lock.json', 'package.json'],
  ...[
    'config',
    'deploy',
    'docs',
    'grafana/generated',
    'rolldown.config.ts',
    'scripts',
    'src',
    'tsconfig.json',
  ],
];

/** All that may be in the package. */
const PACKED = [
  /^(CHANGELOG|README|SECURITY)\.md$|^LICENSE$|^package\.json$/,
  /^config\/(exporter\.example\.yaml|exporter\.schema\.json|alertmanager\/alertmanager\.yml|prometheus\/prometheus\.yml)$/,
  /^config\/prometheus\/rules\/[a-z-]+\.yml$/,
  /^deploy\/systemd\/[a-z-]+\.(service|socket|conf)$/,
  /^dist\/(main\.js|chunks\/[\w.-]+\.js|sbom\.cdx\.json|THIRD-PARTY-LICENSES\.txt)$/,
  /^docs\/([a-z-]+\.md|iam-policy\.json|runbooks\/\w+\.md|wiring\/[a-z-]+\.(cjs|yaml))$/,
  /^grafana\/generated\/[a-z-]+\.json$/,
];

interface Sbom {
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly licenses: readonly {
      readonly license?: { readonly id: string };
      readonly expression?: string;
    }[];
  }[];
}

let folder: string;
let tarball: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  const checkout = join(folder, 'checkout');
  for (const source of SOURCES) cpSync(source, join(checkout, source), { recursive: true });
  symlinkSync(resolve('node_modules'), join(checkout, 'node_modules'));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--silent', '--json', `--pack-destination=${folder}`], {
      cwd: checkout,
      encoding: 'utf8',
    }),
  ) as { readonly filename: string; readonly size: number; readonly unpackedSize: number }[];
  tarball = join(folder, packed?.filename ?? '');
  console.log(`the package: ${packed?.size} bytes, unpacked ${packed?.unpackedSize}`);
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(folder, 'package', path), 'utf8');

/** Every file that is loaded with these, by static imports alone. */
function loadedWith(files: readonly string[], loaded = new Set<string>()): ReadonlySet<string> {
  for (const file of files) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    const imports = read(file).matchAll(/^(?:import|export) [^\n]*["'](\.[^"'\n]+)["'];$/gm);
    loadedWith(
      Array.from(imports, ([, path = '']) => join(dirname(file), path)),
      loaded,
    );
  }
  return loaded;
}

const chunks = () => readdirSync(join(folder, 'package/dist/chunks')).map((name) => `dist/chunks/${name}`);
const bytesOf = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + read(file).length, 0);

test('before it listens little is loaded, and nothing of packages that are large', () => {
  const serve = chunks().filter((file) => /\/serve-/.test(file));
  expect(serve).toHaveLength(1);
  const loaded = loadedWith(['dist/main.js', ...serve]);
  expect(loaded.size).toBeGreaterThan(3);
  expect(bytesOf(loaded)).toBeLessThan(300_000);
});

test('of the clients of AWS the bundle has what is used', () => {
  const ofEc2 = chunks().filter((file) => /\bEC2Client = class\b/.test(read(file)));
  expect(ofEc2).toHaveLength(1);
  // All of it would be 2 MB.
  expect(bytesOf(ofEc2)).toBeLessThan(200_000);
});

test('the package holds what runs and what people need with it, and nothing else', () => {
  const files = readdirSync(join(folder, 'package'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + '/package/'.length));
  expect(files.filter((file) => !PACKED.some((pattern) => pattern.test(file)))).toEqual([]);
  for (const pattern of PACKED) expect(files.filter((file) => pattern.test(file))).not.toEqual([]);
  for (const unit of readdirSync('deploy/systemd')) expect(files).toContain(`deploy/systemd/${unit}`);
});

test('it needs no other package, and the checkout is as it was', () => {
  const ours = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  const { scripts, dependencies, devDependencies, ...rest } = ours;
  expect([scripts, dependencies, devDependencies]).not.toContain(undefined);
  expect(JSON.parse(read('package.json'))).toEqual(rest);
  expect(readFileSync(join(folder, 'checkout/package.json'), 'utf8')).toBe(
    readFileSync('package.json', 'utf8'),
  );
  expect(ours).not.toHaveProperty('overrides');
});

const known = (name: string, version: string) => `${name} ${version}`;

test('its bill of materials lists every package of production, with version and licence', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    readonly packages: Readonly<Record<string, { dev?: boolean; version?: string; license?: string }>>;
  };
  const production = Object.entries(lock.packages).flatMap(([path, { dev, version = '', license = '' }]) =>
    path === '' || dev ? [] : [`${known(path.replace(/^.*node_modules\//, ''), version)} ${license}`],
  );
  const { metadata, components } = JSON.parse(read('dist/sbom.cdx.json')) as Sbom;
  const listed = components.map(({ name, version, licenses }) => {
    const ids = licenses.map(({ license, expression }) => license?.id ?? expression ?? '');
    return `${known(name, version)} ${ids.join(' ')}`;
  });
  expect(listed.sort()).toEqual([...new Set(production)].sort());
  expect(metadata.component).toMatchObject({ name: 'aws-connections-exporter', version: expect.any(String) });
  expect(read('dist/sbom.cdx.json')).not.toMatch(/timestamp|serialNumber/);
});

test('it brings the licence text of every package that is in the bundle', () => {
  const parts = read('dist/THIRD-PARTY-LICENSES.txt').split(`\n${'-'.repeat(80)}\n\n`);
  const { components } = JSON.parse(read('dist/sbom.cdx.json')) as Sbom;
  const listed = new Set(components.map(({ name, version }) => known(name, version)));
  expect(parts.length).toBeGreaterThan(50);
  for (const part of parts) {
    const [, name = '', version = '', text = ''] = /^(\S+) (\S+) \([^)\n]+\)\n\n(.*)$/s.exec(part) ?? [];
    expect(listed).toContain(known(name, version));
    expect([name, text.length]).toEqual([name, expect.toSatisfy((length: number) => length > 400)]);
  }
});

/** `npx` of the package in an empty folder, with nothing fetched and nothing found on the way there. */
function npx(...args: readonly string[]) {
  const empty = mkdtempSync(join(tmpdir(), 'empty-'));
  onTestFinished(() => rmSync(empty, { recursive: true, force: true }));
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: empty,
    npm_config_cache: join(folder, 'npm'),
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  return launch('timeout', ['--signal=KILL', '60', 'npx', '--yes', relative(empty, tarball), ...args], {
    cwd: empty,
    env,
  });
}

test('npx runs it on Node.js alone, from an empty folder', async () => {
  const help = await npx('--help').ended;
  expect([help.code, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toContain('Usage: aws-connections-exporter [command] [flags]');
  const { stdout } = await npx('--version').ended;
  expect(stdout).toContain((JSON.parse(read('package.json')) as { version: string }).version);
});

/** The process that a process started last, or that one, and so on. */
function youngest(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  const last = children.at(-1);
  return last === undefined ? pid : youngest(Number(last));
}

test('npx runs the demo, which ends when told to', async () => {
  const demo = npx('demo', '--web.listen-address=127.0.0.1:0');
  const url = await eventually(() => {
    const found = /metrics +(http:\S+)/.exec(demo.stdout())?.[1];
    expect(found).toBeDefined();
    return found ?? '';
  });
  await eventually(async () =>
    expect(await (await fetch(url)).text()).toContain('aws_client_vpn_connections{'),
  );
  process.kill(youngest(demo.pid), 'SIGINT');
  expect((await demo.ended).code).toBe(0);
});

test.each([
  [
    '{"metadata":{"vulnerabilities":{"total":0},"dependencies":{"prod":125}},"vulnerabilities":{}}',
    0,
    0,
    '0 known faults in 125 packages',
  ],
  [
    '{"metadata":{"vulnerabilities":{"total":1}},"vulnerabilities":{"express":{"severity":"high","via":[{"title":"It breaks"}]}}}',
    1,
    1,
    'high express: It breaks',
  ],
  [
    '{"message":"405 Method Not Allowed","error":{"code":"E405"}}',
    1,
    0,
    'NOT AUDITED: the registry gave no answer (E405',
  ],
  ['', 1, 0, 'NOT AUDITED: the registry gave no answer (no answer). Nothing is known'],
])('npm run audit of the answer %s', async (answer, status, code, words) => {
  const bin = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho '${answer}'\nexit ${status}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  const ended = await launch('sh', ['scripts/audit.sh'], { env: { PATH: `${bin}:${process.env.PATH}` } })
    .ended;
  expect(ended.code).toBe(code);
  expect(ended.stdout + ended.stderr).toContain(words);
});
