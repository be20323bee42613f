import { expect, test } from 'vitest';
import type { Exact } from '../../src/core/exact.ts';
import { CounterLedger } from '../../src/core/ledger.ts';
import type { Entry } from '../../src/core/ledger-entries.ts';

const STATUSES = ['active', 'terminated'];
const HOUR_MS = 3_600_000;

type Rows = Record<string, [status: string, reading: Exact | undefined, updatedAt?: number, isEnd?: boolean]>;

function list(ledger: CounterLedger, rows: Rows, elapsedMs = 30_000): CounterLedger {
  ledger.begin(elapsedMs);
  for (const [key, [status, reading, updatedAt, isEnd = false]] of Object.entries(rows))
    ledger.post(key, { status, updatedAt, readings: [reading] }, isEnd);
  ledger.end();
  return ledger;
}

/** A ledger of one counter whose opening listing held these rows. */
function opened(rows: Rows = {}): CounterLedger {
  return list(new CounterLedger(1, STATUSES), rows);
}

function totals(ledger: CounterLedger): Record<string, Exact | undefined> {
  return Object.fromEntries(
    Object.entries(ledger.state().totals).map(([status, [total]]) => [status, total]),
  );
}

function remembered(ledger: CounterLedger, key: string): Entry | undefined {
  return new Map(ledger.entries()).get(key);
}

test('before the opening nothing exists', () => {
  expect(new CounterLedger(1, STATUSES).state()).toMatchObject({ begun: false, totals: {}, transitions: {} });
});

test('the first listing is the opening balance: remembered, not counted, and every status exists at 0', () => {
  const ledger = opened({ a: ['active', 100], b: ['terminated', 7] });
  expect(ledger.state()).toMatchObject({
    begun: true,
    opened: 0,
    totals: { active: [0], terminated: [0] },
    transitions: { active: 0, terminated: 0 },
  });
  expect(remembered(ledger, 'a')?.readings).toEqual([100]);
});

test('an empty listing opens the ledger too', () => {
  expect(totals(list(opened(), { a: ['active', 5] }))).toEqual({ active: 5, terminated: 0 });
});

test('a connection not seen before counts in full, as active even when it is already terminated', () => {
  const ledger = list(opened(), { a: ['terminated', 42] });
  expect(totals(ledger)).toEqual({ active: 42, terminated: 0 });
  expect(ledger.state()).toMatchObject({ opened: 1, transitions: { active: 0, terminated: 1 } });
});

test('a connection seen before counts by its growth', () => {
  const ledger = opened({ a: ['active', 100] });
  list(list(ledger, { a: ['active', 103] }), { a: ['active', 110] });
  expect(totals(ledger)).toMatchObject({ active: 10 });
});

test('a smaller reading counts in full, like a counter reset', () => {
  const ledger = list(opened({ a: ['active', 100] }), { a: ['active', 30] });
  expect(totals(ledger)).toMatchObject({ active: 30 });
});

test('growth belongs to the status of the listing before', () => {
  const ledger = list(opened({ a: ['active', 1] }), { a: ['terminated', 10] });
  expect(totals(ledger)).toEqual({ active: 9, terminated: 0 });
  list(ledger, { a: ['terminated', 12] });
  expect(totals(ledger)).toEqual({ active: 9, terminated: 2 });
});

test('the listing before is the last that held the connection, however long ago', () => {
  const ledger = opened({ a: ['terminating', 1] });
  for (let hour = 0; hour < 2; hour += 1) list(ledger, {}, HOUR_MS);
  expect(totals(list(ledger, { a: ['active', 5] }))).toEqual({ active: 0, terminated: 0, terminating: 4 });
});

test('a row with an older time than the one posted is a stale copy: readings and status are ignored', () => {
  const ledger = opened({ a: ['active', 100, 2_000] });
  list(ledger, { a: ['terminated', 150, 1_999] });
  expect(totals(ledger)).toEqual({ active: 0, terminated: 0 });
  expect(ledger.state().transitions).toEqual({ active: 0, terminated: 0 });
  expect(totals(list(ledger, { a: ['active', 160, 2_000] }))).toMatchObject({ active: 60 });
});

test('a row without a time is not a stale copy, and leaves the time as it was', () => {
  const ledger = list(opened({ a: ['active', 100, 2_000] }), { a: ['active', 101] });
  expect(totals(ledger)).toMatchObject({ active: 1 });
  expect(totals(list(ledger, { a: ['active', 150, 1_999] }))).toMatchObject({ active: 1 });
});

test('an end is taken however late it is told, with the larger reading, and nothing brings the connection back', () => {
  const ledger = opened({ a: ['active', 100, 2_000] });
  list(ledger, { a: ['terminated', 90, 1_000, true] });
  expect(totals(ledger)).toEqual({ active: 0, terminated: 0 });
  list(ledger, { a: ['active', 100, 2_000] });
  list(ledger, { a: ['active', 101] });
  list(ledger, { a: ['terminated', 103, 500, true] });
  expect(totals(ledger)).toEqual({ active: 0, terminated: 3 });
  expect(ledger.state().transitions).toEqual({ active: 0, terminated: 1 });
});

