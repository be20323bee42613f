import type { Clock } from '../core/clock.ts';
import type { LogFields, Logger } from '../core/logger.ts';
import { Seldom } from '../core/seldom.ts';
import type { Unreadable } from './unreadable.ts';

const SAY_AGAIN_MS = 10 * 60_000;

/** Makes what warns of requests to a port that could not be read: one line per kind and ten minutes, with how many since the last. */
export function createUnreadableLog(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  port: string,
  fields: LogFields = {},
): (unreadable: Unreadable, from: string | undefined) => void {
  const seldom = new Seldom(clock, SAY_AGAIN_MS);
  return ({ kind, what, remedy }, from) => {
    const count = seldom.due(kind);
    if (count === undefined) return;
    const sentence = `A request to ${port} could not be read. ${what} ${remedy} (said at most every ten minutes)`;
    logger.warn(sentence, { kind, count, from, ...fields });
  };
}
