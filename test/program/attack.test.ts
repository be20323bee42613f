import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { toSeries, total } from './exposition.ts';
import { type Lab, listening, openLab, ready } from './lab.ts';
import { cleanEnv, eventually, keys, launch, main, run, start } from './program.ts';

/** A disk that is always full; not every system has one. */
const FULL = '/dev/full';
const onLinux = test.runIf(existsSync(FULL));

/** Starts a line of shell with $PROGRAM, and $CONFIG and $STORAGE of the lab. */
function shell(line: string, lab: Lab) {
  const env = {
    ...cleanEnv,
    ...keys,
    PROGRAM: `${process.execPath} ${main}`,
    CONFIG: `--config.file=${lab.configFile}`,
    STORAGE: `--storage.path=${lab.storage}`,
  };
  return launch('sh', ['-c', line], { env, cwd: lab.folder });
}

onLinux.each(['logfmt', 'json'])('serve lives on while its log (%s) cannot be written', async (format) => {
  const lab = await openLab();
  lab.world.connect(lab.world.addEndpoint());
  const port = await freePort();
  const flags = `--log.level=debug --log.format=${format} --web.listen-address=127.0.0.1:${port}`;
  const daemon = shell(`exec $PROGRAM serve $CONFIG $STORAGE ${flags} 2>${FULL}`, lab);
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await eventually(async () => expect((await get('/-/ready')).status).toBe(200));
  // A broken file makes it say something at level error.
  writeFileSync(lab.configFile, 'nonsense: 1\n');
  daemon.kill('SIGHUP');
  const reloaded = 'aws_connections_exporter_config_last_reload_successful';
  await eventually(async () =>
    expect(total(toSeries(await (await get('/metrics')).text()), reloaded)).toBe(0),
  );
  expect((await get('/-/healthy')).status).toBe(200);
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
});

onLinux.each([
  ['once $CONFIG --storage.path='],
  ['connections $CONFIG'],
  ['check $CONFIG'],
  ['check $CONFIG --aws'],
  ['--help'],
  ['--version'],
  ['describe metrics'],
  ['describe rules'],
  ['describe iam-policy $CONFIG'],
  ['describe config-schema'],
])('%s on a full disk: exit 1, and a sentence', async (command) => {
  const lab = await openLab();
  lab.world.connect(lab.world.addEndpoint());
  const { code, stderr } = await shell(`$PROGRAM ${command} >${FULL}`, lab).ended;
  expect(code).toBe(1);
  const lines = stderr.split('\n').filter((line) => !line.includes('level=INFO') && line !== '');
  expect(lines).toEqual([
    'aws-connections-exporter: the result could not be written to stdout: ENOSPC: no space left on device, write',
  ]);
});

test('once into a file is whole, and what was there before stays with >>', async () => {
  const lab = await openLab({ clientVpn: 'connections: {enabled: true, max: 3000}' });
  const endpointId = lab.world.addEndpoint();
  for (let n = 0; n < 3_000; n++) lab.world.connect(endpointId, { username: `user${n}${'x'.repeat(200)}` });
  const file = join(lab.folder, 'out.prom');
  writeFileSync(file, '# before\n');
  const { code } = await shell(`$PROGRAM once $CONFIG $STORAGE >>${file}`, lab).ended;
  expect(code).toBe(0);
  const text = readFileSync(file, 'utf8');
  expect(text.startsWith('# before\n# HELP ')).toBe(true);
  expect(text.endsWith('\n')).toBe(true);
  const series = toSeries(text);
  expect(total(series, 'aws_client_vpn_connection_info')).toBe(3_000);
  expect(total(series, 'process_start_time_seconds')).toBeGreaterThan(0);
});

test.each([
  ['0-999999999 * * * * *', 'is not a cron expression: its numbers are too large'],
  ['0,'.repeat(300_000), 'is not a cron expression: it is too long'],
])('check refuses the schedule %.25s at once: exit 1', async (schedule, sentence) => {
  const lab = await openLab({ clientVpn: `schedule: "${schedule}"` });
  const { code, stdout, stderr } = await lab.run('check');
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toContain(`client_vpn.schedule: "${schedule.slice(0, 20)}`);
  expect(stdout).toContain(sentence);
  expect(stdout.length).toBeLessThan(1_000);
});

