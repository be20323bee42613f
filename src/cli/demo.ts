import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withReleases } from '../app/lifecycle.ts';
import { createLogger } from '../app/log.ts';
import { loadConfig } from '../config/load.ts';
import { readSmallFile } from '../files/small-file.ts';
import { livelyWorld } from '../simulator/client-vpn/lively.ts';
import { startSimulator } from '../simulator/server.ts';
import { livelyVpnWorld } from '../simulator/site-to-site-vpn/lively.ts';
import { createQueueWorld } from '../simulator/sqs/world.ts';
import { feedIntake } from '../simulator/websocket/feed.ts';
import { CHAT_LOG_GROUP, livelyWebSockets } from '../simulator/websocket/lively.ts';
import { feedQueue } from '../simulator/websocket/queue-feed.ts';
import type { Args } from './args.ts';
import { createFrontDoor } from './front-door.ts';
import { judgeWebConfig } from './judge-web-config.ts';
import { print } from './output.ts';
import { start } from './serving.ts';
import { untilSignal } from './signals.ts';

const STEP_MS = 1_000;
/** The API that sends its events to a queue, and the one whose events the intake takes; that of the access log has its group. */
const QUEUED = 'd8b2dash02';
const TOLD = 'f1e6trac03';

/** The exporter against a simulator of AWS in the same process, in a temporary folder; needs nothing from outside. */
export async function demo({ flags }: Args): Promise<number> {
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  if (!judgeWebConfig(flags['web.config.file'], logger)) return 1;
  return withReleases(logger, async (releases) => {
    try {
      const { stopped, release } = untilSignal();
      releases.add('the handlers of signals', release);
      const folder = await mkdtemp(join(tmpdir(), 'aws-connections-exporter-demo-'));
      releases.add('the temporary folder', () => rm(folder, { recursive: true, force: true }));
      const world = livelyWorld();
      const websockets = livelyWebSockets({ isLogged: true });
      const queues = createQueueWorld();
      const queue = queues.addQueue({ name: 'dashboards' });
      const vpns = livelyVpnWorld();
      const simulator = await startSimulator({ world, vpns, websockets: websockets.world, queues });
      releases.add('the simulator', () => simulator.close());
      releases.add('the simulated world', world.run(STEP_MS));
      releases.add('the simulated tunnels', vpns.run(STEP_MS));
      const token = randomBytes(16).toString('hex');
      const tokenFile = join(folder, 'intake.token');
      await writeFile(tokenFile, token, { mode: 0o600 });
      useDemoCredentials();
      const loaded = loadConfig({
        text: demoConfig(simulator.url, tokenFile, queue.url),
        readFile: (path) => readSmallFile(path).toString(),
      });
      if ('problems' in loaded)
        throw new Error(`the demo's own configuration has problems: ${JSON.stringify(loaded.problems)}`);
      const demoFlags = { ...flags, 'storage.path': folder };
      const door = createFrontDoor(flags, logger);
      const startup = { door, flags: demoFlags, logger, releases };
      const { urls, exporter } = await start(loaded.config, () => loaded, startup);
      const [url] = urls;
      const [intakeUrl = ''] = exporter.intakeUrls;
      const unqueue = feedQueue(
        { world: websockets.world, apiId: QUEUED, queues, queue },
        websockets.current(),
      );
      releases.add('the simulated messages', async () => unqueue());
      const sends = (apiId: string) => apiId === TOLD;
      const feed = feedIntake({ url: intakeUrl, token, world: websockets.world, sends });
      releases.add('the simulated events', () => feed.close());
      for (const event of websockets.current()) feed.post(event);
      await feed.settled();
      releases.add('the simulated APIs', websockets.world.run(STEP_MS));
      await print(
        [
          '',
          'The demo runs: three Client VPN endpoints, two Site-to-Site VPN connections and three WebSocket APIs in two regions of a',
          'simulated AWS.',
          `  metrics      ${url}${flags['web.telemetry-path']}`,
          `  status page  ${url}/`,
          `  dashboards   ${url}/dashboards/, to import into Grafana`,
          `  connections  ${url}/api/v1/connections`,
          `  intake       ${intakeUrl}/websocket, where one API tells of connections; one has an access log, one sends to a queue`,
          `  truth        ${simulator.url}/truth, what AWS tells nobody, as of now (estimates are as of the last pass)`,
          `  simulator    ${simulator.url}, for instance:`,
          `    AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo aws --region eu-west-1 --endpoint-url ${simulator.url} ec2 describe-client-vpn-endpoints`,
          'Press Ctrl-C to stop.',
          '',
          '',
        ].join('\n'),
      );
      logger.info('Shutting down', { signal: await stopped });
      return 0;
    } catch (err) {
      logger.error('The demo could not be started', { err });
      return 1;
    }
  });
}

/** The simulator takes any key; whatever the user has is neither read nor sent anywhere. */
function useDemoCredentials(): void {
  for (const name of Object.keys(process.env))
    if (/^AWS_(?!CONNECTIONS_EXPORTER_|SDK_JS_)/.test(name)) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIADEMODEMODEMODEMO',
    AWS_SECRET_ACCESS_KEY: 'demo',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
}

function demoConfig(simulatorUrl: string, tokenFile: string, queueUrl: string): string {
  return `
targets:
  - {name: demo, regions: [eu-west-1, us-east-1]}
aws: {endpoint_url: "${simulatorUrl}", request_timeout: 5s}
client_vpn:
  schedule: "*/5 * * * * *"
  timeout: 30s
  stale_after: 2m
  users: {enabled: true, max: 2000}
  connections: {enabled: true, max: 200}
websocket:
  enabled: true
  schedule: "*/5 * * * * *"
  timeout: 20s
  stale_after: 2m
  sample_size: 60
  requests_per_second: 100
  endpoints:
    - url: https://c4a7chat01.execute-api.eu-west-1.amazonaws.com/prod
      source: {type: access_log, log_group: ${CHAT_LOG_GROUP}, poll: 5s}
    - url: https://${QUEUED}.execute-api.eu-west-1.amazonaws.com/live
      source: {type: sqs, queue_url: "${queueUrl}"}
  discover: true
site_to_site_vpn: {enabled: true, schedule: "*/5 * * * * *", timeout: 20s, stale_after: 2m}
intake: {enabled: true, listen_address: "127.0.0.1:0", token_file: "${tokenFile}"}
`;
}
