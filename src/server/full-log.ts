import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { Seldom } from '../core/seldom.ts';
import type { Holder } from './slots.ts';

const SAY_AGAIN_MS = 10 * 60_000;
const MOST_NAMED = 5;

/** Makes what warns that more is asked for at a time than is answered: one line per kind and ten minutes, with who has taken it all. */
export function createFullLog({
  clock,
  logger,
}: {
  readonly clock: Clock;
  readonly logger: Logger;
}): (what: 'scrapes' | 'pages', holders: readonly Holder[]) => void {
  const seldom = new Seldom(clock, SAY_AGAIN_MS);
  return (what, holders) => {
    const count = seldom.due(what);
    if (count === undefined) return;
    const taken = holders.reduce((sum, { slots }) => sum + slots, 0);
    const named = holders.slice(0, MOST_NAMED).map(({ address, slots }) => `${address} (${slots})`);
    const more = holders.length > MOST_NAMED ? [`${holders.length - MOST_NAMED} more`] : [];
    logger.warn(
      `All ${taken} ${what} that are answered at a time were taken when one more was asked for: the one that waits longest for its reader is cut, or the new one refused. ` +
        'Look what these addresses do (said at most every ten minutes)',
      { count, from: [...named, ...more].join(', ') },
    );
  };
}
