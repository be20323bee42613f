import fc from 'fast-check';
import type { Happening } from './registry-model.ts';

/** Something happens after a while, or the process restarts (with a base or a journal written just before). */
export type RegistryStep = { readonly afterMs: number } & (
  | { readonly kind: 'happening'; readonly toHappening: (at: number) => Happening }
  | { readonly kind: 'restart' }
);

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const IDS = ['a=', 'b=', 'c=', 'd='];

const after = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, SECOND, 29_999, 30_000, 59_999, 60_000, 60_001) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(600_000, HOUR, HOUR + 1, 2 * HOUR - 1, 2 * HOUR, 2 * HOUR + 600_001),
  },
);

/** How long before now a connect time lies, below zero for later; undefined for none. */
const age = fc.option(
  fc.constantFrom(-1, 0, SECOND, 30_000, HOUR, 2 * HOUR - 1, 2 * HOUR, 2 * HOUR + 60_000, 5 * HOUR),
  { nil: undefined },
);

function before(at: number, ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : at - ms;
}

const event = fc
  .record({
    what: fc.constantFrom('connect' as const, 'connect' as const, 'disconnect' as const, 'message' as const),
    id: fc.constantFrom(...IDS),
    age,
  })
  .map(
    ({ what, id, age }) =>
      (at: number): Happening => ({ what, at, id, connectedAt: before(at, age) }),
  );

const listing = fc
  .record({
    rows: fc.uniqueArray(fc.tuple(fc.constantFrom(...IDS), age), { selector: ([id]) => id }),
    tookMs: fc.constantFrom(0, SECOND, 60_000, HOUR),
  })
  .map(({ rows, tookMs }) => (at: number): Happening => {
    const ids = new Map(rows.map(([id, age]) => [id, before(at, age)]));
    return { what: 'listing', at, beganAt: at - tookMs, ids };
  });

const outcomes = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...IDS),
      fc.constantFrom(
        'alive' as const,
        'gone' as const,
        'gone' as const,
        'invalid' as const,
        'error' as const,
      ),
      age,
    ),
    { selector: ([id]) => id },
  )
  .map((rows) => (at: number): Happening => {
    return { what: 'outcomes', at, outcomes: rows.map(([id, status, age]) => [id, status, before(at, age)]) };
  });

/** Random histories of a registry of four ids, around every bound of time that counts. */
export function registryHistories(kind: 'events' | 'listing'): fc.Arbitrary<readonly RegistryStep[]> {
  const told = kind === 'events' ? event : listing;
  const happening = fc.oneof(
    { weight: 6, arbitrary: told },
    { weight: 2, arbitrary: outcomes },
    { weight: 2, arbitrary: fc.constant((at: number): Happening => ({ what: 'age', at })) },
  );
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('happening' as const),
        afterMs: after,
        toHappening: happening,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), afterMs: after }) },
  );
  return fc.array(step, { maxLength: 40, size: 'max' });
}
