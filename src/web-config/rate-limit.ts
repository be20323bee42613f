import { z } from 'zod';
import { Spelled } from '../config/spelled.ts';
import { given } from '../fields/given.ts';
import { toNanoseconds } from './go-duration.ts';
import type { RateLimit } from './model.ts';
import type { Remark } from './remark.ts';
import { section } from './values.ts';

const AN_INTERVAL =
  'a duration such as 1s, 5m or 1h30m (hours are the longest unit; a bare number is nanoseconds)';

/** Nanoseconds. */
const interval = z.unknown().transform((value, { addIssue }) => {
  const ns = value instanceof Spelled ? toWhole(value) : typeof value === 'string' ? toNanoseconds(value) : 0;
  if (ns !== undefined && isNothingElse(value)) return ns;
  addIssue(`expected ${AN_INTERVAL}, got ${shown(value)}`);
  return z.NEVER;
});

const burst = z.unknown().transform((value, { addIssue }) => {
  const count = value instanceof Spelled ? toWhole(value) : value === null ? 0 : undefined;
  if (count !== undefined) return count;
  addIssue(`expected a whole number, without quotes, got ${shown(value)}`);
  return z.NEVER;
});

/** `rate_limit`: how many requests are answered, of all clients together. */
export const rateLimit = section({ interval: interval.optional(), burst: burst.optional() }).nullish();

/** What it comes to; undefined for any number of requests, which is also what an interval of zero or less means. */
export function toRateLimit(read: z.output<typeof rateLimit>): RateLimit | undefined {
  const ns = read?.interval ?? 0;
  return ns > 0 ? { intervalMs: ns / 1e6, burst: Math.max(0, read?.burst ?? 0) } : undefined;
}

/** What is dangerous in it. */
export function* rateLimitWarnings(read: z.output<typeof rateLimit>): Iterable<Remark> {
  const { interval: ns = 0, burst: most = 0 } = read ?? {};
  if (ns > 0 && most <= 0)
    yield {
      keys: ['rate_limit', 'burst'],
      message: 'with none, every request is refused with 429; set how many may come at once',
    };
  if (ns > 0 && ns < 1e6)
    yield {
      keys: ['rate_limit', 'interval'],
      message: `it is ${ns} ns, far less than a request takes, and limits nothing; a bare number is nanoseconds: write 1s for a second`,
    };
  if (ns < 0)
    yield {
      keys: ['rate_limit', 'interval'],
      message: 'it is shorter than zero, and limits nothing; write a duration such as 1s, or take it away',
    };
}

/** A number as Go reads it into a whole one; `1:30`, which YAML 1.1 takes for a number, is none to Go. */
function toWhole({ value, text }: Spelled): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || text.includes(':')) return undefined;
  return Math.abs(value) < 2 ** 63 ? Math.trunc(value) : undefined;
}

function isNothingElse(value: unknown): boolean {
  return value === null || typeof value === 'string' || value instanceof Spelled;
}

function shown(value: unknown): string {
  return value instanceof Spelled ? given(value.text) : given(value);
}
