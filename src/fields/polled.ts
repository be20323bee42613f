import { z } from 'zod';
import { duration } from './fields.ts';

/** The keys that every domain's section begins with. */
export function polledFields(of: {
  readonly enabled: boolean;
  /** What there is then, as in `Whether Client VPN endpoints are polled.` */
  readonly what: string;
  readonly schedule: string;
  readonly timeout: string;
  readonly staleAfter: string;
}) {
  return {
    enabled: z.boolean().default(of.enabled).describe(`Whether ${of.what}.`),
    schedule: z
      .string()
      .default(of.schedule)
      .describe('When a pass starts: a cron expression in UTC, seconds first.'),
    timeout: duration(of.timeout).describe('Deadline of one pass over all targets.'),
    stale_after: duration(of.staleAfter).describe(
      'Gauges of an endpoint vanish when its last good pass is older; at least two schedule intervals plus timeout.',
    ),
  };
}
