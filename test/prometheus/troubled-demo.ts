import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { livelyWorld } from '../../src/simulator/client-vpn/lively.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { livelyVpnWorld } from '../../src/simulator/site-to-site-vpn/lively.ts';
import { createQueueWorld } from '../../src/simulator/sqs/world.ts';
import { feedIntake } from '../../src/simulator/websocket/feed.ts';
import { CHAT_LOG_GROUP, livelyWebSockets } from '../../src/simulator/websocket/lively.ts';
import { feedQueue } from '../../src/simulator/websocket/queue-feed.ts';
import { type Daemon, listening, ready, temporaryFolder } from '../program/lab.ts';
import { start } from '../program/program.ts';
import { type Prometheus, startPrometheus } from '../program/prometheus.ts';

/** The region that gets into trouble: one of three Client VPN endpoints is in it, one of three WebSocket APIs, and one of two VPN connections. */
export const BROKEN = 'us-east-1';

const TOKEN = 'of-the-test';
const STEP_MS = 500;

/** The world of the demo with an exporter and a Prometheus that see it every second, and the means to break it. */
export interface TroubledDemo {
  readonly simulator: Simulator;
  readonly daemon: Daemon;
  readonly prometheus: Prometheus;
}

const QUEUED = 'd8b2dash02';
const TOLD = 'f1e6trac03';

const config = (url: string, folder: string, queueUrl: string) => `
targets: [{name: demo, regions: [eu-west-1, us-east-1]}]
aws: {endpoint_url: "${url}", request_timeout: 4s, max_attempts: 2}
client_vpn:
  schedule: "*/2 * * * * *"
  timeout: 8s
  stale_after: 12s
  users: {enabled: true, max: 2000}
  connections: {enabled: true, max: 200}
websocket:
  enabled: true
  schedule: "*/2 * * * * *"
  timeout: 8s
  stale_after: 12s
  sample_size: 60
  requests_per_second: 100
  endpoints:
    - url: https://c4a7chat01.execute-api.eu-west-1.amazonaws.com/prod
      source: {type: access_log, log_group: ${CHAT_LOG_GROUP}, poll: 5s}
    - url: https://${QUEUED}.execute-api.eu-west-1.amazonaws.com/live
      source: {type: sqs, queue_url: "${queueUrl}"}
  discover: true
site_to_site_vpn: {enabled: true, schedule: "*/2 * * * * *", timeout: 8s, stale_after: 12s}
intake: {enabled: true, listen_address: "127.0.0.1:0", token_file: "${join(folder, 'token')}"}
`;

/** Takes the exporter's permission for the connections of one region, throttles it there, and one endpoint elsewhere loses its subnets. */
export function breakDown({ simulator }: TroubledDemo): void {
  const region = BROKEN;
  simulator.deny('DescribeClientVpnConnections', { region });
  simulator.deny('GetConnection', { region });
  simulator.deny('DescribeVpnConnections', { region });
  simulator.failNext(Number.POSITIVE_INFINITY, 'throttled', { action: 'DescribeClientVpnEndpoints', region });
  const elsewhere = simulator.world.everywhere().find((endpoint) => endpoint.region !== region);
  if (!elsewhere) throw new Error('all endpoints are in one region');
  simulator.world.setEndpointStatus(elsewhere.id, 'pending-associate');
}

/** Starts all three; they end with the test. */
export async function startTroubledDemo(): Promise<TroubledDemo> {
  const world = livelyWorld();
  const websockets = livelyWebSockets({ isLogged: true });
  const queues = createQueueWorld();
  const queue = queues.addQueue({ name: 'dashboards' });
  const vpns = livelyVpnWorld();
  const simulator = await startSimulator({ world, websockets: websockets.world, vpns, queues });
  onTestFinished(() => simulator.close());
  onTestFinished(world.run(STEP_MS));
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 });
  writeFileSync(join(folder, 'exporter.yaml'), config(simulator.url, folder, queue.url));
  const flags = [`--config.file=${join(folder, 'exporter.yaml')}`, `--storage.path=${join(folder, 'data')}`];
  const daemon = await listening(start(['serve', ...flags, '--web.listen-address=127.0.0.1:0']));
  onTestFinished(feedQueue({ world: websockets.world, apiId: QUEUED, queues, queue }, websockets.current()));
  const sends = (apiId: string) => apiId === TOLD;
  const feed = feedIntake({ url: daemon.intakeUrl, token: TOKEN, world: websockets.world, sends });
  onTestFinished(() => feed.close());
  for (const event of websockets.current()) feed.post(event);
  await feed.settled();
  onTestFinished(websockets.world.run(STEP_MS));
  await ready(daemon);
  return { simulator, daemon, prometheus: await startPrometheus(daemon, folder) };
}
