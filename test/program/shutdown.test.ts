import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { toSeries, total } from './exposition.ts';
import { type Daemon, type Lab, listening, openLab, ready } from './lab.ts';
import { eventually, type Running, start } from './program.ts';

/** The promise is 5 s; a machine under load may take longer to start what ends by itself. */
const EXIT_MS = 8_000;

const TWO_REGIONS = { targets: '{regions: [eu-west-1, us-east-1], account_id: "111122223333"}' };

/** Two endpoints: the one in us-east-1 is there to hang. */
function populate({ world }: Lab): string {
  world.addEndpoint({ region: 'us-east-1' });
  const connectionId = world.connect(world.addEndpoint());
  world.talk(connectionId, { ingressBytes: 1_000 });
  return connectionId;
}

async function exitTimeMs(running: Running, signal: NodeJS.Signals): Promise<number> {
  const begin = performance.now();
  running.kill(signal);
  await running.ended;
  return performance.now() - begin;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s during a pass that hangs saves what was learned',
  async (signal) => {
    const lab = await openLab(TWO_REGIONS);
    const connectionId = populate(lab);
    expect((await lab.once()).code).toBe(0);
    lab.world.talk(connectionId, { ingressBytes: 500 });
    const hanging = { action: 'DescribeClientVpnConnections', region: 'us-east-1' };
    lab.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', hanging);

    const daemon = await lab.serve();
    const pages = () => lab.simulator.requests().filter(({ action }) => action === hanging.action);
    await eventually(() => expect(pages()).toHaveLength(4));
    const took = await exitTimeMs(daemon, signal);
    console.log(`${signal} during a hanging pass: exit after ${Math.round(took)} ms`);
    expect(took).toBeLessThan(EXIT_MS);
    expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
    expect(daemon.stderr()).toContain(`msg="Shutting down" signal=${signal}`);

    lab.simulator.clearFaults();
    lab.simulator.deny('DescribeClientVpnConnections');
    const after = await lab.once();
    expect(after.code).toBe(1);
    expect(total(toSeries(after.stdout), 'aws_client_vpn_ingress_bytes_total')).toBe(500);
  },
);

/** A daemon in the middle of an answer that is longer than any buffer and that nobody reads. */
async function stalledDaemon(): Promise<{ readonly daemon: Daemon; readonly scraper: Socket }> {
  const lab = await openLab({ clientVpn: 'connections: {enabled: true, max: 4000}' });
  const endpointId = lab.world.addEndpoint();
  for (let n = 0; n < 4_000; n++) lab.world.connect(endpointId, { username: 'x'.repeat(3_000) });
  const daemon = await lab.serve();
  await ready(daemon);
  const { hostname, port } = new URL(daemon.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write('GET /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n');
  await once(socket, 'readable');
  return { daemon, scraper: socket };
}

test('a scraper that stalls does not hold up the exit', async () => {
  const { daemon } = await stalledDaemon();
  const took = await exitTimeMs(daemon, 'SIGTERM');
  console.log(`SIGTERM with a stalled scraper: exit after ${Math.round(took)} ms`);
  expect(took).toBeLessThan(EXIT_MS);
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
});

test('a scrape that is being answered is answered whole', async () => {
  const { daemon, scraper } = await stalledDaemon();
  daemon.kill('SIGTERM');
  await eventually(() => expect(daemon.stderr()).toContain('Shutting down'));
  const answer = await text(scraper);
  const [, length] = /^content-length: (\d+)\r$/im.exec(answer) ?? [];
  expect(Buffer.byteLength(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toBe(Number(length));
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
});

test('a second signal ends it at once', async () => {
  const { daemon } = await stalledDaemon();
  daemon.kill('SIGTERM');
  await eventually(() => expect(daemon.stderr()).toContain('Shutting down'));
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('SIGTERM while it waits for the folder, at start-up, is obeyed', async () => {
  const lab = await openLab();
  populate(lab);
  mkdirSync(lab.storage);
  // A holder on another machine is watched for five seconds before it gives way.
  const elsewhere = { pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z', token: 'theirs' };
  writeFileSync(join(lab.storage, 'lock'), JSON.stringify(elsewhere));
  const running = start(['serve', ...lab.serveFlags]);
  await eventually(() => expect(running.stderr()).toContain('Starting aws-connections-exporter'));
  const took = await exitTimeMs(running, 'SIGTERM');
  console.log(`SIGTERM at start-up: exit after ${Math.round(took)} ms`);
  expect(took).toBeLessThan(EXIT_MS);
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
  expect(running.stderr()).not.toContain('level=ERROR');
});

test('SIGTERM when nothing is under way', async () => {
  const lab = await openLab();
  populate(lab);
  const daemon = await lab.serve();
  await ready(daemon);
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null, stdout: '' });
  const next = await listening(start(['serve', ...lab.serveFlags]));
  const series = await next.scrape();
  expect(total(series, 'aws_client_vpn_ingress_bytes_total')).toBe(0);
});

test('once is interrupted by SIGINT: exit 1, and the folder is free again', async () => {
  const lab = await openLab();
  populate(lab);
  lab.simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
  const interrupted = start(['once', `--config.file=${lab.configFile}`, `--storage.path=${lab.storage}`]);
  await eventually(() => expect(lab.simulator.requests()).not.toEqual([]));
  interrupted.kill('SIGINT');
  expect(await interrupted.ended).toMatchObject({ code: 1, signal: null, stdout: '' });
  lab.simulator.clearFaults();
  expect((await lab.once()).code).toBe(0);
});
