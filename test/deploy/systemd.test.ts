import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { toSeries, total } from '../program/exposition.ts';
import { openLab, temporaryFolder } from '../program/lab.ts';
import { cleanEnv, copyProgram, eventually, keys, launch } from '../program/program.ts';
import { freePort } from '../support/free-port.ts';
import { unprivileged } from '../support/image.ts';
import { needs, programPath } from '../support/programs.ts';
import { ask, login } from '../support/web-port.ts';
import { pem } from '../web-config/certificates.ts';
import { allowedCalls, FOLDER, SERVICE, settings } from './unit.ts';

const test = needs('systemd-analyze', 'systemd-socket-activate', 'python3');

/** What `systemd-analyze security` calls exposed, times ten, at most: what is left is network, Node.js' compiler and the host's files. */
const MOST_EXPOSED = 11;

/** The units as they are installed here, with the programs of this machine; their folder. */
function installed(): string {
  const folder = temporaryFolder();
  for (const file of readdirSync(FOLDER).filter((name) => !name.endsWith('.conf'))) {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    writeFileSync(join(folder, file), text.replace('/usr/bin/node', process.execPath));
  }
  mkdirSync(join(folder, `${SERVICE}.d`));
  writeFileSync(join(folder, `${SERVICE}.d/credentials.conf`), readFileSync(`${FOLDER}/credentials.conf`));
  return folder;
}

