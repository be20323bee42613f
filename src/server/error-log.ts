import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { Seldom } from '../core/seldom.ts';

const SAY_AGAIN_MS = 10 * 60_000;

/** Makes what tells of requests that failed by our fault: one line in ten minutes, with how many since the last. */
export function createErrorLog(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  message: string,
): (path: string, err: unknown) => void {
  const seldom = new Seldom(clock, SAY_AGAIN_MS);
  return (path, err) => {
    const count = seldom.due(message);
    if (count !== undefined)
      logger.error(`${message} (said at most every ten minutes)`, { path, count, err });
  };
}
