import { z } from 'zod';
import { distinct, duration, evenWithProblems } from './fields.ts';
import { given } from './given.ts';

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

/** The keys with which a domain of one listing chooses endpoints: their ids, which begin with `prefix`, and tags. */
export function selectionFields(id: z.ZodString, prefix: string, noun: string) {
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
    exclude: excludeField(id, prefix, noun),
  };
}

/** The key with which endpoints are left out: by their ids, of this form, which begin with `prefix`, or by their names. */
export function excludeField(id: z.ZodString, prefix: string, noun: string) {
  return z
    .array(
      z
        .string()
        .min(1)
        .superRefine((text, { addIssue }) => {
          // A name can be anything; but what looks like an id is meant as one.
          if (!text.startsWith(prefix) || text.includes('*')) return;
          for (const { message } of id.safeParse(text).error?.issues ?? [])
            addIssue({ code: 'custom', message });
        }),
    )
    .check(distinct)
    .default([])
    .describe(
      `${noun}s that are never polled: their ids, or names (of the tag Name) in which * stands for any text.`,
    );
}

/** A check that nothing is both named and excluded. */
export const namedOrExcluded = z.superRefine<{
  readonly endpoints: readonly string[];
  readonly exclude: readonly string[];
}>(({ endpoints, exclude }, { addIssue }) => {
  if (!Array.isArray(endpoints) || !Array.isArray(exclude)) return;
  for (const [index, text] of exclude.entries()) {
    if (!endpoints.includes(text)) continue;
    const message = `${given(text)} is also named in endpoints; leave it out of one of the two`;
    addIssue({ code: 'custom', path: ['exclude', index], message });
  }
}, evenWithProblems);
