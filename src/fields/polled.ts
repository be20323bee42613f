import { z } from 'zod';
import { distinct, duration } from './fields.ts';

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

/** The keys with which a domain of one listing chooses endpoints: their ids, of this form, and tags. */
export function selectionFields(id: z.ZodString, noun: string) {
  return {
    endpoints: z
      .array(id)
      .check(distinct)
      .default([])
      .describe(`Ids of the ${noun}s to poll; empty: all of every target.`),
    tags: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe(`Poll only ${noun}s that carry all of these tags.`),
  };
}
