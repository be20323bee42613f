import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Connection, mergeConnections } from '../../../src/collectors/client-vpn/record.ts';
import { connection } from '../../support/client-vpn.ts';

function row(updatedAt: number | undefined, status: string, ...readings: Connection['readings']): Connection {
  return connection({ updatedAt, status, readings });
}

test.each([
  ['the first is newer', row(20, 'terminated'), row(10, 'active'), 'terminated', 20],
  ['the second is newer', row(10, 'active'), row(20, 'terminated'), 'terminated', 20],
  ['both are as old', row(10, 'active'), row(10, 'terminated'), 'terminated', 10],
  ['neither has a time', row(undefined, 'active'), row(undefined, 'terminated'), 'terminated', undefined],
  ['only the first has a time', row(10, 'active'), row(undefined, 'terminated'), 'terminated', 10],
  ['only the second has a time', row(undefined, 'active'), row(10, 'terminated'), 'terminated', 10],
])('%s', (_, first, second, status, updatedAt) => {
  expect(mergeConnections(first, second)).toMatchObject({ status, updatedAt });
});

test('each counter takes the larger reading, whichever row is newer and whichever can be read', () => {
  const first = row(20, 'active', 5, undefined, 2n ** 60n, undefined);
  const second = row(10, 'active', 7, 3, 8, undefined);
  expect(mergeConnections(first, second).readings).toEqual([7, 3, 2n ** 60n, undefined]);
});

test('the row that tells an end wins over any other, and the later of two ends', () => {
  const ended = (updatedAt: number) => ({ ...row(updatedAt, 'terminated', 3), endedAt: updatedAt + 1 });
  const [early, late, active] = [ended(10), ended(20), row(30, 'active', 5)];
  const merged = { ...early, readings: [5] };
  expect(mergeConnections(early, active)).toEqual(merged);
  expect(mergeConnections(active, early)).toEqual(merged);
  expect(mergeConnections(late, early)).toMatchObject({ endedAt: 21 });
});

test('times and names come from the newer row', () => {
  const newer = connection({
    updatedAt: 20,
    endedAt: 19,
    username: 'alice',
    user: 'alice',
    postures: ['ok'],
  });
  const older = connection({ updatedAt: 10, endedAt: undefined, username: 'bob', user: 'bob' });
  expect(mergeConnections(newer, older)).toEqual(newer);
  expect(mergeConnections(older, newer)).toEqual(newer);
});

test('rows with different times come to the same in any order', () => {
  const reading = fc.option(fc.nat(9), { nil: undefined });
  const rows = fc.uniqueArray(fc.nat(99), { minLength: 2, maxLength: 5 }).chain((times) =>
    fc.tuple(
      ...times.map((at) =>
        fc.tuple(reading, reading, fc.boolean()).map(([one, other, isEnd]) => ({
          ...row(at, isEnd ? 'terminated' : `at ${at}`, one, other),
          endedAt: isEnd ? at : undefined,
        })),
      ),
    ),
  );
  const isSame = ([one, other]: readonly [Connection[], Connection[]]) =>
    expect(one.reduce(mergeConnections)).toEqual(other.reduce(mergeConnections));
  const orders = rows.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(fc.property(orders, (both) => void isSame(both)));
});
