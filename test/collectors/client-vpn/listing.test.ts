import { expect, test } from 'vitest';
import { gather } from '../../../src/collectors/client-vpn/listing.ts';
import { connection, createLedgerDesk, pages, restarted } from '../../support/client-vpn.ts';

test('one connection listed twice, on one page or on two, is listed once', async () => {
  const row = (updatedAt: number, bytes: number) =>
    connection({ id: 'a', updatedAt, readings: [bytes, 0, 0, 0] });
  const gathered = await gather(pages([row(1, 10), row(3, 5)], [connection({ id: 'b' })], [row(2, 20)]));
  const [a, b, ...others] = gathered.values();
  expect(a).toMatchObject({ id: 'a', updatedAt: 3, readings: [20, 0, 0, 0] });
  expect(b).toMatchObject({ id: 'b' });
  expect(others).toEqual([]);
});

test('pages that break off give no listing', async () => {
  const breaking = (async function* () {
    yield [connection()];
    throw new Error('the connection was reset');
  })();
  await expect(gather(breaking)).rejects.toThrow('the connection was reset');
});

test('gauges are sums by status, with every documented status and the oldest connection of each', async () => {
  const { byStatus } = await createLedgerDesk().list([
    connection({ id: 'a', establishedAt: 2_000, readings: [2 ** 53 - 1, 1, undefined, 0] }),
    connection({ id: 'b', establishedAt: 1_000, readings: [2, 1, 5, 0] }),
    connection({ id: 'c', establishedAt: undefined, status: 'paused', readings: [7, 0, 0, 0] }),
  ]);
  const none = { connections: 0, sums: [0, 0, 0, 0], oldestEstablishedAt: undefined };
  expect(byStatus).toEqual(
    new Map<string, unknown>([
      ['active', { connections: 2, sums: [2n ** 53n + 1n, 2, 5, 0], oldestEstablishedAt: 1_000 }],
      ['failed-to-terminate', none],
      ['terminating', none],
      ['terminated', none],
      ['paused', { connections: 1, sums: [7, 0, 0, 0], oldestEstablishedAt: undefined }],
    ]),
  );
});

test('a stale copy is shown as the book knows the connection', async () => {
  const desk = createLedgerDesk();
  const row = connection({ updatedAt: 2_000, status: 'terminated', readings: [9, 9, 9, 9] });
  await desk.list([row]);
  const listing = await desk.list([{ ...row, updatedAt: 1_000, status: 'active', readings: [5, 5, 5, 5] }]);
  expect(listing.connections).toMatchObject([{ status: 'terminated', readings: [9, 9, 9, 9] }]);
  expect(listing.byStatus.get('terminated')).toMatchObject({ connections: 1, sums: [9, 9, 9, 9] });
});

test('of a row that is ignored nothing shows: no status, no time, no name, no posture, no user', async () => {
  const desk = createLedgerDesk();
  const ended = {
    ...connection({ id: 'a', updatedAt: 1_000, status: 'terminated', user: 'alice', username: 'alice' }),
    endedAt: Date.UTC(2026, 0, 1, 10),
  };
  const live = connection({
    id: 'b',
    updatedAt: 2_000,
    user: 'bob',
    username: 'bob',
    postures: ['compliant'],
  });
  await desk.list([ended, live]);
  const stray = { user: 'carol', username: 'carol', postures: ['quarantined'], establishedAt: 5 };
  const listing = await desk.list(
    [
      // Not older, but after an end: and a stale copy that tells an end time without an end.
      { ...ended, ...stray, updatedAt: 3_000, status: 'active', endedAt: undefined },
      { ...live, ...stray, updatedAt: 1_500, status: 'terminating', endedAt: Date.UTC(2026, 0, 1, 11) },
    ],
    { maxUsers: 5 },
  );
  expect(listing.connections).toEqual([ended, live]);
  expect([...listing.postures]).toEqual([['compliant', 1]]);
  expect([...listing.userConnections]).toEqual([['bob', 1]]);
  expect(desk.counters().users?.slots.map(({ user }) => user)).toEqual(['alice', 'bob']);
  expect(listing.byStatus.get('active')?.oldestEstablishedAt).toBe(live.establishedAt);
});

test('after a restart a stale copy tells whose connection it is, and nothing else', async () => {
  const desk = createLedgerDesk();
  const live = connection({ id: 'b', updatedAt: 2_000, username: 'bob', readings: [7, 0, 0, 0] });
  await desk.list([live]);
  const next = createLedgerDesk(await restarted(desk.book));
  const endedAt = Date.UTC(2026, 0, 1, 11);
  const listing = await next.list([
    { ...live, updatedAt: 1_500, status: 'terminating', endedAt, postures: ['old'], readings: [3, 0, 0, 0] },
  ]);
  expect(listing.connections).toEqual([live]);
});

test('a listing that was returned is not changed by the next one', async () => {
  const desk = createLedgerDesk();
  const listing = await desk.list([connection({ readings: [1, 1, 1, 1] })]);
  const copy = structuredClone(listing);
  await desk.list([connection({ readings: [2, 2, 2, 2], status: 'terminated' })]);
  expect(listing).toEqual(copy);
});

test('users and postures are those of active connections', async () => {
  const listing = await createLedgerDesk().list(
    [
      connection({ id: 'a', user: 'alice', postures: ['compliant', 'compliant'] }),
      connection({ id: 'b', user: 'alice', postures: ['compliant', 'quarantined'] }),
      connection({ id: 'c', user: 'bob' }),
      connection({ id: 'd' }),
      connection({ id: 'e', user: 'carol', status: 'terminated', postures: ['gone'] }),
    ],
    { maxUsers: 2 },
  );
  expect(listing.connectedUsers).toBe(2);
  expect([...listing.userConnections]).toEqual([
    ['alice', 2],
    ['bob', 1],
    ['_other', 1],
  ]);
  expect([...listing.postures]).toEqual([
    ['compliant', 2],
    ['quarantined', 1],
  ]);
});
