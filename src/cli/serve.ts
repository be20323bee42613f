import { unwatchFile, watchFile } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { showConfig } from '../config/show.ts';
import { warningsOf } from '../config/warnings.ts';
import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { loadDashboards } from '../dashboards.ts';
import { documents } from '../documents.ts';
import { Exporter } from '../exporter.ts';
import { type Releases, withReleases } from '../lifecycle.ts';
import { createLogger } from '../log.ts';
import { createApp } from '../server/app.ts';
import { INTAKE_LIMITS } from '../server/limits.ts';
import { type ListenAddress, listen, toListenAddress } from '../server/listen.ts';
import { openStorage } from '../storage/storage.ts';
import { revision, version } from '../version.ts';
import type { Args } from './args.ts';
import { readConfig } from './configuration.ts';
import type { Flags } from './flags.ts';
import { loggedProgress } from './progress.ts';
import { onSignals, untilSignal } from './signals.ts';

const WATCH_MS = 5_000;

/** Passes on their schedules and /metrics, until a signal. */
export async function serve({ flags }: Args): Promise<number> {
  const path = flags['config.file'];
  const loaded = readConfig(path);
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  if ('problems' in loaded) {
    for (const problem of loaded.problems) logger.error('The configuration cannot be used', { problem });
    return 1;
  }
  return withReleases(async (releases) => {
    try {
      const { stopped, release } = untilSignal();
      releases.add(release);
      let reload = () =>
        logger.warn('SIGHUP came before the start was complete; the configuration was just read');
      releases.add(onSignals(['SIGHUP'], () => reload()));
      const started = await Promise.race([start(loaded.config, flags, logger, releases), stopped]);
      if (typeof started === 'string') {
        logger.info('Shutting down before the start was complete', { signal: started });
        return 0;
      }
      const { exporter } = started;
      reload = () => void exporter.reload(() => readConfig(path));
      if (flags['config.enable-auto-reload'] && path !== undefined) {
        watchFile(path, { interval: WATCH_MS, persistent: false }, () => reload());
        releases.add(() => unwatchFile(path));
      }
      const signal = await stopped;
      logger.info('Shutting down', { signal });
      exporter.beginClosing();
    } catch (err) {
      logger.error('The exporter could not be started', { err });
      return 1;
    }
    return 0;
  });
}

/** Brings up storage, HTTP and passes, each to be released in reverse; resolves to where it listens. */
export async function start(
  config: Config,
  flags: Flags,
  logger: Logger,
  releases: Releases,
): Promise<{ readonly exporter: Exporter; readonly urls: readonly string[] }> {
  const clock = systemClock;
  logger.info('Starting aws-connections-exporter', { version, revision, node: process.version });
  const addresses = [...new Set(flags['web.listen-address'])].map((text) =>
    toAddress(text, '--web.listen-address: '),
  );
  const storage = await openStorage(flags['storage.path'], { clock, logger });
  releases.add(() => storage.close());
  if (flags['storage.path'] === '')
    logger.warn('Nothing is kept on disk: counters begin anew at every start');
  const onProgress = loggedProgress(logger, clock).onPage;
  const exporter = new Exporter({
    clock,
    logger,
    storage,
    random: Math.random,
    onProgress,
    listen: (app, address) => listen(app, [toAddress(address)], { limits: INTAKE_LIMITS }),
  });
  releases.add(() => exporter.close());
  for (const warning of warningsOf(config)) logger.warn(warning);
  await exporter.apply(config);
  const app = createApp({
    telemetryPath: flags['web.telemetry-path'],
    maxRequests: flags['web.max-requests'],
    scrape: (gzip) => exporter.scrape(gzip),
    status: () => exporter.status(),
    dashboards: () => loadDashboards(flags['web.external-url']),
    documents,
    notReady: () => exporter.notReady(),
    reload: flags['web.enable-lifecycle']
      ? () => exporter.reload(() => readConfig(flags['config.file']))
      : undefined,
    config: () => showConfig(exporter.config),
    connections: () => exporter.table('connections'),
    onError: (path, err) => logger.error('A request could not be answered', { path, err }),
  });
  const { urls, close } = await listen(app, addresses);
  releases.add(close);
  logger.info('Listening', { urls: urls.map((url) => `${url}${flags['web.telemetry-path']}`).join(' ') });
  exporter.schedule();
  return { exporter, urls };
}

function toAddress(text: string, where = ''): ListenAddress {
  const address = toListenAddress(text);
  if (typeof address === 'string') throw new Error(`${where}${address}`);
  return address;
}
