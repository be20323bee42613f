import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Exporter } from '../../src/app/exporter.ts';
import { createLogger } from '../../src/app/log.ts';
import { keepYoungGenerationSmall } from '../../src/app/young-generation.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sleep, systemClock } from '../../src/core/clock.ts';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import { openStorage } from '../../src/storage/open.ts';
import { changed } from '../../test/support/changed-storage.ts';
import { quietRoutes } from '../../test/support/quiet-routes.ts';
import { cpuMs } from '../frame/figures.ts';
import { answering } from '../frame/processes.ts';
import { useKeys } from './keys.ts';

/** What an exporter of Client VPN connections is made of. */
export interface ExporterOptions {
  /** Holds what it stores. */
  readonly folder: string;
  readonly url: string;
  /** The certificate to trust. */
  readonly ca?: string;
  /** Connections with series of their own, four each; none if not given. */
  readonly shown?: number;
}

/** What one pass cost. */
export interface PassCost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** The longest block of the event loop since it was asked last. */
export interface Blocks {
  readonly longestMs: number;
  /** While a file was being written. */
  readonly writingMs: number;
}

/** In the child: an exporter without a schedule. `pass` runs one pass, `watch` begins to look at the event loop, and `blocks` tells of it, `cpu` the milliseconds used so far. */
export async function exporter({ folder, url, ca, shown = 0 }: ExporterOptions): Promise<void> {
  keepYoungGenerationSmall();
  useKeys();
  await mkdir(folder, { recursive: true });
  const caFile = join(folder, 'ca.pem');
  if (ca) await writeFile(caFile, ca);
  const loaded = loadConfig({ text: toConfig(url, ca && caFile, shown), readFile: () => ca ?? '' });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const clock = systemClock;
  const logger = createLogger({ level: 'error', format: 'logfmt' });
  const looking = monitorEventLoopDelay({ resolution: 1 });
  const writing = monitorEventLoopDelay({ resolution: 1 });
  let isWatched = false;
  const disk = await openStorage(join(folder, 'data'), { clock, logger });
  const storage = changed(disk, {
    async write(...args) {
      if (isWatched) writing.enable();
      await disk.write(...args);
      if (isWatched) await untilSeen();
      writing.disable();
    },
  });
  const running = new Exporter({ clock, logger, storage, random: () => 0, onProgress: () => {} });
  await running.apply(loaded.config);
  const app = createApp({
    ...quietRoutes(clock),
    maxRequests: 0,
    scrape: (form, gzip) => running.scrape(form, gzip),
    status: () => running.status(),
    onError: (path, err) => logger.error('A request failed', { path, err }),
  });
  const { urls } = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  await answering(urls[0], {
    pass: async (): Promise<PassCost> => {
      const [cpu, begin] = [cpuMs(), clock.monotonic()];
      if (!(await running.runOnce())) throw new Error('the pass failed');
      return { cpuMs: cpuMs() - cpu, wallMs: clock.monotonic() - begin };
    },
    watch: () => {
      isWatched = true;
      looking.enable();
    },
    blocks: async (): Promise<Blocks> => {
      await untilSeen();
      const blocks = { longestMs: looking.max / 1e6, writingMs: writing.max / 1e6 };
      looking.reset();
      writing.reset();
      return blocks;
    },
    cpu: () => cpuMs(),
  });

  /** The timer that finds a block must fire before the figure is read. */
  function untilSeen(): Promise<unknown> {
    return sleep(clock, 10);
  }
}

function toConfig(url: string, caFile: string | undefined, shown: number): string {
  const connections = `{enabled: ${shown > 0}, max: ${Math.max(shown, 1)}}`;
  return `
targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${url}"${caFile ? `, ca_bundle: "${caFile}"` : ''}}
client_vpn: {requests_per_second: 100000, connections: ${connections}}
`;
}
