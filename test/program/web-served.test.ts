import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { last, toStages } from '../support/dockerfile.ts';
import { needs } from '../support/programs.ts';
import { as, ask, login } from '../support/web-port.ts';
import { webFolder } from '../web-config/folder.ts';
import { type Daemon, openLab } from './lab.ts';
import { eventually, launch, start } from './program.ts';
import { startPrometheus } from './prometheus.ts';

const MUTUAL = `tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: client.pem
  client_allowed_sans: [test3]
`;
const USERS = `basic_auth_users:
  carol: $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu
`;
const CLIENT = as('client');
const CAROL = login('carol', 'carol123');
const EVENTS = 'aws_connections_exporter_intake_events_total';
const INTAKE = 'enabled: true, listen_address: "127.0.0.1:0"';

/** A daemon behind a web configuration of each port. */
async function serve(
  texts: { readonly web: string; readonly intake?: string },
  more: readonly string[] = [],
) {
  const folder = webFolder({ 'web.yml': texts.web, 'intake.yml': texts.intake ?? '', token: 'secret\n' });
  const lab = await openLab({
    intake: `${INTAKE}, token_file: "${join(folder, 'token')}", web_config_file: "${join(folder, 'intake.yml')}"`,
    websocket: `enabled: true, endpoints: [{url: "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]`,
  });
  const daemon = await lab.serve([`--web.config.file=${join(folder, 'web.yml')}`, ...more]);
  return { lab, daemon, folder };
}

/** Waits until the first pass has ended. */
async function ready(daemon: Daemon): Promise<void> {
  await eventually(async () =>
    expect(await ask(`${daemon.url}/-/ready`, { ...CLIENT, headers: CAROL })).toMatchObject({ status: 200 }),
  );
}

needs('curl')('curl is served over mutual TLS with a password, at both ports', async () => {
  const { daemon, folder } = await serve({ web: MUTUAL + USERS, intake: MUTUAL + USERS });
  await ready(daemon);
  const curl = async (...args: readonly string[]) => {
    const flags = ['-sS', '--max-time', '20', '--cacert', `${folder}/authority.pem`];
    const { code, stdout } = await launch('curl', [...flags, ...args]).ended;
    return { code, stdout };
  };
  const mutual = ['--cert', `${folder}/client.pem`, '--key', `${folder}/client.key`];
  const carol = ['--user', 'carol:carol123'];
  const metrics = `${daemon.url}/metrics`;
  expect((await curl(...mutual, ...carol, metrics)).stdout).toContain('aws_connections_exporter_build_info{');
  expect((await curl(...mutual, metrics)).stdout).toBe('Unauthorized\n');
  expect((await curl(...mutual, '--user', 'carol:carol1234', metrics)).stdout).toBe('Unauthorized\n');
  expect((await curl(...carol, metrics)).code).not.toBe(0);
  expect((await curl(...mutual, ...carol, '--tls-max', '1.1', metrics)).code).toBe(35);
  expect((await curl(...carol, metrics.replace('https:', 'http:'))).stdout).toMatch(
    /^Client sent an HTTP request/,
  );
  expect((await curl(...mutual, ...carol, '--http2-prior-knowledge', metrics)).code).toBe(0);

  const event = [
    '--request',
    'POST',
    '--header',
    'ConnectionId: aaaaaaaaaaaaaaa=',
    `${daemon.intakeUrl}/websocket/connect`,
  ];
  const token = ['--header', 'X-Intake-Token: secret'];
  const status = ['--output', '/dev/null', '--write-out', '%{http_code}'];
  const code = async (...args: readonly string[]) =>
    (await curl(...mutual, ...status, ...args, ...event)).stdout;
  expect(await code(...carol, ...token)).toBe('200');
  expect(await code(...carol)).toBe('401');
  expect(await code(...token)).toBe('401');
  const { body } = await ask(metrics, { ...CLIENT, headers: CAROL });
  expect(body).toContain(`${EVENTS}{event="connect",result="unauthorized"} 2\n`);
  expect(body).toContain(`${EVENTS}{event="connect",result="accepted"} 1\n`);
  expect(daemon.stderr()).not.toMatch(/carol123|secret/);
});

needs('prometheus')('a real Prometheus scrapes over mutual TLS with a password', async () => {
  const { lab, daemon, folder } = await serve({ web: MUTUAL + USERS });
  await ready(daemon);
  const tls = `tls_config: {ca_file: "${folder}/authority.pem", cert_file: "${folder}/client.pem", key_file: "${folder}/client.key"}`;
  const job = `${tls}, basic_auth: {username: carol, password: carol123}`;
  const prometheus = await startPrometheus(daemon, lab.folder, job);
  await eventually(async () => expect(await prometheus.value('up{job="exporter"}')).toBe(1));
  // A changed password keeps it out with the next scrape, and a broken file as well.
  writeFileSync(join(folder, 'web.yml'), MUTUAL + USERS.replace('carol', 'dave'));
  await eventually(async () => expect(await prometheus.value('up{job="exporter"}')).toBe(0));
  writeFileSync(join(folder, 'web.yml'), MUTUAL + USERS);
  await eventually(async () => expect(await prometheus.value('up{job="exporter"}')).toBe(1));
  writeFileSync(join(folder, 'web.yml'), `${MUTUAL}hogehoge\n`);
  await eventually(async () => expect(await prometheus.value('up{job="exporter"}')).toBe(0));
});

