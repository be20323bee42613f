import { z } from 'zod';
import { DURATION_PATTERN, formatDuration, toDurationMs } from './duration.ts';
import { given } from './given.ts';

const A_DURATION = 'a duration such as 30s, 5m or 1h30m';

/**
 * A Prometheus duration in the file, milliseconds in the result (encoding gives the text back); longer than
 * zero, and no longer than `longest`. A key that is left out has the value `fallback`.
 */
export function duration(fallback: string, longest = '292y') {
  const longestMs = toDurationMs(longest) ?? Infinity;
  const text = z
    .string({ error: ({ input }) => `expected ${A_DURATION}, got ${given(input)}` })
    .regex(DURATION_PATTERN, { error: ({ input }) => `expected ${A_DURATION}, got ${given(input)}` });
  return z
    .codec(text, z.number(), {
      decode: (value, { issues }) => {
        const ms = toDurationMs(value);
        if (ms !== undefined && ms > 0 && ms <= longestMs) return ms;
        const message =
          ms === 0 ? 'must be longer than zero' : `${value} is too long: the longest is ${longest}`;
        issues.push({ code: 'custom', input: value, message });
        return z.NEVER;
      },
      encode: formatDuration,
    })
    .prefault(fallback);
}

/** A whole number; unlike `z.int()`, one that is wrong does not keep the checks between keys from running. */
export function wholeNumber(least: number, most?: number) {
  const number = z.number().min(least);
  return (most === undefined ? number : number.max(most))
    .refine(Number.isInteger, { error: ({ input }) => `expected a whole number, got ${given(input)}` })
    .meta({ type: 'integer' });
}

/** A whole number of at least 1. */
export function count(fallback: number) {
  return wholeNumber(1).default(fallback);
}

/** A check that a text is one line; it is not repeated, for it can be a secret. */
export const oneLine = z.refine<string>((text) => !/[\r\n]/.test(text), {
  error: 'holds a line end; write it on one line, not as a block after | or >',
});

/** Text of one line that may be left out: null in the result. */
export function optionalText() {
  return z.string().min(1).check(oneLine).nullable().default(null);
}

/** The name of an AWS region. */
export function regionName() {
  return z.string().regex(/^[a-z]{2,}(-[a-z]+)+-[0-9]+$/, {
    error: ({ input }) => `expected the name of an AWS region such as eu-west-1, got ${given(input)}`,
  });
}

/** A check that a list of texts names nothing twice. */
export const distinct = z.superRefine<string[]>(
  (texts, { addIssue }) => {
    const seen = new Set<string>();
    for (const [index, text] of texts.entries()) {
      if (!seen.has(text)) {
        seen.add(text);
        continue;
      }
      addIssue({ code: 'custom', path: [index], message: `${given(text)} is already in the list` });
    }
  },
  { when: ({ value }) => Array.isArray(value) },
);

/** Makes a check between keys run even when other keys of its mapping are wrong, so that every problem is told at once. */
export const evenWithProblems = {
  when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
};

/** A schema of a section that parses to `C`. */
export type SchemaOf<C> = z.ZodType<C>;

/** What a schema parses to. */
export type Parsed<S extends z.ZodType> = z.output<S>;
