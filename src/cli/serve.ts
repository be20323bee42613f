import { createLogger } from '../app/log.ts';
import type { Args } from './args.ts';
import { createFrontDoor } from './front-door.ts';
import { toAddresses } from './places.ts';
import { mindSignals } from './signals.ts';

/**
 * Passes on their schedules and /metrics, until a signal. It listens first, for much is to be loaded and read; but not where systemd does so
 * already, nor where a file says who is let in.
 */
export async function serve({ flags }: Args): Promise<number> {
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  const signals = mindSignals(logger);
  const door = createFrontDoor(flags, logger);
  if (flags['web.config.file'] === undefined && !flags['web.systemd-socket']) door.open(toAddresses(flags));
  const { serveBehind } = await import('./serving.ts');
  return serveBehind({ door, signals, flags, logger });
}
