import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Exact, toExact } from '../../src/core/exact.ts';
import { CounterLedger } from '../../src/core/ledger.ts';
import { counters, fallen, figuresOf } from '../support/ledger-figures.ts';
import { histories, type Step } from '../support/ledger-histories.ts';
import { LedgerModel, type ModelRow, tellsEnd } from '../support/ledger-model.ts';

const STATUSES = ['active', 'failed-to-terminate', 'terminating', 'terminated'];

function exact(reading: bigint | undefined): Exact | undefined {
  return reading === undefined ? undefined : toExact(String(reading));
}

function list(ledger: CounterLedger, rows: readonly ModelRow[], elapsedMs: number): void {
  ledger.begin(elapsedMs);
  for (const row of rows) {
    const { id, status, updatedAt, readings } = row;
    ledger.post(id, { status, updatedAt, readings: readings.map(exact) }, tellsEnd(row));
  }
  ledger.end();
}

/** The ledger as a new process finds it. */
function restarted(ledger: CounterLedger): CounterLedger {
  const saved = structuredClone({ state: ledger.state(), entries: [...ledger.entries()] });
  return new CounterLedger(4, STATUSES, saved);
}

test('whatever happens, the ledger counts what the model counts, at every step, and nothing ever falls', () => {
  const follows = (steps: readonly Step[]) => {
    let ledger = new CounterLedger(4, STATUSES);
    const model = new LedgerModel();
    let before = counters(ledger.state());
    for (const step of steps) {
      if (step.kind === 'restart') ledger = restarted(ledger);
      if (step.kind === 'listing') {
        list(ledger, step.rows, step.afterMs);
        model.list(step.rows, step.afterMs);
      }
      const { durations: _, ...expected } = model.figures();
      expect(figuresOf(ledger.state())).toEqual(expected);
      const now = counters(ledger.state());
      expect(fallen(before, now)).toEqual([]);
      before = now;
    }
  };
  fc.assert(fc.property(histories({ duplicates: false }), follows), { numRuns: 300 });
});
