import type { LedgerState } from '../../src/core/ledger.ts';
import type { Figures } from './ledger-model.ts';

/** What a ledger has counted, in the model's terms. */
export function figuresOf({ opened, transitions, totals }: LedgerState): Omit<Figures, 'durations'> {
  const moved = Object.entries(totals)
    .map(([status, counters]) => [status, counters.map(BigInt)] as const)
    .filter(([, counters]) => counters.some((counter) => counter > 0n));
  const entered = Object.entries(transitions).filter(([, count]) => count > 0);
  return { opened, transitions: new Map(entered), totals: new Map(moved) };
}

/** Every counter by a name of its own, so that two moments can be compared. */
export function counters({ opened, transitions, totals }: LedgerState): Map<string, bigint> {
  return new Map([
    ['opened', BigInt(opened)],
    ...Object.entries(transitions).map(([status, count]) => [`entered ${status}`, BigInt(count)] as const),
    ...Object.entries(totals).flatMap(([status, counters]) =>
      counters.map((counter, index) => [`${status} ${index}`, BigInt(counter)] as const),
    ),
  ]);
}

/** The names of counters that are lower now than before, or gone. */
export function fallen(before: ReadonlyMap<string, bigint>, now: ReadonlyMap<string, bigint>): string[] {
  return [...before].filter(([name, value]) => (now.get(name) ?? -1n) < value).map(([name]) => name);
}
