import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { credentialHelper, isRunning, sharedFiles } from '../support/credentials.ts';
import { HALF_HELLO, shakenHands, WHOLE_HELLO } from '../support/tls-client.ts';
import { ask, login } from '../support/web-port.ts';
import { webFolder } from '../web-config/folder.ts';
import { toSeries, total } from './exposition.ts';
import { onHangingDisk } from './hanging-disk.ts';
import { type Daemon, type Lab, openLab, ready } from './lab.ts';
import { cleanEnv, eventually, type Running, start } from './program.ts';

/** The promise is 5 s; a machine under load may take longer. */
const EXIT_MS = 8_000;
const ENDPOINTS = 'endpoints: [{url: "https://a.example/x", source: {type: intake}}]';
const WEBSOCKET = `enabled: true, schedule: "0 0 1 1 *", stale_after: 3y, ${ENDPOINTS}`;
const INTAKE = 'enabled: true, listen_address: "127.0.0.1:0", allow_unauthenticated: true';
const TLS = 'tls_server_config: {cert_file: server.pem, key_file: server.key}\n';
const REGISTERED = 'aws_websocket_registered_connections';

/** Tells it to end, and when it had. */
async function endTimeMs(running: Running, what: string): Promise<void> {
  const begin = performance.now();
  running.kill('SIGTERM');
  await running.ended;
  const took = Math.round(performance.now() - begin);
  console.log(`SIGTERM ${what}: exit after ${took} ms`);
  expect(took).toBeLessThan(EXIT_MS);
}

/** Connections that say this, and nothing more. */
async function crowd(url: string, count: number, text: string | Buffer): Promise<readonly Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: count }, () => connect(Number(port), hostname));
  for (const socket of sockets) {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  }
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.write(text);
  return sockets;
}

const tell = async (daemon: Daemon, id: string) =>
  (await fetch(`${daemon.intakeUrl}/websocket/connect`, { method: 'POST', headers: { ConnectionId: id } }))
    .status;

/** What the next process finds of the events that were taken in. */
async function registered(lab: Lab): Promise<number | undefined> {
  return total(toSeries((await lab.once()).stdout), REGISTERED);
}

test('SIGTERM among many slow scrapers, and clients of the intake in the middle of a request, saves what came in', async () => {
  const lab = await openLab({ websocket: WEBSOCKET, intake: INTAKE });
  lab.world.connect(lab.world.addEndpoint());
  const daemon = await lab.serve();
  await ready(daemon);
  await crowd(daemon.url, 200, 'GET /metrics HTTP/1.1\r\nHost: x\r\n');
  await crowd(daemon.url, 30, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20));
  await crowd(daemon.intakeUrl, 200, 'POST /websocket HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  expect([await tell(daemon, 'a='), await tell(daemon, 'b=')]).toEqual([200, 200]);
  await endTimeMs(daemon, 'among 430 slow clients');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  expect(await registered(lab)).toBe(2);
});

test('SIGTERM among slow clients and half handshakes of TLS, while a password is compared, saves what came in', async () => {
  const folder = webFolder({
    'tls.yml': TLS,
    // At this cost a comparison takes half a minute.
    'slow.yml': `${TLS}basic_auth_users: {bob: "$2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR."}\n`,
  });
  const intake = `${INTAKE}, web_config_file: "${join(folder, 'tls.yml')}"`;
  const lab = await openLab({ websocket: WEBSOCKET, intake });
  const daemon = await lab.serve([`--web.config.file=${join(folder, 'slow.yml')}`]);
  const event = (id: string) =>
    ask(`${daemon.intakeUrl}/websocket/connect`, { method: 'POST', headers: { ConnectionId: id } });
  await eventually(async () => expect(await event('a=')).toMatchObject({ status: 200 }));
  const asked = ask(`${daemon.url}/metrics`, { headers: login('bob', 'bob123') });
  for (const url of [daemon.url, daemon.intakeUrl]) {
    await crowd(url, 100, HALF_HELLO);
    await crowd(url, 100, WHOLE_HELLO);
    for (let n = 0; n < 20; n += 1)
      (await shakenHands(url)).on('error', () => {}).write('POST /websocket HTTP/1.1\r\nHost: x\r\n');
  }
  expect(await event('b=')).toMatchObject({ status: 200 });
  await endTimeMs(daemon, 'among 440 slow clients of TLS');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  expect(await asked).toEqual({ error: 'ECONNRESET' });
  expect(await registered(lab)).toBe(2);
});

test('SIGTERM during a reload whose credentials hang saves what came in, and leaves no helper behind', async () => {
  const lab = await openLab({ websocket: WEBSOCKET, intake: INTAKE });
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  files.config(`[profile network]\ncredential_process = ${helper.path}\n`);
  files.credentials({ default: 'AKIADEFAULT' });
  const daemon = await lab.serve([], { env: { ...cleanEnv, ...files.env } });
  await ready(daemon);
  expect(await tell(daemon, 'a=')).toBe(200);
  helper.hangs();
  lab.configure({
    targets: '{regions: [eu-west-1], profile: network}',
    websocket: WEBSOCKET,
    intake: INTAKE,
  });
  daemon.kill('SIGHUP');
  await eventually(() => expect(helper.hung()).not.toEqual([]));
  expect(await tell(daemon, 'b=')).toBe(200);
  await endTimeMs(daemon, 'during a reload');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  await eventually(() => expect(helper.hung().filter(isRunning)).toEqual([]));
  lab.configure({ websocket: WEBSOCKET, intake: INTAKE });
  expect(await registered(lab)).toBe(2);
});

test('SIGTERM during the first pass, while AWS hangs, ends without a fault', async () => {
  const lab = await openLab({ targets: '{regions: [eu-west-1]}' });
  lab.world.addEndpoint();
  lab.simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
  const daemon = await lab.serve();
  await eventually(() => expect(lab.simulator.requests()).not.toEqual([]));
  await endTimeMs(daemon, 'during the first pass');
  const { code, signal, stderr } = await daemon.ended;
  expect([code, signal]).toEqual([0, null]);
  expect(stderr).not.toContain('level=ERROR');
});

test('SIGTERM while the disk hangs at the start', async () => {
  const lab = await openLab();
  const flag = join(lab.folder, 'hang');
  writeFileSync(flag, '');
  const env = onHangingDisk(flag, join(lab.folder, 'hanging-disk.mjs'), 'new Promise(() => {})');
  const running = start(['serve', ...lab.serveFlags], { env });
  await eventually(() => expect(running.stderr()).toContain('Starting aws-connections-exporter'));
  await endTimeMs(running, 'while the disk hangs at the start');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
  expect(running.stderr()).toContain('Shutting down before the start was complete');
});
