import fc from 'fast-check';
import type { ModelRow } from './ledger-model.ts';

/** What befalls a ledger: a listing some time after the step before, a pass that fails, a new process. */
export type Step =
  | { readonly kind: 'listing'; readonly afterMs: number; readonly rows: readonly ModelRow[] }
  | { readonly kind: 'failure'; readonly afterMs: number }
  | { readonly kind: 'restart'; readonly afterMs: number };

/** Two listings further apart than this have an outage between them. */
export const LONGEST_GAP_MS = 3_600_000;

const BASE = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

const afterMs = fc.constantFrom(30_000, 29 * MINUTE_MS, 31 * MINUTE_MS, LONGEST_GAP_MS, LONGEST_GAP_MS + 1);
const status = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('active', 'terminating', 'terminated', 'failed-to-terminate') },
  { weight: 1, arbitrary: fc.constantFrom('unknown', 'paused', '__proto__', 'exact', '7') },
);
const reading = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(0n, 9n) },
  { weight: 2, arbitrary: fc.bigInt(2n ** 53n - 3n, 2n ** 53n + 3n) },
  { weight: 1, arbitrary: fc.bigInt(0n, 2n ** 80n) },
  { weight: 2, arbitrary: fc.constant(undefined) },
);
const time = fc.option(
  fc.nat(9).map((minutes) => BASE + minutes * MINUTE_MS),
  { nil: undefined },
);
const row: fc.Arbitrary<ModelRow> = fc.record({
  id: fc.constantFrom('cvpn-connection-a', 'cvpn-connection-b', 'cvpn-connection-c', '__proto__'),
  status,
  updatedAt: time,
  readings: fc.tuple(reading, reading, reading, reading),
  establishedAt: time,
  endedAt: time,
});

/**
 * Histories of up to forty steps in which anything can happen to four connections: they connect, grow, are reset, end, appear already
 * terminated, drop out, return; rows are stale, lack their time, cannot be read, pass 2^53; with `duplicates` a listing holds some twice.
 */
export function histories({ duplicates }: { duplicates: boolean }): fc.Arbitrary<Step[]> {
  const once = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 4 });
  const rows = duplicates ? fc.tuple(once, once).map((pages) => pages.flat()) : once;
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('listing' as const), afterMs, rows }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('failure' as const, 'restart'), afterMs }) },
  );
  return fc.array(step, { maxLength: 40, size: 'max' });
}
