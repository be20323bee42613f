import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { negotiate } from '../../../src/server/accept.ts';
import { CONSOLE_JSON_FORMAT } from '../../../src/simulator/websocket/access-log-format.ts';
import { type Rig, startRig } from '../../support/exporter.ts';
import { type Judged, openJudge } from '../../support/judges.ts';
import { needs, programPath } from '../../support/programs.ts';
import { API, INTAKE, post, tellOf } from '../../support/websocket.ts';

/** Its stage has an access log, from which its ids come. */
const LOGGED = 'f6g7h8i9j0';
const ACCESS_LOG = { type: 'access_log', log_group: '/ws/access' };

/** Two Client VPN endpoints and two WebSocket APIs, five passes, and everything that makes a family appear; the clock is a test's, so times and durations are fixed. */
async function fixedWorld(): Promise<Rig> {
  const rig = await startRig({
    env: { AWS_CREDENTIAL_EXPIRATION: '2026-01-02T00:00:00Z' },
    client_vpn: {
      schedule: '*/30 * * * * *',
      stale_after: '10m',
      concurrency: 1,
      users: { enabled: true, max: 2 },
      connections: { enabled: true, max: 2 },
    },
    websocket: {
      enabled: true,
      schedule: '*/30 * * * * *',
      timeout: '20s',
      stale_after: '10m',
      concurrency: 1,
      sample_size: 3,
      idle_after: '2m',
      discover: true,
      endpoints: [{ url: `https://${LOGGED}.execute-api.eu-west-1.amazonaws.com/prod`, source: ACCESS_LOG }],
    },
    intake: INTAKE,
  });
  const { world, websockets, clock } = rig;
  const office = world.addEndpoint({
    id: 'cvpn-endpoint-0123456789abcdef0',
    name: 'office',
    description: 'People in the "office", C:\\vpn',
    vpcId: 'vpc-0123456789abcdef0',
    authentication: ['certificate-authentication', 'federated-authentication'],
    sessionTimeoutHours: 8,
  });
  world.addEndpoint({ id: 'cvpn-endpoint-0fedcba9876543210', transportProtocol: 'tcp', splitTunnel: false });
  const connect = (number: number, username: string, postures: readonly string[] = []) =>
    world.connect(office, { id: `cvpn-connection-0000000000000000${number}`, username, postures });
  const alice = connect(1, 'alice', ['compliant']);
  world.talk(alice, { ingressBytes: 1_000, egressBytes: 2_000, ingressPackets: 10, egressPackets: 20 });
  websockets.addApi({ apiId: API, name: 'chat' });
  const people = Array.from({ length: 8 }, (_, n) =>
    websockets.connect(API, { id: `Golden${n}AAAAAAAAAAA==` }),
  );
  for (const connectionId of [...people, 'Golden8AAAAAAAAAAA=='])
    await tellOf(rig, { connectionId, eventType: 'CONNECT', apiId: API, stage: 'prod' });
  for (const id of people.slice(0, 3)) websockets.disconnect(id, { isTold: false });
  await tellOf(rig, { connectionId: people[3] ?? '', eventType: 'DISCONNECT' });
  await expect(post(rig, {})).rejects.toThrow('400');
  const destinationArn = websockets.logs.addGroup({ name: ACCESS_LOG.log_group });
  const accessLogs = { prod: { destinationArn, format: CONSOLE_JSON_FORMAT } };
  websockets.addApi({ apiId: LOGGED, name: 'logged', accessLogs });
  websockets.connect(LOGGED, { id: 'GoldenLAAAAAAAAAAA==' });
  await rig.pass();

  const bob = connect(2, 'bob\n"b"', ['non-compliant']);
  const carol = connect(3, 'carol');
  const dave = connect(4, 'dave');
  for (const [n, id] of [alice, bob, carol, dave].entries())
    world.talk(id, {
      ingressBytes: 100 * n + 1,
      egressBytes: 10 * n,
      ingressPackets: n + 1,
      egressPackets: n,
    });
  await rig.pass();

  await clock.advance(120_000);
  world.disconnect(carol);
  world.hang(dave);
  world.set(dave, { egressPackets: '-' });
  await rig.pass();
  rig.simulator.failNext(1, 'throttled', { action: 'DescribeClientVpnConnections' });
  rig.simulator.failNext(1, 'internal-error', { action: 'GetConnection' });
  await rig.pass();
  world.talk(bob, { egressBytes: 5 });
  websockets.talk(people[5] ?? '');
  await rig.pass();
  return rig;
}

/** Without what differs between machines and runs: the process, Node.js, the time of day, and which of two collectors asked AWS first. */
function comparable(text: string): string {
  const lines = text.split('\n').filter((line) => !/^(# (HELP|TYPE) )?(process|nodejs)_/.test(line));
  let family = 0;
  const placed = lines.map((line) => {
    if (line.startsWith('# HELP ')) family += 1;
    return { line, family, api: /[{,]api="([^"]*)"/.exec(line)?.[1] ?? '' };
  });
  placed.sort((a, b) => a.family - b.family || (a.api < b.api ? -1 : Number(a.api > b.api)));
  return placed
    .map(({ line }) => line)
    .join('\n')
    .replace(/node_version="[^"]*"/, 'node_version="…"')
    .replace(/(_clock_skew_seconds) -?[\d.]+/, '$1 …');
}

test('the exposition of a fixed world is the golden one (vitest -u writes it anew)', async () => {
  const rig = await fixedWorld();
  const { text } = await rig.metrics();
  await expect(comparable(text)).toMatchFileSnapshot('../golden/metrics.txt');
});

needs('promtool')('promtool finds nothing to say of the whole exposition', async () => {
  const rig = await fixedWorld();
  const { text } = await rig.metrics();
  const absent = rig.exporter.families().filter(
    ({ name, type }) =>
      !text.includes(`# TYPE ${name} ${type}
`),
  );
  expect(absent.map(({ name }) => name)).toEqual(['aws_connections_exporter_family_errors_total']);
  const { status, stderr } = spawnSync(programPath('promtool'), ['check', 'metrics', '--extended'], {
    input: text,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

for (const name of ['prometheus-judge', 'openmetrics-python'] as const) {
  needs(name)(`${name} reads the same in OpenMetrics as in text, of the whole exposition`, async () => {
    const rig = await fixedWorld();
    const judge = openJudge(name);
    const read = async (accept: string) => {
      const { text } = await rig.get('/metrics', { headers: { accept } });
      return judge.read(negotiate(accept).contentType, text);
    };
    const text = await read('text/plain');
    const openmetrics = await read('application/openmetrics-text;version=1.0.0');
    expect(withoutProcess(openmetrics.samples)).toEqual(withoutProcess(text.samples));
    expect(openmetrics.samples.length).toBeGreaterThan(400);
    for (const { name: family, type } of rig.exporter.families()) {
      expect([family, /_total$/.test(family)]).toEqual([family, type === 'counter']);
      if (family === 'aws_connections_exporter_family_errors_total') continue;
      expect(openmetrics.metadata).toContainEqual(['type', family.replace(/_total$/, ''), type]);
    }
  });
}

/** What does not change between two scrapes. */
function withoutProcess(samples: Judged['samples']): Judged['samples'] {
  return samples.filter(([name]) => !/^(process|nodejs)_/.test(name));
}
