import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, get as httpGet } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test as plainTest } from 'vitest';
import { needs } from '../support/programs.ts';
import { ACTIVATE, activate, addresses } from './activate.ts';
import { toSeries, total } from './exposition.ts';
import { openLab, type Sections, temporaryFolder } from './lab.ts';
import { cleanEnv, DEADLINE_MS, eventually, launch, main, run } from './program.ts';

const test = needs(ACTIVATE);
const WEBSOCKET = 'enabled: true, endpoints: [{url: "https://a.example/x", source: {type: intake}}]';
const INTAKE = 'enabled: true, allow_unauthenticated: true';
const REGISTERED = 'aws_websocket_registered_connections';

async function status(url: string, path: string, init: RequestInit = {}): Promise<number> {
  return (await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) })).status;
}

const connected = (url: string, id: string) =>
  status(url, '/websocket/connect', { method: 'POST', headers: { ConnectionId: id } });

test('sockets of systemd replace the addresses of the metrics and of the intake', async () => {
  const lab = await openLab({ websocket: WEBSOCKET, intake: `${INTAKE}, listen_address: "256.0.0.1:1"` });
  lab.world.connect(lab.world.addEndpoint());
  const [first = '', second = '', intake = ''] = await addresses(3);
  const file = join(lab.folder, 'metrics.sock');
  const names = '--fdname=metrics:intake:aws-connections-exporter.socket:metrics';
  const running = activate(lab, [first, intake, second, file], [names]);
  for (const address of [first, second])
    await eventually(async () => expect(await status(`http://${address}`, '/-/ready')).toBe(200));
  expect(toSeries(await (await fetch(`http://${second}/metrics`)).text()).size).toBeGreaterThan(10);
  const overFile = await new Promise<string>((resolve, reject) => {
    httpGet({ socketPath: file, path: '/-/healthy', agent: new Agent() }, (answer) =>
      resolve(text(answer)),
    ).on('error', reject);
  });
  expect(overFile).toContain('healthy');
  expect(await connected(`http://${intake}`, 'a=')).toBe(200);
  expect(await status(`http://${intake}`, '/metrics')).toBe(404);
  expect(running.stderr()).toMatch(
    new RegExp(
      `msg=Listening urls="http://${first}/metrics http://${second}/metrics descriptor 6 of systemd`,
    ),
  );

  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
  expect(total(toSeries((await lab.once()).stdout), REGISTERED)).toBe(1);
});

test('a reload keeps the sockets, also one of an intake that was off for a while', async () => {
  const lab = await openLab({ websocket: WEBSOCKET, intake: INTAKE });
  const [metrics = '', intake = ''] = (await addresses(2)).map((address) => `http://${address}`);
  const listen = [metrics, intake].map((url) => url.slice('http://'.length));
  const running = activate(lab, listen, ['--fdname=metrics:intake']);
  await eventually(async () => expect(await connected(intake, 'a=')).toBe(200));
  const reload = async (sections: Sections) => {
    lab.configure(sections);
    expect(await status(metrics, '/-/reload', { method: 'POST' })).toBe(200);
  };
  await reload({});
  expect(await connected(intake, 'b=')).toBe(503);
  await reload({ websocket: WEBSOCKET, intake: `${INTAKE}, listen_address: ":1"` });
  expect(await connected(intake, 'b=')).toBe(200);
  await reload({ websocket: WEBSOCKET, intake: `${INTAKE}, listen_address: ":2"` });
  expect(await connected(intake, 'c=')).toBe(200);
  expect(running.stderr().match(/msg="Taking in events"/g)).toHaveLength(2);
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
});

