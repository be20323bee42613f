import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { markedKeys } from '../../src/fields/marks.ts';
import { unprivileged } from '../support/image.ts';
import { ODD_FILES, putOdd } from '../support/odd-files.ts';
import { addresses } from './activate.ts';
import { temporaryFolder } from './lab.ts';
import { cleanEnv, copyProgram, eventually, keys, launch, start } from './program.ts';

/** The program, where a user without rights can reach it: a checkout may lie elsewhere. */
let built: string;

beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), 'start-up-'));
  copyProgram(built);
});

afterAll(() => rmSync(built, { recursive: true }));

interface Start {
  readonly address?: string;
  readonly storage?: string;
  readonly configFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the shell does before the program takes its place. */
  readonly first?: string;
}

/** What `serve` says, in one line, when it cannot start for a user without rights. */
async function refused(start: Start): Promise<string> {
  const { address = '127.0.0.1:0', storage = '', configFile, env = {}, first = ':' } = start;
  const flags = [`--web.listen-address=${address}`, `--storage.path=${storage}`];
  if (configFile !== undefined) flags.push(`--config.file=${configFile}`);
  const words = [process.execPath, join(built, 'main.js'), 'serve', ...flags];
  const [command, ...args] = unprivileged([
    'timeout',
    '30',
    'sh',
    '-c',
    `${first}; exec "$@"`,
    'sh',
    ...words,
  ]);
  const given = { ...cleanEnv, ...keys, AWS_REGION: 'eu-west-1', ...env };
  const { code, stdout, stderr } = await launch(command, args, { env: given }).ended;
  const errors = stderr.split('\n').filter((line) => line.includes('level=ERROR'));
  expect([code, stdout, errors.length]).toEqual([1, '', 1]);
  return errors[0] ?? '';
}

function openFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  return folder;
}

/** A configuration that asks AWS nothing. */
function withNothing(): string {
  const path = join(temporaryFolder(), 'exporter.yaml');
  writeFileSync(path, 'client_vpn: {enabled: false}');
  return path;
}

