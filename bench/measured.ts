import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Exporter } from '../src/app/exporter.ts';
import { createLogger } from '../src/app/log.ts';
import { loadConfig } from '../src/config/load.ts';
import { systemClock } from '../src/core/clock.ts';
import { createApp } from '../src/server/app.ts';
import { listen } from '../src/server/listen.ts';
import { openStorage } from '../src/storage/open.ts';
import { answering } from './children.ts';

/** What one pass cost. */
export interface PassCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly longestBlockMs: number;
  readonly peakMegabytes: number;
}

/** In the child: an exporter of the simulator at `url`, with `connections` of them as series; `pass` runs one and tells its cost, `cpu` the CPU used so far. */
export async function measured([url = '', connections = '0']: readonly string[]): Promise<void> {
  process.env.AWS_ACCESS_KEY_ID = 'bench';
  process.env.AWS_SECRET_ACCESS_KEY = 'bench';
  const folder = await mkdtemp(join(tmpdir(), 'aws-connections-exporter-bench-'));
  process.on(
    'disconnect',
    () => void rm(folder, { recursive: true, force: true }).then(() => process.exit()),
  );
  const max = Number(connections);
  const text = `
targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${url}"}
client_vpn: {requests_per_second: 100000, connections: {enabled: ${max > 0}, max: ${Math.max(max, 1)}}}
`;
  const loaded = loadConfig({ text, readFile: () => '' });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const clock = systemClock;
  const logger = createLogger({ level: 'error', format: 'logfmt' });
  const storage = await openStorage(folder, { clock, logger });
  const exporter = new Exporter({ clock, logger, storage, random: () => 0, onProgress: () => {} });
  await exporter.apply(loaded.config);
  const app = createApp({
    clock: systemClock,
    telemetryPath: '/metrics',
    maxRequests: 0,
    scrape: (form, gzip) => exporter.scrape(form, gzip),
    status: () => exporter.status(),
    dashboards: async () => [],
    documents: { runbooks: new Map(), docs: new Map() },
    notReady: () => undefined,
    reload: undefined,
    config: () => '',
    connections: () => undefined,
    onFull: () => {},
    onError: (path, err) => logger.error('A request failed', { path, err }),
  });
  const { urls } = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  await answering(urls[0], {
    pass: async (): Promise<PassCost> => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const cpu = process.cpuUsage();
      const begin = clock.monotonic();
      if (!(await exporter.runOnce())) throw new Error('the pass failed');
      const wallMs = clock.monotonic() - begin;
      const { user, system } = process.cpuUsage(cpu);
      // The timer that finds a block must fire before the figure is read.
      await new Promise((resolve) => setTimeout(resolve, 50));
      delay.disable();
      return {
        wallMs,
        cpuMs: (user + system) / 1000,
        longestBlockMs: delay.max / 1e6,
        peakMegabytes: process.resourceUsage().maxRSS / 1024,
      };
    },
    cpu: async () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  });
}
