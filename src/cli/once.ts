import { Exporter } from '../app/exporter.ts';
import { withReleases } from '../app/lifecycle.ts';
import { createLogger } from '../app/log.ts';
import { systemClock } from '../core/clock.ts';
import type { Args } from './args.ts';
import { readConfigOrExplain } from './configuration.ts';
import { openKept } from './kept.ts';
import { print } from './output.ts';
import { createProgress } from './progress.ts';
import { untilSignal } from './signals.ts';

/** One pass of everything; the exposition on stdout. */
export async function once({ flags }: Args): Promise<number> {
  const config = readConfigOrExplain(flags['config.file']);
  if (!config) return 1;
  const clock = systemClock;
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  return withReleases(logger, async (releases) => {
    try {
      const storage = await openKept(flags['storage.path'], releases, { clock, logger });
      const progress = createProgress(logger, clock);
      const exporter = new Exporter({
        clock,
        logger,
        storage,
        random: Math.random,
        onProgress: progress.onPage,
        hidesProcess: flags['web.disable-exporter-metrics'],
      });
      releases.add('the pass under way, or the disk that takes what it found,', () => exporter.close());
      const { stopped, release } = untilSignal();
      releases.add('the handlers of signals', release);
      const passed = exporter.apply(config).then(() => exporter.runOnce());
      const success = await Promise.race([passed, stopped]);
      progress.done();
      if (typeof success === 'string') {
        logger.error(`The pass was stopped by ${success}`);
        return 1;
      }
      for (const piece of await exporter.scrape('text', false)) await print(piece);
      return success ? 0 : 1;
    } catch (err) {
      logger.error('The pass could not be completed', { err });
      return 1;
    }
  });
}
