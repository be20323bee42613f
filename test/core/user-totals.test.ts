import { expect, test } from 'vitest';
import type { Exact } from '../../src/core/exact.ts';
import { UserTotals } from '../../src/core/user-totals.ts';

const DAY_MS = 24 * 3_600_000;

type Credits = readonly (readonly [user: string, growth?: Exact])[];

interface Options {
  readonly max?: number;
  readonly listedMs?: number;
}

function list(users: UserTotals, credits: Credits, { max = 2, listedMs = 0 }: Options = {}): UserTotals {
  users.begin(max);
  for (const [user, growth] of credits) users.credit(user, growth === undefined ? undefined : [growth]);
  users.end(listedMs);
  return users;
}

/** Totals of one counter after an opening listing without anybody. */
function opened(): UserTotals {
  return list(new UserTotals(1), []);
}

function totals(users: UserTotals): Record<string, Exact | undefined> {
  const { slots, other } = users.state();
  const own = slots.map(({ user, totals: [total] }) => [user, total] as const);
  return Object.fromEntries(other ? [...own, ['_other', other[0]] as const] : own);
}

test('the first listing with users is an opening balance: slots are taken, nothing is credited', () => {
  const users = list(new UserTotals(1), [['alice', 5]]);
  expect(totals(users)).toEqual({ alice: 0 });
  expect(totals(list(users, [['alice', 7]]))).toEqual({ alice: 7 });
});

test('slots go first come; the others share _other', () => {
  const users = list(opened(), [
    ['bob', 1],
    ['alice', 2],
    ['carol', 4],
    ['dave', 8],
  ]);
  expect(totals(users)).toEqual({ bob: 1, alice: 2, _other: 12 });
  expect([users.folded, users.has('bob'), users.has('carol')]).toEqual([2, true, false]);
});

test('a user is folded once, however many connections it has, and a listing at a time', () => {
  const users = list(
    opened(),
    [
      ['bob', 1],
      ['carol', 2],
      ['carol', 3],
    ],
    { max: 1 },
  );
  expect(users.folded).toBe(1);
  expect(list(users, [['bob', 1]], { max: 1 }).folded).toBe(0);
});

test('a slot is kept while its user is away, and is free after seven days of listings without', () => {
  const users = list(opened(), [['alice', 3]], { max: 1 });
  list(users, [['bob', 1]], { max: 1, listedMs: DAY_MS });
  list(users, [['bob', 1]], { max: 1, listedMs: 8 * DAY_MS - 1 });
  expect(totals(users)).toEqual({ alice: 3, _other: 2 });
  list(users, [['bob', 1]], { max: 1, listedMs: 8 * DAY_MS });
  expect(totals(users)).toEqual({ _other: 3 });
  list(users, [['bob', 9]], { max: 1, listedMs: 8 * DAY_MS });
  expect(totals(users)).toEqual({ bob: 9, _other: 3 });
});

test('a listed user keeps its slot, with or without traffic', () => {
  const users = list(opened(), [['alice', 3]]);
  list(users, [], { listedMs: DAY_MS });
  list(users, [['alice']], { listedMs: 7 * DAY_MS });
  list(users, [], { listedMs: 9 * DAY_MS });
  expect(totals(users)).toEqual({ alice: 3 });
});

test('switched off and on again, users have another opening balance and go on from there', () => {
  const users = list(opened(), [['alice', 3]]);
  users.pause();
  expect(users.state().open).toBe(false);
  list(users, [['alice', 100]]);
  expect(totals(list(users, [['alice', 4]]))).toEqual({ alice: 7 });
});

test('a lowered cap gives up the newest slots; their users go to _other from then on', () => {
  const users = list(opened(), [
    ['alice', 1],
    ['bob', 2],
  ]);
  list(users, [['bob', 4]], { max: 1 });
  expect(totals(users)).toEqual({ alice: 1, _other: 4 });
});

test('a user who is really named _other shares the slot of the others', () => {
  const users = list(
    opened(),
    [
      ['_other', 5],
      ['alice', 1],
      ['bob', 2],
    ],
    { max: 1 },
  );
  expect(totals(users)).toEqual({ alice: 1, _other: 7 });
});

test('slots, their order and their absence survive a restart', () => {
  const users = list(opened(), [
    ['bob', 2n ** 53n],
    ['alice', 1],
    ['carol', 2],
  ]);
  list(users, [['alice']], { listedMs: DAY_MS });
  const next = new UserTotals(1, structuredClone(users.state()));
  expect(next.state()).toEqual(users.state());
  list(next, [['alice', 1]], { max: 1, listedMs: 8 * DAY_MS });
  expect(totals(next)).toEqual({ _other: 3 });
});
