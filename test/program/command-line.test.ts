import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listening, openLab, ready, temporaryFolder } from './lab.ts';
import { eventually, run, start } from './program.ts';

const commands = ['serve', 'once', 'check', 'connections', 'demo', 'describe'];

test('--help names every command, and each has help of its own, on stdout', async () => {
  const overview = await run(['--help']);
  expect(overview).toMatchObject({ code: 0, stderr: '' });
  for (const command of commands) expect(overview.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  const pages = await Promise.all(commands.map((command) => run([command, '--help'])));
  for (const [n, page] of pages.entries()) {
    expect(page).toMatchObject({ code: 0, stderr: '' });
    expect(page.stdout).toContain(`Usage: aws-connections-exporter ${commands[n]} `);
  }
  expect(new Set(pages.map(({ stdout }) => stdout)).size).toBe(commands.length);
});

test('help and version are understood without dashes', async () => {
  const [help, ofServe, version] = await Promise.all([
    run(['help']),
    run(['help', 'serve']),
    run(['version']),
  ]);
  expect(help).toEqual(await run(['--help']));
  expect(ofServe).toEqual(await run(['serve', '--help']));
  expect(version).toEqual(await run(['--version']));
});

test('--version tells the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const { code, stdout, stderr } = await run(['--version']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`aws-connections-exporter ${version} `);
});

test.each([
  [['--web.listen-adress=:1'], 'unknown flag --web.listen-adress, did you mean --web.listen-address?'],
  [['serv'], 'unknown command serv, did you mean serve?'],
  [['describe', 'metric'], 'unknown topic metric, did you mean metrics?'],
  [['--web.config.file=~/web.yml'], '--web.config.file: only a shell knows what ~ stands for'],
  [['--web.listen-address=127.0.0.1'], '--web.listen-address: "127.0.0.1" is not a listen address'],
  [['--web.max-requests=many'], '--web.max-requests: expected a whole number'],
])('%j is not understood: exit 2, and stderr says why', async (args, sentence) => {
  const outcome = await run(args);
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome.stderr).toContain(sentence);
});

test('sections that do not fit each other are refused, a sentence each', async () => {
  const file = join(temporaryFolder(), 'exporter.yaml');
  writeFileSync(file, 'websocket: {enabled: true}\nintake: {enabled: true}\n');
  const { code, stdout, stderr } = await run(['serve', `--config.file=${file}`, '--storage.path=']);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('websocket.endpoints: there is nothing to look at; name endpoints here');
  expect(stderr).toContain('intake.token_file: the intake needs a file with a secret here');
});

test('it cannot start on an address that the machine does not have', async () => {
  const lab = await openLab();
  const outcome = await lab.run('serve', '--storage.path=', '--web.listen-address=192.0.2.1:0');
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toContain('cannot listen on 192.0.2.1:0: this machine has no such address');
  expect(lab.simulator.requests()).toEqual([]);
});

test('a port in use is a clear error, and leaves the other address and the folder free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const lab = await openLab();
  const { code, stderr } = await run(['serve', ...lab.serveFlags, `--web.listen-address=127.0.0.1:${port}`]);
  expect(code).toBe(1);
  expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: another process listens there already`);
  expect((await lab.once()).code).toBe(0);
});

test('a port of the intake that is in use is a clear error, and leaves the folder free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const endpoint =
    '{url: "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}';
  const websocket = `enabled: true, endpoints: [${endpoint}]`;
  const intake = (address: string) =>
    `enabled: true, allow_unauthenticated: true, listen_address: "${address}"`;
  const lab = await openLab({ websocket, intake: intake(`127.0.0.1:${port}`) });
  const outcome = await run(['serve', ...lab.serveFlags]);
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toContain('opening the intake (intake.listen_address)');
  expect(outcome.stderr).toContain(
    `cannot listen on 127.0.0.1:${port}: another process listens there already`,
  );
  expect(lab.simulator.requests()).toEqual([]);
  lab.configure({ websocket, intake: intake('127.0.0.1:0') });
  expect((await lab.serve()).intakeUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('two listen addresses answer alike, and the environment may give them', async () => {
  const lab = await openLab();
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_CONNECTIONS_EXPORTER_CONFIG_FILE: lab.configFile,
    AWS_CONNECTIONS_EXPORTER_STORAGE_PATH: '',
    AWS_CONNECTIONS_EXPORTER_WEB_LISTEN_ADDRESS: '127.0.0.1:0, 127.0.0.2:0',
    AWS_CONNECTIONS_EXPORTER_WEB_TELEMETRY_PATH: '/numbers',
  };
  const running = start([], { env });
  await listening(running);
  const urls = running.stderr().match(/http:\/\/127[^ "]+/g) ?? [];
  expect(urls.map((url) => new URL(url).hostname)).toEqual(['127.0.0.1', '127.0.0.2']);
  for (const url of urls) {
    expect(url).toMatch(/\/numbers$/);
    expect((await fetch(url)).status).toBe(200);
  }
});

test('--web.max-requests bounds the scrapes under way, and one that nobody reads makes room', async () => {
  const lab = await openLab({ clientVpn: 'connections: {enabled: true, max: 4000}' });
  const endpointId = lab.world.addEndpoint();
  for (let n = 0; n < 4_000; n++) lab.world.connect(endpointId, { username: 'x'.repeat(3_000) });
  const daemon = await lab.serve(['--web.max-requests=1']);
  await ready(daemon);
  const { hostname, port } = new URL(daemon.url);
  const stalled = connect(Number(port), hostname);
  onTestFinished(() => void stalled.destroy());
  stalled.write('GET /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n');
  await once(stalled, 'readable');
  expect((await daemon.get('/-/healthy')).status).toBe(200);
  await eventually(async () => expect((await daemon.get('/metrics')).status).toBe(200));
  expect(daemon.stderr()).toContain('All 1 scrapes that are answered at a time were taken');
  expect(daemon.stderr()).toContain('from="127.0.0.1 (1)"');
});
