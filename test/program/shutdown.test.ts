import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toSeries, total } from './exposition.ts';
import { type Lab, listening, openLab, ready } from './lab.ts';
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

test.each(['SIGTERM', 'SIGINT'] as const)('%s during a pass that hangs saves what was learned', async (signal) => {
  const lab = await openLab(TWO_REGIONS);
  const connectionId = populate(lab);
  expect((await lab.once()).code).toBe(0);
  lab.world.talk(connectionId, { ingressBytes: 500 });
  const hanging = { action: 'DescribeClientVpnConnections', region: 'us-east-1' };
  lab.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', hanging);

  const daemon = await lab.serve();
  const before = lab.simulator.requests().length;
  await eventually(() => expect(lab.simulator.requests().length).toBeGreaterThanOrEqual(before + 2));
  await eventually(() =>
    expect(lab.simulator.requests().filter(({ action }) => action === hanging.action).length).toBe(4),
  );
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
});

test('a scraper that stalls does not hold up the exit', async () => {
  const lab = await openLab({ clientVpn: 'connections: {enabled: true}' });
  const endpointId = lab.world.addEndpoint();
  for (let n = 0; n < 2_000; n++) lab.world.connect(endpointId, { username: `user${n}` });
  const daemon = await lab.serve();
  await ready(daemon);
  const { closeScraper } = await stalledScraper(daemon.url);
  const took = await exitTimeMs(daemon, 'SIGTERM');
  closeScraper();
  console.log(`SIGTERM with a stalled scraper: exit after ${Math.round(took)} ms`);
  expect(took).toBeLessThan(EXIT_MS);
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
});

test('a second signal ends it at once', async () => {
  const lab = await openLab({ clientVpn: 'connections: {enabled: true}' });
  const endpointId = lab.world.addEndpoint();
  for (let n = 0; n < 2_000; n++) lab.world.connect(endpointId, { username: `user${n}` });
  const daemon = await lab.serve();
  await ready(daemon);
  const { closeScraper } = await stalledScraper(daemon.url);
  daemon.kill('SIGTERM');
  await eventually(() => expect(daemon.stderr()).toContain('Shutting down'));
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  closeScraper();
});

/** Asks for the metrics more often than any buffer holds, and reads none of them. */
async function stalledScraper(url: string): Promise<{ closeScraper(): void }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.pause();
  const asked = 'GET /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n'.repeat(30);
  await new Promise<void>((resolve) => socket.write(asked, () => resolve()));
  return { closeScraper: () => void socket.destroy() };
}

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
  const once = start(['once', `--config.file=${lab.configFile}`, `--storage.path=${lab.storage}`]);
  await eventually(() => expect(lab.simulator.requests()).not.toEqual([]));
  once.kill('SIGINT');
  expect(await once.ended).toMatchObject({ code: 1, signal: null, stdout: '' });
  lab.simulator.clearFaults();
  expect((await lab.once()).code).toBe(0);
});