test('who connects while the exporter restarts is answered by the next one', async () => {
  const lab = await openLab();
  const [address = ''] = await addresses(1);
  const go = join(lab.folder, 'go');
  // Like systemd it holds the socket, and starts the program again once it may.
  const again = `while ! [ -e ${go} ]; do sleep 0.05; done; "$@"`;
  const twice = ['sh', '-c', `"$@"; ${again}`, 'sh', 'sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh'];
  const running = activate(lab, [address], [], undefined, twice);
  const get = () => status(`http://${address}`, '/-/healthy', { headers: { Connection: 'close' } });
  await eventually(async () => expect(await get()).toBe(200));
  const [child = ''] = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').split(' ');
  process.kill(Number(child), 'SIGTERM');
  await eventually(() => expect(existsSync(`/proc/${child}`)).toBe(false));
  const waiting = get();
  writeFileSync(go, '');
  expect(await waiting).toBe(200);
  expect(running.stderr().match(/msg=Listening/g)).toHaveLength(2);
  const [next = ''] = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').split(' ');
  process.kill(Number(next), 'SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0 });
});

test('an intake that was never on answers 503 at its socket', async () => {
  const lab = await openLab();
  const [metrics = '', intake = ''] = await addresses(2);
  const running = activate(lab, [metrics, intake], ['--fdname=metrics:intake']);
  await eventually(async () => expect(await connected(`http://${intake}`, 'a=')).toBe(503));
  expect(running.stderr()).not.toContain('Taking in events');
});

test('what is started by the exporter inherits neither sockets nor what is said of them', async () => {
  const lab = await openLab({
    targets: '{regions: [eu-west-1], profile: lab, account_id: "111122223333"}',
  });
  const folder = temporaryFolder();
  const [helper, seen] = [join(folder, 'helper.sh'), join(folder, 'seen')];
  writeFileSync(join(folder, 'config'), `[profile lab]\ncredential_process = ${helper}\n`);
  writeFileSync(helper, `#!/bin/sh\n(env; ls -l /proc/self/fd) > ${seen}.new\nmv ${seen}.new ${seen}\n`);
  chmodSync(helper, 0o755);
  const [metrics = ''] = await addresses(1);
  const env = { ...cleanEnv, AWS_CONFIG_FILE: join(folder, 'config') };
  activate(lab, [metrics], [], env);
  await eventually(async () => expect(await status(`http://${metrics}`, '/-/healthy')).toBe(200));
  await eventually(() => expect(existsSync(seen)).toBe(true));
  const told = readFileSync(seen, 'utf8');
  expect(told).toContain('PATH=');
  expect(told).not.toContain('LISTEN_');
  expect(told.match(/ ([3-9]|\d\d+) -> \S+/g)).toEqual([expect.stringMatching(/^ 3 -> \/proc\/\d+\/fd$/)]);
});

test('a socket of datagrams, and a connection instead of a socket (Accept=yes), are told in words', async () => {
  for (const given of ['--datagram', '--accept']) {
    const lab = await openLab();
    const [metrics = ''] = await addresses(1);
    const running = activate(lab, [metrics], [given]);
    const script = `exec 9<>/dev/${given === '--accept' ? 'tcp' : 'udp'}/${metrics.replace(':', '/')}; echo x >&9`;
    await eventually(async () => {
      await launch('bash', ['-c', script]).ended;
      expect(running.stderr()).toContain(
        'opening the metrics port (--web.systemd-socket): cannot listen on descriptor 3 of systemd: it is no listening stream socket; the .socket unit needs ListenStream= and Accept=no',
      );
    });
  }
});

plainTest.each([
  ['without systemd', '', 'no socket activation file descriptors found: start it by a .socket unit'],
  ['for another process', 'LISTEN_FDS=1 LISTEN_PID=1', 'they are for process 1 (LISTEN_PID), and this is'],
  ['of a file', 'LISTEN_FDS=1 LISTEN_PID=$$', 'socket activation gave descriptor 3, which is no socket'],
])('--web.systemd-socket %s is an error in words, at once', async (_, variables, words) => {
  const command = `${variables} exec ${process.execPath} ${main} --storage.path= --web.systemd-socket 3</dev/null`;
  const { code, stdout, stderr } = await launch('sh', ['-c', command]).ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('msg="The exporter could not be started"');
  expect(stderr).toContain(words);
});

plainTest('sockets that are not asked for are told, and not used', async () => {
  const lab = await openLab();
  const flags = `--config.file=${lab.configFile} --storage.path=${lab.storage} --web.listen-address=127.0.0.1:0`;
  const command = `LISTEN_FDS=1 LISTEN_PID=$$ exec ${process.execPath} ${main} ${flags}`;
  const running = launch('sh', ['-c', command]);
  await eventually(() => expect(running.stderr()).toContain('msg=Listening'));
  expect(running.stderr()).toContain(
    'level=WARN msg="Sockets that systemd opened are not used: --web.systemd-socket is not given"',
  );
});

plainTest('--web.disable-exporter-metrics leaves out the process and Node.js, and nothing else', async () => {
  const lab = await openLab();
  lab.world.connect(lab.world.addEndpoint());
  const families = async (...flags: string[]) => {
    const config = `--config.file=${lab.configFile}`;
    const { code, stdout } = await run(['once', config, '--storage.path=', ...flags]);
    expect(code).toBe(0);
    return [...stdout.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  };
  const all = await families();
  const own = await families('--web.disable-exporter-metrics');
  expect(own).toEqual(all.filter((name) => !/^(process|nodejs)_/.test(name)));
  expect(all.length - own.length).toBeGreaterThan(20);
  expect(own.filter((name) => name.startsWith('aws_connections_exporter_')).length).toBeGreaterThan(10);
});
