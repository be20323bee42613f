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
import { feedIntake } from '../simulator/websocket/feed.ts';
import { livelyWebSockets } from '../simulator/websocket/lively.ts';
import type { Args } from './args.ts';
import { createFrontDoor } from './front-door.ts';
import { judgeWebConfig } from './judge-web-config.ts';
import { print } from './output.ts';
import { start } from './serving.ts';
import { untilSignal } from './signals.ts';

const STEP_MS = 1_000;

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
      const websockets = livelyWebSockets();
      const vpns = livelyVpnWorld();
      const simulator = await startSimulator({ world, vpns, websockets: websockets.world });
      releases.add('the simulator', () => simulator.close());
      releases.add('the simulated world', world.run(STEP_MS));
      releases.add('the simulated tunnels', vpns.run(STEP_MS));
      const token = randomBytes(16).toString('hex');
      const tokenFile = join(folder, 'intake.token');
      await writeFile(tokenFile, token, { mode: 0o600 });
      useDemoCredentials();
      const loaded = loadConfig({
        text: demoConfig(simulator.url, tokenFile),
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
      const feed = feedIntake({ url: intakeUrl, token, world: websockets.world });
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
          `  intake       ${intakeUrl}/websocket, where the APIs tell of connections`,
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

function demoConfig(simulatorUrl: string, tokenFile: string): string {
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
  discover: true
site_to_site_vpn: {enabled: true, schedule: "*/5 * * * * *", timeout: 20s, stale_after: 2m}
intake: {enabled: true, listen_address: "127.0.0.1:0", token_file: "${tokenFile}"}
`;
}
