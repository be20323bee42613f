import { loadDashboards } from '../app/dashboards.ts';
import { documents } from '../app/documents.ts';
import { Exporter } from '../app/exporter.ts';
import type { FrontDoor } from '../app/front-door.ts';
import { type Releases, withReleases } from '../app/lifecycle.ts';
import type { Loaded } from '../app/reloads.ts';
import { revision, version } from '../app/version.ts';
import { openWeb } from '../app/web.ts';
import { environmentWarnings } from '../aws/environment.ts';
import { explain } from '../aws/errors.ts';
import { namedProxies, nameOf } from '../aws/proxies.ts';
import { neededFiles } from '../config/files.ts';
import type { Config } from '../config/schema.ts';
import { showConfig } from '../config/show.ts';
import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { onceLoaded } from '../core/once-loaded.ts';
import { lookAt } from '../files/small-file.ts';
import { createApp } from '../server/app.ts';
import { INTAKE_LIMITS } from '../server/limits.ts';
import { listen } from '../server/listen.ts';
import { Passwords } from '../server/passwords.ts';
import type { Scraping } from '../server/scrape.ts';
import { readConfig, readNextConfig } from './configuration.ts';
import type { Flags } from './flags.ts';
import { judgeWebConfig } from './judge-web-config.ts';
import { openKept } from './kept.ts';
import { toAddress, toPlaces } from './places.ts';
import { loggedProgress } from './progress.ts';
import type { DaemonSignals } from './signals.ts';
import { Watch } from './watch.ts';

/** What there is from the first moment on. */
export interface Opened extends Omit<Startup, 'releases'> {
  readonly signals: DaemonSignals;
}

/** Everything behind a door that may be open already, until a signal; resolves to the exit code. */
export async function serveBehind({ door, signals, flags, logger }: Opened): Promise<number> {
  const path = flags['config.file'];
  const loaded = readConfig(path);
  const isWebSound = judgeWebConfig(flags['web.config.file'], logger);
  if ('problems' in loaded) {
    for (const problem of loaded.problems) logger.error('The configuration cannot be used', { problem });
    return 1;
  }
  if (!isWebSound) return 1;
  try {
    for (const proxy of namedProxies())
      logger.info('AWS is asked through a proxy, but for hosts of NO_PROXY and of this machine', {
        proxy: nameOf(proxy),
      });
  } catch (error) {
    logger.error('The environment cannot be used', { problem: explain(error) });
    return 1;
  }
  return withReleases(logger, async (releases) => {
    try {
      const { stopped } = signals;
      releases.add('the handlers of signals', () => signals.release());
      for (const warning of [...loaded.warnings, ...environmentWarnings(process.env)]) logger.warn(warning);
      const watch = new Watch(systemClock, lookAt);
      watch.read(loaded.looks);
      const load = () => {
        const next = readNextConfig(path);
        watch.read(next.looks);
        return next;
      };
      const started = await Promise.race([
        start(loaded.config, load, { door, flags, logger, releases }),
        stopped,
      ]);
      if (typeof started === 'string') {
        logger.info('Shutting down before the start was complete', { signal: started });
        return 0;
      }
      const { exporter } = started;
      signals.reloadWith(() => void exporter.reload(load));
      if (flags['config.enable-auto-reload'] && path !== undefined) {
        const inForce = () => [path, ...neededFiles(exporter.config)];
        const onChange = (changed: readonly string[]) => {
          logger.info('Files of the configuration changed', { files: changed.join(' ') });
          return exporter.reload(load);
        };
        releases.add('the watch on the configuration', watch.start({ inForce, reload: onChange }));
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

/** What the exporter is brought up with. */
export interface Startup {
  readonly door: FrontDoor;
  readonly flags: Flags;
  readonly logger: Logger;
  readonly releases: Releases;
}

/** Brings up storage, HTTP and passes, each to be released in reverse; resolves to where it listens. `load` gives what a reload puts in force. */
export async function start(
  config: Config,
  load: () => Loaded,
  { door, flags, logger, releases }: Startup,
): Promise<{ readonly exporter: Exporter; readonly urls: readonly string[] }> {
  const clock = systemClock;
  logger.info('Starting aws-connections-exporter', { version, revision, node: process.version });
  const places = toPlaces(flags, logger);
  const webDeps = { clock, logger, passwords: new Passwords({ compare, random: Math.random }) };
  const webFile = flags['web.config.file'];
  const web = webFile === undefined ? undefined : openWeb(webDeps, 'the metrics port', webFile);
  const storage = await openKept(flags['storage.path'], releases, { clock, logger });
  if (flags['storage.path'] === '')
    logger.warn('Nothing is kept on disk: counters begin anew at every start');
  const onProgress = loggedProgress(logger, clock).onPage;
  const exporter = new Exporter({
    clock,
    logger,
    storage,
    random: Math.random,
    onProgress,
    listen: (app, address, options) => {
      const targets = address === undefined ? places.intake : [toAddress(address)];
      return listen(app, targets, { limits: INTAKE_LIMITS, ...options });
    },
    openWeb: (port, file, onRefused) => openWeb(webDeps, port, file, onRefused),
    isIntakeGiven: places.intake.length > 0,
    hidesProcess: flags['web.disable-exporter-metrics'],
  });
  releases.add('the pass under way, or the disk that takes what came in last,', () => exporter.close());
  const scrape: Scraping['scrape'] = (form, gzip) => exporter.scrape(form, gzip);
  door.scrapeFrom(scrape);
  await exporter.apply(config);
  const { urls, close } = await door.open(places.metrics, web).catch((cause: unknown) => {
    throw new Error(`opening the metrics port (${places.flag})`, { cause });
  });
  releases.add('an answer over HTTP', close);
  door.answerWith(
    createApp({
      ...door.hears,
      scrape,
      status: () => exporter.status(),
      dashboards: () => loadDashboards(flags['web.external-url']),
      documents,
      notReady: () => exporter.notReady(),
      reload: flags['web.enable-lifecycle'] ? () => exporter.reload(load) : undefined,
      config: () => showConfig(exporter.config),
      connections: () => exporter.table('connections'),
    }),
  );
  sayTls(logger, urls, web?.encryption.isOn ?? false);
  logger.info('Listening', { urls: urls.map((url) => `${url}${flags['web.telemetry-path']}`).join(' ') });
  exporter.schedule();
  return { exporter, urls };
}

const bcrypt = onceLoaded(async () => (await import('../server/bcrypt.ts')).createBcrypt());

/** Whether a password is that of the hash. */
async function compare(password: string, hash: string): Promise<boolean> {
  return (await bcrypt())(password, hash);
}

/** In the words of Prometheus' exporter-toolkit, for which people look. */
function sayTls(logger: Logger, urls: readonly string[], isOn: boolean): void {
  for (const url of urls) {
    const address = url.replace(/^https?:\/\//, '');
    logger.info(isOn ? 'TLS is enabled.' : 'TLS is disabled.', { http2: false, address });
  }
}