test('systemd understands the units, and the credentials beside them', () => {
  const folder = installed();
  const units = readdirSync(folder).filter((name) => !name.endsWith('.d'));
  expect(units).toHaveLength(3);
  const { status, stdout, stderr } = spawnSync(
    programPath('systemd-analyze'),
    ['verify', '--man=no', ...units.map((name) => join(folder, name))],
    { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` } },
  );
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});

test('the sandbox is as tight as it can be', () => {
  const report = execFileSync(
    programPath('systemd-analyze'),
    ['security', '--no-pager', '--offline=true', `--threshold=${MOST_EXPOSED}`, join(FOLDER, SERVICE)],
    { encoding: 'utf8' },
  );
  const left = report.split('\n').filter((line) => /^(✗|→)/u.test(line));
  console.log(left.join('\n'));
  const names = left.flatMap((line) => /^✗ (\S+)/u.exec(line)?.[1] ?? []);
  expect(names.sort()).toEqual([
    'DeviceAllow=',
    'IPAddressDeny=',
    'MemoryDenyWriteExecute=',
    'PrivateNetwork=',
    'RestrictAddressFamilies=~AF_(INET|INET6)',
    'RestrictAddressFamilies=~AF_UNIX',
    'RootDirectory=/RootImage=',
  ]);
});

/** Where this is allowed: everything is read-only but the state, and of /proc there are processes alone, those of this user. */
const NAMESPACE =
  'mount --make-rprivate / && mount --bind "$STATE_DIRECTORY" "$STATE_DIRECTORY" && mount -o remount,bind,ro / && mount -t proc -o subset=pid,hidepid=invisible proc /proc';

function namespace(state: string): readonly string[] {
  const prefix = ['unshare', '--mount', 'sh', '-c', `${NAMESPACE} && exec "$@"`, 'sh'];
  const [command = '', ...args] = [...prefix, 'sh', '-c', 'test ! -e /proc/meminfo'];
  const { status } = spawnSync(command, args, { env: { ...process.env, STATE_DIRECTORY: state } });
  console.log(
    status === 0 ? 'tried with read-only files and without /proc/meminfo' : 'not tried: namespaces',
  );
  return status === 0 ? prefix : [];
}

/** The system's own, which everybody may start. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
const FAMILIES: Readonly<Record<string, number>> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 };

test('the command of the unit serves, reloads, saves and ends within its sandbox', async () => {
  const lab = await openLab();
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const [state, credentials] = [join(folder, 'state'), join(folder, 'credentials')];
  for (const path of [state, credentials]) mkdirSync(path, { mode: 0o700 });
  const token = join(credentials, 'intake-token');
  writeFileSync(token, 'the-token\n', { mode: 0o400 });
  const [, web = ''] =
    /```yaml\n(tls_server_config:.*?)```/s.exec(readFileSync('docs/systemd.md', 'utf8')) ?? [];
  const handedOver = { 'web-config': web, 'web-cert': pem('server.pem'), 'web-key': pem('server.key') };
  const names = settings('credentials.conf', 'LoadCredential').map((each) => each.replace(/:.*/, ''));
  expect(names).toEqual(expect.arrayContaining(Object.keys(handedOver)));
  for (const [each, content] of Object.entries(handedOver))
    writeFileSync(join(credentials, each), content, { mode: 0o400 });
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', '65532:65532', state, credentials]);
  lab.configure({
    websocket: 'enabled: true, endpoints: [{url: "https://a.example/x", source: {type: intake}}]',
    intake: `enabled: true, token_file: "${token}"`,
  });
  lab.world.connect(lab.world.addEndpoint());
  for (const path of [lab.folder, lab.configFile]) chmodSync(path, 0o755);

  const words = (settings(SERVICE, 'ExecStart')[0] ?? '').split(/\s+/).flatMap((word) => {
    if (word === '/usr/bin/node') return process.execPath;
    if (word.endsWith('/dist/main.js')) return copyProgram(join(folder, 'dist'));
    if (word.startsWith('--config.file=')) return `--config.file=${lab.configFile}`;
    if (word === '$OPTIONS') return `--web.config.file=${join(credentials, 'web-config')}`;
    return word.replace('%S/aws-connections-exporter', state);
  });
  const [metrics, intake] = [await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const env = { ...cleanEnv, ...keys, STATE_DIRECTORY: state, CREDENTIALS_DIRECTORY: credentials };
  const [name] = settings(SERVICE, 'SystemCallErrorNumber');
  const errno =
    name === undefined
      ? 'kill'
      : String(Object.entries(constants.errno).find(([each]) => each === name)?.[1]);
  const sandboxPath = join(folder, 'sandbox.py');
  copyFileSync('test/deploy/sandbox.py', sandboxPath);
  const families = (settings(SERVICE, 'RestrictAddressFamilies')[0] ?? '')
    .split(' ')
    .map((each) => FAMILIES[each]);
  const sandbox = [PYTHON, sandboxPath, [...allowedCalls()].join(), families.join(), errno];
  const activate = [
    programPath('systemd-socket-activate'),
    `--listen=${metrics}`,
    `--listen=${intake}`,
    '--fdname=metrics:intake',
    ...Object.entries(env).map(([each, value]) => `--setenv=${each}=${value}`),
  ];
  const [file = '', ...args] = [...namespace(state), ...unprivileged([...sandbox, ...activate, ...words])];
  const running = launch(file, args, { cwd: folder, env: { ...process.env, ...env } });

  const get = (path: string) =>
    ask(`https://${metrics}${path}`, { headers: login('prometheus', 'carol123') });
  await eventually(async () => expect(await get('/-/ready')).toMatchObject({ status: 200 }));
  const series = toSeries((await get('/metrics')).body ?? '');
  expect(total(series, 'aws_client_vpn_connections')).toBe(1);
  expect(total(series, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  const tell = (id: string) =>
    fetch(`http://${intake}/websocket/connect`, {
      method: 'POST',
      headers: { ConnectionId: id, 'X-Intake-Token': 'the-token' },
    });
  expect((await tell('a=')).status).toBe(200);
  running.kill('SIGHUP');
  await eventually(() => expect(running.stderr()).toContain('The configuration was reloaded'));
  expect((await tell('b=')).status).toBe(200);
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
  expect(running.stderr()).not.toContain('level=ERROR');

  const files = readdirSync(state, { recursive: true, encoding: 'utf8' }).sort();
  expect(files.join('\n')).toMatch(/^client-vpn\n.*\.ledger\nwebsocket\n.*\.registry$/ms);
  for (const each of files) expect([each, statSync(join(state, each)).mode & 0o077]).toEqual([each, 0]);
});