/** A port of this machine that is taken. */
function taken(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  return new Promise((resolve) => {
    server.once('listening', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

const USED = 'another process listens there already; stop that one, or choose another port';

test('a port that is taken is named, with the flag or key that asked for it', async () => {
  const port = await taken();
  expect(await refused({ address: `127.0.0.1:${port}` })).toContain(
    `opening the metrics port (--web.listen-address): cannot listen on 127.0.0.1:${port}: ${USED}`,
  );
  const configFile = join(openFolder(), 'exporter.yaml');
  writeFileSync(
    configFile,
    `intake: {enabled: true, allow_unauthenticated: true, listen_address: "127.0.0.1:${port}"}`,
  );
  expect(await refused({ configFile })).toContain(
    `opening the intake (intake.listen_address): cannot listen on 127.0.0.1:${port}: ${USED}`,
  );
});

test('it listens before all else: scrapes are answered with what is known, it says that it is not ready, and pages wait', async () => {
  const storage = temporaryFolder();
  // A holder on another machine is watched for five seconds before it gives way.
  const elsewhere = { pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z', token: 'theirs' };
  writeFileSync(join(storage, 'lock'), JSON.stringify(elsewhere));
  const [address = ''] = await addresses(1);
  const running = start([
    'serve',
    `--web.listen-address=${address}`,
    `--storage.path=${storage}`,
    `--config.file=${withNothing()}`,
  ]);
  const ask = (path: string) => fetch(`http://${address}${path}`);
  const scraped = await eventually(async () => {
    const answer = await ask('/metrics');
    return [answer.status, await answer.text()] as const;
  });
  const page = ask('/');
  expect(scraped).toEqual([200, expect.stringMatching(/^aws_connections_exporter_build_info\{.*\} 1$/m)]);
  expect((await ask('/-/healthy')).status).toBe(200);
  const ready = await ask('/-/ready');
  expect([ready.status, await ready.text()]).toEqual([503, 'The exporter is starting.\n']);
  expect(running.stderr()).not.toContain('msg=Listening');
  const posted = await fetch(`http://${address}/-/healthy`, { method: 'POST' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect([(await page).status, running.stderr()]).toEqual([200, expect.stringContaining('msg=Listening')]);
  expect((await ask('/-/ready')).status).toBe(200);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends it with exit code 0 from the moment in which it answers, which SIGHUP does not',
  async (signal) => {
    const [address = ''] = await addresses(1);
    const flags = [`--web.listen-address=${address}`, `--storage.path=${temporaryFolder()}`];
    const running = start(['serve', ...flags, `--config.file=${withNothing()}`]);
    await eventually(async () => expect((await fetch(`http://${address}/-/healthy`)).status).toBe(200));
    running.kill('SIGHUP');
    running.kill(signal);
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining(`signal=${signal}`)]);
  },
);

test.each([
  ['', 'stays as small as it begins'],
  ['--max-semi-space-size=16', 'grows where whoever starts Node.js says so'],
])('with NODE_OPTIONS=%s the young generation of the heap %s', async (options) => {
  const [address = ''] = await addresses(1);
  const flags = [`--web.listen-address=${address}`, `--storage.path=${temporaryFolder()}`];
  const env = { NODE_OPTIONS: options };
  start(['serve', ...flags, `--config.file=${withNothing()}`], { env });
  const scrape = async () => (await fetch(`http://${address}/metrics`)).text();
  await eventually(async () => expect(await scrape()).toContain('nodejs_heap_space_size_total_bytes'));
  for (let n = 0; n < 300; n += 1) await scrape();
  const [, bytes] = /^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m.exec(await scrape()) ?? [];
  expect(Number(bytes) > 2 * 1024 * 1024).toBe(options !== '');
});

test('pages that could not be loaded once are loaded for the next who asks', async () => {
  const folder = temporaryFolder();
  copyProgram(folder);
  const [address = ''] = await addresses(1);
  const flags = [`--web.listen-address=${address}`, `--storage.path=${temporaryFolder()}`];
  const words = [join(folder, 'main.js'), 'serve', ...flags, `--config.file=${withNothing()}`];
  const running = launch(process.execPath, words, { env: { ...cleanEnv, ...keys } });
  const statusOf = async (path: string) => (await fetch(`http://${address}${path}`)).status;
  await eventually(async () => expect(await statusOf('/-/ready')).toBe(200));
  await statusOf('/metrics');
  renameSync(join(folder, 'chunks'), join(folder, 'elsewhere'));
  expect([await statusOf('/'), await statusOf('/metrics')]).toEqual([500, 200]);
  renameSync(join(folder, 'elsewhere'), join(folder, 'chunks'));
  expect([await statusOf('/'), running.stderr()]).toEqual([
    200,
    expect.stringContaining('A request could not be answered'),
  ]);
});

test('a start that fails over several things says the first alone, as if it had not listened yet', async () => {
  const port = await taken();
  const configFile = join(openFolder(), 'exporter.yaml');
  writeFileSync(configFile, 'client_vpm: {}');
  expect(await refused({ address: `127.0.0.1:${port}`, configFile })).toContain('client_vpm: unknown key');
  const storage = join(openFolder(), 'data');
  writeFileSync(storage, '');
  const said = await refused({ address: `127.0.0.1:${port}`, storage });
  expect(said).toContain(`cannot use the folder ${storage} (--storage.path)`);
});

const LOW = 'this user may not listen on that port; choose one from 1024 on';
/** The least port that needs no right; a container may have none that does. */
const free = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
test.each<[string, string | RegExp]>([
  ['192.0.2.1:0', 'this machine has no such address; :PORT listens on all that it has'],
  ['nowhere.invalid:0', /no such host is known; give an address|that name cannot be looked up now; give an/],
  ...(free > 1 ? [['127.0.0.1:1', LOW] satisfies [string, string]] : []),
])('the address %s is refused with what to do', async (address, words) => {
  const said = await refused({ address });
  expect(said).toContain(`opening the metrics port (--web.listen-address): cannot listen on ${address}: `);
  expect(said).toMatch(words);
});

const WRITE = /: this user \(uid \d+\) may not write there; give it the folder \(chown\), or choose another/;

test.each<[string, (path: string) => void, RegExp]>([
  ['is a file', (path) => writeFileSync(path, ''), /: \S+ is a file, not a folder; choose another path/],
  [
    'leads nowhere',
    (path) => symlinkSync('nowhere', path),
    /is a symbolic link that leads nowhere; make what/,
  ],
  ['is not its own', (path) => mkdirSync(path, { mode: 0o755 }), WRITE],
  ['cannot be entered', (path) => mkdirSync(path, { mode: 0o700 }), WRITE],
  [
    'has a lock that it may not read',
    (path) => {
      mkdirSync(path);
      chmodSync(path, 0o777);
      writeFileSync(join(path, 'lock'), '{}', { mode: 0o600 });
    },
    WRITE,
  ],
  [
    'is held by another process',
    (path) => {
      mkdirSync(path);
      chmodSync(path, 0o777);
      const holder = {
        pid: process.pid,
        host: hostname(),
        since: '2026-01-01T00:00:00.000Z',
        token: 'theirs',
      };
      writeFileSync(join(path, 'lock'), JSON.stringify(holder), { mode: 0o644 });
    },
    /: it is held by process \d+ on \S+ \(since 2026-01-01T00:00:00.000Z\); stop that one first, or use another/,
  ],
])('a storage folder that %s is named, with what to do', async (_, put, words) => {
  const storage = join(openFolder(), 'data');
  put(storage);
  const said = await refused({ storage });
  expect(said).toContain(`cannot use the folder ${storage} (--storage.path): `);
  expect(said).toMatch(words);
});

test('a storage folder where nobody can write is named, with what to do', async () => {
  const folder = openFolder();
  const storage = join(folder, 'data');
  expect(await refused({ storage, first: 'ulimit -f 0' })).toContain(
    `cannot use the folder ${storage} (--storage.path): this process may not write files of that size; raise the limit`,
  );
  const preload = join(folder, 'refusing-disk.mjs');
  for (const [code, words] of [
    ['ENOSPC', 'the disk is full; make room, or choose another folder'],
    ['EROFS', 'the file system is read-only; mount it for writing, or choose another folder'],
  ] as const) {
    writeFileSync(preload, refusingDisk(code));
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
    expect(await refused({ storage, env })).toContain(
      `cannot use the folder ${storage} (--storage.path): ${words}`,
    );
  }
});

/** Every file that would be made is refused with this code. */
const refusingDisk = (code: string) => `
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { open } = fs;
fs.open = async (path, flags, ...more) => {
  if (flags === 'wx') throw Object.assign(new Error('${code}: refused'), { code: '${code}' });
  return open(path, flags, ...more);
};
syncBuiltinESMExports();
`;

const NOT_READ: readonly [kind: string, put: (path: string) => void, words: RegExp][] = [
  [
    'missing',
    () => {},
    /cannot be read: ENOENT: no such file or directory; correct the name, or put the file there/,
  ],
  ['dangling', (path) => symlinkSync('nowhere', path), /cannot be read: ENOENT.*; correct the name, or put/],
  [
    'unreadable',
    (path) => writeFileSync(path, 'secret', { mode: 0o600 }),
    /cannot be read: EACCES: permission denied; let the user of this process \(uid \d+\) enter its folder and read it/,
  ],
  ...ODD_FILES.map(
    ({ kind, words }) =>
      [kind, (path: string) => putOdd(kind, path), new RegExp(`cannot be read: ${words}`)] as const,
  ).map(([...each]) => each),
];

/** Each key that names a file which is read at the start. */
const needed = markedKeys(configSchema)
  .filter(({ file }) => file === 'needed' || file === 'web')
  .map(({ keys: path }) => path.join('.'));

test('there are files to be tried', () => {
  expect(needed).toEqual(
    expect.arrayContaining([
      'aws.ca_bundle',
      'client_vpn.identity_key_file',
      'intake.token_file',
      'intake.web_config_file',
    ]),
  );
});

test.each(['--config.file', ...needed])(
  'a file for %s that cannot be read is named, with what to do',
  async (key) => {
    for (const [kind, put, words] of NOT_READ) {
      const folder = openFolder();
      const path = join(folder, kind);
      put(path);
      let configFile = path;
      if (key !== '--config.file') {
        configFile = join(folder, 'exporter.yaml');
        const [value] = key.split('.').reduceRight<unknown[]>(([inner], name) => [{ [name]: inner }], [path]);
        writeFileSync(configFile, JSON.stringify(value));
      }
      const said = await refused({ configFile });
      const where = key === '--config.file' ? '' : `${configFile}:1: ${key}: `;
      // What another file says of itself has its name as its own problems do.
      expect(said.replaceAll(`${path}:`, path)).toContain(`${where}${path} cannot`);
      expect(said).toMatch(words);
      expect(said).not.toContain('secret');
    }
  },
);