test('the log says where TLS is spoken, and where passwords are sent in the clear', async () => {
  const { daemon } = await serve({ web: MUTUAL });
  const { host } = new URL(daemon.url);
  const says = (one: typeof daemon, line: string) =>
    eventually(async () => expect(one.stderr()).toContain(line));
  await says(daemon, `level=INFO msg=Listening urls=https://${host}/metrics`);
  await says(daemon, `level=INFO msg="TLS is enabled." http2=false address=${host}`);
  const plain = await serve({ web: USERS });
  await says(plain.daemon, 'level=INFO msg="TLS is disabled." http2=false address=127.0.0.1:');
  expect(plain.daemon.stderr()).toMatch(/level=WARN msg=.*without TLS, passwords can be read/);
  await says(await (await openLab()).serve(), 'msg="TLS is disabled."');
});

test('the thread that compares passwords keeps nobody waiting at the end', async () => {
  const cost18 = 'basic_auth_users:\n  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.\n';
  const { daemon } = await serve({ web: cost18 });
  const asked = ask(`${daemon.url}/metrics`, { headers: login('bob', 'bob123') });
  await eventually(async () => expect(await ask(`${daemon.url}/metrics`)).toMatchObject({ status: 401 }));
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0 });
  expect(await asked).toEqual({ error: 'ECONNRESET' });
});

test('the health check of the image finds it well behind TLS and a password, and ill while nobody is let in', async () => {
  const [stage] = toStages(readFileSync('Dockerfile', 'utf8')).slice(-1);
  if (!stage) throw new Error('the Dockerfile has no stage');
  const [, ...words] = JSON.parse(last(stage, 'HEALTHCHECK').rest.replace(/^CMD /, '')) as string[];
  const check = async ({ url }: Daemon) => {
    const args = words.map((word) => word.replace(':10176/', `:${new URL(url).port}/`));
    return (await launch(process.execPath, args).ended).code;
  };
  const mutual = await serve({ web: MUTUAL + USERS });
  expect(await check(mutual.daemon)).toBe(0);
  const plain = await serve({ web: USERS });
  expect(await check(plain.daemon)).toBe(0);
  for (const { folder, daemon } of [mutual, plain]) {
    writeFileSync(join(folder, 'web.yml'), 'hogehoge');
    expect(await check(daemon)).toBe(1);
  }
});

test('a reload gives the intake another web configuration, at the same address, and ends who was there before', async () => {
  const folder = webFolder({ 'intake.yml': MUTUAL });
  const lab = await openLab({ intake: `${INTAKE}, allow_unauthenticated: true` });
  const daemon = await lab.serve();
  const port = new URL(daemon.intakeUrl).port;
  const plain = `http://127.0.0.1:${port}/websocket/connect`;
  const event = { method: 'POST', headers: { ConnectionId: 'aaaaaaaaaaaaaaa=' } };
  expect(await ask(plain, event)).toMatchObject({ status: 200 });
  lab.configure({
    intake: `enabled: true, listen_address: "127.0.0.1:0", allow_unauthenticated: true, web_config_file: "${join(folder, 'intake.yml')}"`,
  });
  daemon.kill('SIGHUP');
  await eventually(() => expect(daemon.stderr()).toContain(`urls=https://127.0.0.1:${port}/websocket`));
  expect(await ask(plain, event)).toMatchObject({ status: 400 });
  expect(await ask(plain.replace('http:', 'https:'), { ...event, ...CLIENT })).toMatchObject({ status: 200 });
  expect(await ask(plain.replace('http:', 'https:'), event)).toEqual({ error: expect.any(String) });
});

test('the demo is served over TLS, and says so', async () => {
  const folder = webFolder({ 'web.yml': MUTUAL + USERS });
  const demo = start([
    'demo',
    `--web.config.file=${join(folder, 'web.yml')}`,
    '--web.listen-address=127.0.0.1:0',
  ]);
  const url = await eventually(() => {
    const found = /metrics {6}(https:\S+)/.exec(demo.stdout())?.[1];
    if (found === undefined) throw new Error(demo.stderr());
    return found;
  });
  expect(await ask(url, { ...CLIENT, headers: CAROL })).toMatchObject({ status: 200 });
});