test('after an end a smaller reading is no reset: a lagging copy with the same time counts nothing', () => {
  const ledger = opened({ a: ['active', 100, 2_000] });
  list(ledger, { a: ['terminated', 103, 1_000, true] });
  list(ledger, { a: ['active', 100, 2_000] });
  list(ledger, { a: ['active', 50] });
  expect(totals(ledger)).toEqual({ active: 3, terminated: 0 });
});

test('after an end told late, a row older than the latest is a stale copy still', () => {
  const ledger = opened({ a: ['active', 100, 3_000] });
  list(list(ledger, { a: ['terminated', 100, 1_000, true] }), { a: ['active', 60, 2_000] });
  expect(totals(ledger)).toEqual({ active: 0, terminated: 0 });
});

test('a terminated row without an end time is no end', () => {
  const ledger = opened({ a: ['active', 100, 2_000] });
  list(ledger, { a: ['terminated', 100, 1_000] });
  expect(remembered(ledger, 'a')?.status).toBe('active');
  list(list(ledger, { a: ['terminated', 100, 3_000] }), { a: ['active', 110, 4_000] });
  expect(ledger.state().transitions).toEqual({ active: 1, terminated: 1 });
});

test('a stale copy shows that the connection is listed', () => {
  const ledger = opened({ a: ['active', 100, 2_000] });
  list(ledger, {}, HOUR_MS);
  list(ledger, { a: ['active', 50, 1_000] }, HOUR_MS);
  list(list(ledger, {}, HOUR_MS), {}, HOUR_MS);
  expect(remembered(ledger, 'a')).toBeDefined();
});

test('each entry into a status is counted, the first sight too, the opening not', () => {
  const ledger = opened({ a: ['active', 0] });
  list(ledger, { a: ['terminated', 0], b: ['active', 0] });
  list(ledger, { a: ['terminated', 0], b: ['paused', 0] });
  list(ledger, { a: ['active', 0] });
  expect(ledger.state().transitions).toEqual({ active: 2, terminated: 1, paused: 1 });
});

test('a reading that cannot be read leaves the remembered one as it was', () => {
  const ledger = list(opened({ a: ['active', 100] }), { a: ['active', undefined] });
  expect(totals(ledger)).toMatchObject({ active: 0 });
  expect(totals(list(ledger, { a: ['active', 107] }))).toMatchObject({ active: 7 });
});

test('the first good reading of a new connection counts in full, under the status it was listed with', () => {
  const ledger = list(opened(), { a: ['terminating', undefined] });
  expect(totals(list(ledger, { a: ['active', 9] }))).toEqual({ active: 0, terminated: 0, terminating: 9 });
});

test('the first good reading of a connection from the opening is its opening balance', () => {
  const ledger = list(opened({ a: ['active', undefined] }), { a: ['active', 1_000] });
  expect(totals(ledger)).toMatchObject({ active: 0 });
  expect(totals(list(ledger, { a: ['active', 1_001] }))).toMatchObject({ active: 1 });
});

test('readings beyond 2^53 are subtracted exactly', () => {
  const ledger = list(opened({ a: ['active', 2n ** 60n] }), { a: ['active', 2n ** 60n + 1n] });
  expect(totals(ledger)).toMatchObject({ active: 1 });
  list(ledger, { a: ['active', 2n ** 60n + 1n], b: ['active', 2n ** 53n + 1n] });
  expect(totals(ledger)).toMatchObject({ active: 2n ** 53n + 2n });
});

test('a connection that drops out of listings and returns counts by its growth', () => {
  const ledger = opened({ a: ['active', 100] });
  list(ledger, {}, HOUR_MS);
  list(ledger, {}, 2 * HOUR_MS - 1);
  expect(totals(list(ledger, { a: ['active', 108] }))).toMatchObject({ active: 8 });
});

test('a connection is forgotten once listings spanning two hours have all lacked it', () => {
  const ledger = opened({ a: ['active', 100] });
  list(ledger, {}, 5 * HOUR_MS);
  list(ledger, {}, 2 * HOUR_MS - 1);
  expect(remembered(ledger, 'a')).toBeDefined();
  list(ledger, {}, 1);
  expect(remembered(ledger, 'a')).toBeUndefined();
  expect(list(ledger, { a: ['active', 100] }).state()).toMatchObject({
    opened: 1,
    totals: { active: [100] },
  });
});

test('a listing that holds a connection begins its two hours anew', () => {
  const ledger = opened({ a: ['active', 100] });
  for (const rows of [{}, { a: ['active', 100] }, {}, {}] as Rows[]) list(ledger, rows, 1.5 * HOUR_MS);
  expect(remembered(ledger, 'a')).toBeDefined();
});

test('forgetting comes after posting: a connection that is back in that very listing is known', () => {
  const ledger = opened({ a: ['active', 100] });
  list(ledger, {}, HOUR_MS);
  expect(totals(list(ledger, { a: ['active', 101] }, 3 * HOUR_MS))).toMatchObject({ active: 1 });
});

test('what a ledger says of itself is not changed by later listings', () => {
  const ledger = list(opened(), { a: ['active', 5] });
  const before = ledger.state();
  const copy = structuredClone(before);
  list(ledger, { a: ['terminated', 9], b: ['active', 1] });
  expect(before).toEqual(copy);
});
