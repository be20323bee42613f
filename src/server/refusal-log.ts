import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { Seldom } from '../core/seldom.ts';
import type { Refusal } from './guard.ts';

const SAY_AGAIN_MS = 10 * 60_000;

/** What a broken file and a failure mean is said by whoever meets them. */
const MEANINGS: Readonly<Partial<Record<Refusal, string>>> = {
  rate_limited:
    'were refused with 429: there are more than rate_limit of its web configuration lets through. Raise it, or ask less often',
  unauthorized:
    'were refused with 401: their user name or password is missing, or not as in basic_auth_users of its web configuration. Look what these clients send',
  busy: 'were refused with 503: more passwords than can be compared were waiting. Look who tries so many',
};

/** Makes what warns of requests that were refused at a port: one line per reason and ten minutes, with how many since the last. */
export function createRefusalLog(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  port: string,
): (refusal: Refusal, from: string | undefined) => void {
  const seldom = new Seldom(clock, SAY_AGAIN_MS);
  return (refusal, from) => {
    const meaning = MEANINGS[refusal];
    const count = meaning === undefined ? undefined : seldom.due(refusal);
    if (count === undefined) return;
    logger.warn(`Requests to ${port} ${meaning} (said at most every ten minutes)`, { count, from });
  };
}