test('check of a file with 3,000 unknown keys shows the first hundred, and counts them all', async () => {
  const lab = await openLab();
  writeFileSync(lab.configFile, Array.from({ length: 3_000 }, (_, n) => `key${n}: 1\n`).join(''));
  const { code, stdout } = await lab.run('check');
  const lines = stdout.trimEnd().split('\n');
  expect([code, lines.length]).toEqual([1, 102]);
  expect(lines.slice(-2)).toEqual([`${lab.configFile}: and 2900 more problems`, '3000 problems found']);
});

test('the same listen address twice listens once', async () => {
  const lab = await openLab();
  const address = `--web.listen-address=127.0.0.1:${await freePort()}`;
  const running = start(['serve', `--config.file=${lab.configFile}`, '--storage.path=', address, address]);
  const line = await eventually(() => {
    const found = /msg=Listening urls=(.*)/.exec(running.stderr())?.[1];
    if (found === undefined) throw new Error(running.stderr());
    return found;
  });
  expect(line.match(/http:/g)).toHaveLength(1);
});

test('SIGHUP before the start is complete is survived, and reloads afterwards', async () => {
  const lab = await openLab();
  mkdirSync(lab.storage);
  // A holder on another machine is watched for five seconds before it gives way.
  const elsewhere = { pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z', token: 'theirs' };
  writeFileSync(join(lab.storage, 'lock'), JSON.stringify(elsewhere));
  const running = start(['serve', ...lab.serveFlags]);
  await eventually(() => expect(running.stderr()).toContain('Starting aws-connections-exporter'));
  running.kill('SIGHUP');
  await eventually(() => expect(running.stderr()).toContain('SIGHUP came before the start was complete'));
  const daemon = await listening(running);
  await ready(daemon);
  daemon.kill('SIGHUP');
  await eventually(() => expect(running.stderr()).toContain('The configuration was reloaded'));
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
});

test('SIGUSR1 opens no debugger, and SIGHUP followed by SIGTERM is no error', async () => {
  const lab = await openLab();
  const daemon = await listening(start(['serve', ...lab.serveFlags, '--log.level=debug']));
  await ready(daemon);
  daemon.kill('SIGUSR1');
  await eventually(() => expect(daemon.stderr()).toContain('SIGUSR1 does nothing here'));
  expect((await daemon.get('/-/healthy')).status).toBe(200);
  daemon.kill('SIGHUP');
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  expect(daemon.stderr()).not.toMatch(/Debugger|level=ERROR/);
});

test('serve, once and check tell an unexpected error with its causes, in one line', async () => {
  const env = { ...cleanEnv, ...keys, AWS_REGION: 'no region' };
  const whole =
    /no region for target default: the environment variable AWS_REGION is none: expected the name of an AWS region .*, got \\?"no region\\?"/;
  for (const command of [
    ['check', '--aws'],
    ['once', '--storage.path='],
    ['serve', '--storage.path='],
  ]) {
    const { code, stderr } = await run(command, { env });
    const lines = stderr.split('\n').filter((line) => whole.test(line));
    expect([command, code, lines.length]).toEqual([command, 1, 1]);
    expect(stderr).not.toContain('    at ');
  }
});

test('connections does not repeat a name of a filter that AWS repeats, where names are hidden', async () => {
  const server = createHttpServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (body.includes('Action=DescribeClientVpnEndpoints')) {
      const item = '<item><clientVpnEndpointId>cvpn-endpoint-1</clientVpnEndpointId></item>';
      response.end(`<R><clientVpnEndpoint>${item}</clientVpnEndpoint></R>`);
      return;
    }
    const error = '<Error><Code>InvalidParameterValue</Code><Message>no user alice</Message></Error>';
    response.writeHead(400).end(`<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const filters = 'filters: [{name: username, values: [alice]}]';
  const lab = await openLab();
  for (const [identity, shown] of [
    ['drop', 'no user <name>'],
    ['plain', 'no user alice'],
  ]) {
    lab.configure({
      aws: `max_attempts: 1, endpoint_urls: {ec2: "http://127.0.0.1:${port}"}`,
      clientVpn: `identity: ${identity}, ${filters}`,
    });
    const { code, stderr } = await lab.run('connections');
    expect(code).toBe(1);
    expect(stderr).toContain(shown);
    expect(stderr.includes('alice')).toBe(identity === 'plain');
  }
});
