import { expect, test } from 'vitest';
import type { Book } from '../../../src/collectors/client-vpn/book.ts';
import {
  connection,
  contentOf,
  createLedgerDesk,
  LONGEST_GAP_MS,
  restarted,
} from '../../support/client-vpn.ts';

const START = Date.UTC(2026, 0, 1, 9);
const HOUR_MS = 3_600_000;

const active = connection({ id: 'a', establishedAt: START, readings: [100, 0, 0, 0] });
const terminated = { ...active, status: 'terminated', endedAt: START + 90_000 };

/** A book after an opening listing without connections. */
async function opened() {
  const desk = createLedgerDesk();
  await desk.list([]);
  return desk;
}

function unchanged(book: Book): Book {
  return book;
}

function interrupted(book: Book): Book {
  book.interrupt();
  return book;
}

function retired(book: Book): Book {
  book.retire(0);
  return book;
}

function ids(book: Book): string[] {
  return [...book.entries()].map(([id]) => id);
}

test('a duration is observed once, at the first listing as terminated', async () => {
  const desk = await opened();
  await desk.list([active]);
  for (let time = 0; time < 3; time += 1) await desk.list([terminated]);
  expect(desk.counters().durations).toMatchObject({ counts: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 90 });
});

test('a duration waits for a valid end, and is not observed again after a restart', async () => {
  const desk = await opened();
  await desk.list([{ ...terminated, endedAt: undefined }]);
  expect(desk.counters().durations.sum).toBe(0);
  await desk.list([terminated]);
  const next = createLedgerDesk(await restarted(desk.book));
  await next.list([terminated]);
  expect(next.counters().durations.sum).toBe(90);
});

test('a connection that was terminated at the opening is not observed; one that ends later is', async () => {
  const desk = createLedgerDesk();
  await desk.list([terminated, { ...active, id: 'b' }]);
  await desk.list([terminated, { ...terminated, id: 'b', endedAt: START + HOUR_MS }]);
  expect(desk.counters().durations.sum).toBe(3600);
});

test('before the opening there are no counters, and after it all of them', async () => {
  const desk = createLedgerDesk();
  expect(desk.book.counters()).toBeUndefined();
  await desk.list([active]);
  const zeros = [0, 0, 0, 0];
  expect(desk.counters()).toMatchObject({
    ledger: {
      opened: 0,
      totals: { active: zeros, 'failed-to-terminate': zeros, terminating: zeros, terminated: zeros },
      transitions: { active: 0, 'failed-to-terminate': 0, terminating: 0, terminated: 0 },
    },
    durations: { sum: 0 },
    users: undefined,
  });
});

test('two hours of listings without a connection forget it', async () => {
  const desk = createLedgerDesk();
  await desk.list([active]);
  await desk.list([]);
  for (let minutes = 0; minutes < 110; minutes += 10) await desk.list([], { afterMs: 600_000 });
  expect(ids(desk.book)).toEqual(['a']);
  await desk.list([], { afterMs: 600_000 });
  expect(ids(desk.book)).toEqual([]);
});

test.each([
  ['a gap longer than the longest', unchanged, LONGEST_GAP_MS + 1],
  ['a failed pass', interrupted, 60_000],
  ['a restart', restarted, 60_000],
  ['an endpoint that had ceased to exist', retired, 60_000],
])('the time before a listing does not count after %s', async (_, happen, afterMs) => {
  let desk = createLedgerDesk();
  await desk.list([active]);
  await desk.list([]);
  const before = desk.book.state().ledger.listedMs;
  const book = await happen(desk.book);
  if (book !== desk.book) desk = createLedgerDesk(book);
  await desk.list([], { afterMs });
  expect(book.state().ledger.listedMs).toBe(before);
  await desk.list([]);
  expect(book.state().ledger.listedMs).toBe(before + 60_000);
});

test('the longest gap still counts', async () => {
  const desk = await opened();
  await desk.list([], { afterMs: LONGEST_GAP_MS });
  expect(desk.book.state().ledger.listedMs).toBe(LONGEST_GAP_MS);
});

test('three hours without a listing lose nothing and count nothing twice', async () => {
  const desk = createLedgerDesk();
  await desk.list([active]);
  desk.book.interrupt();
  await desk.list([{ ...active, readings: [107, 0, 0, 0] }], { afterMs: 3 * HOUR_MS });
  expect(desk.counters().ledger).toMatchObject({ opened: 0, totals: { active: [7, 0, 0, 0] } });
});

test('a book comes back from its file as it was, numbers of any size included', async () => {
  const desk = createLedgerDesk();
  const readings = [2n ** 64n, undefined, 2 ** 53 - 1, 0];
  await desk.list([{ ...active, readings, updatedAt: 0, user: '{"exact":"1"}' }], { maxUsers: 1 });
  await desk.list([{ ...terminated, status: 'exact', readings: [2n ** 65n, 1, 2n ** 53n, 5] }], {
    maxUsers: 1,
  });
  await desk.list([connection({ id: '__proto__' })], { maxUsers: 1 });
  const next = await restarted(desk.book);
  expect(next.state()).toEqual(desk.book.state());
  expect([...next.entries()]).toEqual([...desk.book.entries()]);
  expect(contentOf(next)).toEqual(contentOf(desk.book));
  expect(next.isDirty).toBe(false);
});

test('users switched on later have an opening of their own', async () => {
  const desk = createLedgerDesk();
  await desk.list([active]);
  await desk.list([{ ...active, readings: [150, 0, 0, 0] }]);
  expect(desk.counters().users).toBeUndefined();
  await desk.list([{ ...active, readings: [170, 0, 0, 0], user: 'alice' }], { maxUsers: 5 });
  await desk.list([{ ...active, readings: [173, 0, 0, 0], user: 'alice' }], { maxUsers: 5 });
  expect(desk.counters()).toMatchObject({
    ledger: { totals: { active: [73, 0, 0, 0] } },
    users: { slots: [{ user: 'alice', totals: [3, 0, 0, 0] }] },
  });
});

test('whoever AWS does not name is the user unknown', async () => {
  const desk = createLedgerDesk();
  await desk.list([], { maxUsers: 5 });
  await desk.list([active], { maxUsers: 5 });
  expect(desk.counters().users?.slots).toMatchObject([{ user: 'unknown', totals: [100, 0, 0, 0] }]);
});

test('statuses of the opening count for the most that there are, over restarts too', async () => {
  const of = (status: string) => connection({ id: status, status });
  const some = (name: string) => Array.from({ length: 18 }, (_, n) => `${name}-${n}`);
  const desk = createLedgerDesk();
  await desk.list(some('opening').map(of));
  const next = createLedgerDesk(await restarted(desk.book));
  await next.list(some('later').map(of));
  expect(next.counters().ledger.transitions).toMatchObject({ 'later-0': 1, 'later-1': 1, _other: 16 });
  expect(next.book.foldedStatuses).toBe(16);
});

test('another identity clears users and nothing else', async () => {
  const desk = createLedgerDesk();
  await desk.list([], { maxUsers: 5 });
  await desk.list([{ ...active, user: 'alice' }], { maxUsers: 5 });
  const next = await restarted(desk.book, 'hash 0123');
  const { users, identity, ...rest } = next.state();
  expect(users).toEqual({ open: false, slots: [], other: undefined });
  expect(identity).toBe('hash 0123');
  expect(desk.book.state()).toMatchObject(rest);
  expect(contentOf(next).includes('alice')).toBe(false);
  expect(next.isDirty).toBe(true);
});
