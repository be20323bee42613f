import { FrontDoor } from '../app/front-door.ts';
import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Flags } from './flags.ts';

/** The port of the metrics as the flags say, not open yet. */
export function createFrontDoor(flags: Flags, logger: Logger): FrontDoor {
  return new FrontDoor({
    clock: systemClock,
    logger,
    telemetryPath: flags['web.telemetry-path'],
    maxRequests: flags['web.max-requests'],
  });
}
