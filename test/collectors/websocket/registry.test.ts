import { expect, test } from 'vitest';
import { ListedIds } from '../../../src/collectors/websocket/columns/listed-ids.ts';
import type { Outcome } from '../../../src/collectors/websocket/estimate/outcome.ts';
import { Entries } from '../../../src/collectors/websocket/registry/entries.ts';
import { Registry, type RegistryEvent } from '../../../src/collectors/websocket/registry/registry.ts';
import { candidatesOf } from '../../support/registry-disk.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const T0 = Date.UTC(2026, 10, 22);
const GONE: Outcome = { status: 'gone' };
const INVALID: Outcome = { status: 'invalid' };
const counted = (opened: number, closed: number, missed: number) => ({ opened, closed, missed });

/** A registry, events of one id (`a` unless named otherwise), and times in milliseconds after the beginning. */
function createDesk(kind: 'events' | 'listing' = 'events') {
  const registry = new Registry(kind);
  const take = (type: RegistryEvent['type'], at: number, more: Partial<RegistryEvent> = {}) =>
    registry.take({ type, connectionId: 'a', connectedAt: undefined, ...more }, T0 + at, () => true);
  return {
    registry,
    take,
    learn: (at: number, outcome: Outcome, id = 'a') => registry.learn([[id, outcome]], T0 + at),
    age: (at: number) => registry.age(T0 + at),
    /** Posts a listing that took no time, or so long; rows are ids, or ids with a connect time. */
    list: (at: number, rows: readonly (string | [string, number])[], tookMs = 0) => {
      const ids = new ListedIds(
        rows.map((row) => (typeof row === 'string' ? [row, undefined] : [row[0], T0 + row[1]])),
      );
      registry.post({ ids, beganAt: T0 + at - tookMs }, T0 + at);
    },
    candidates: (at: number) => candidatesOf(registry, T0 + at),
  };
}

test('a connect opens an id, which is young for 30 s and can be sampled from then on', () => {
  const { registry, take, candidates } = createDesk();
  take('connect', 0);
  expect([registry.open, registry.size, registry.counters()]).toEqual([1, 1, counted(1, 0, 0)]);
  expect(candidates(29_999)).toEqual({ young: 1, ids: [] });
  expect(candidates(30_000)).toEqual({ young: 0, ids: ['a'] });
});

test('a connect time counts, unless it is later than now: then first seen stands in', () => {
  const { take, candidates } = createDesk();
  take('connect', MINUTE, { connectionId: 'past', connectedAt: T0 + 30_000 });
  take('connect', MINUTE, { connectionId: 'future', connectedAt: T0 + MINUTE + 1 });
  take('connect', MINUTE, { connectionId: 'odd', connectedAt: Number.NaN });
  expect(candidates(MINUTE)).toEqual({ young: 2, ids: ['past'] });
  expect(candidates(MINUTE + 30_000).young).toBe(0);
});

test('a clock that is set back a little does not make the young old, one that is set back far leaves none young for long', () => {
  const { take, candidates } = createDesk();
  take('connect', HOUR);
  expect(candidates(HOUR - 5).young).toBe(1);
  expect(candidates(0)).toEqual({ young: 0, ids: ['a'] });
});

test('a doubled connect counts once and changes nothing but a connect time that was missing', () => {
  const { registry, take, candidates } = createDesk();
  take('connect', 10_000);
  take('connect', 20_000, { connectedAt: T0 });
  expect(candidates(30_000).ids).toEqual(['a']);
  take('connect', 31_000, { connectedAt: T0 + 30_999 });
  expect(candidates(31_000).ids).toEqual(['a']);
  expect(registry.counters()).toEqual(counted(1, 0, 0));
});

test('a message moves the last-seen time on and never back; what changes nothing is nothing to write', () => {
  const entries = new Entries();
  const registry = new Registry('events', entries);
  const take = (type: RegistryEvent['type'], at: number) =>
    registry.take({ type, connectionId: 'a', connectedAt: undefined }, T0 + at, () => true);
  const lastSeenAt = () => (entries.get('a')?.lastSeenAt ?? Number.NaN) - T0;
  take('connect', 0);
  expect(lastSeenAt()).toBeNaN();
  take('message', 5);
  entries.takeChanges();
  for (const [type, at] of [
    ['message', 4],
    ['message', 5],
    ['connect', 6],
  ] as const)
    take(type, at);
  expect([lastSeenAt(), entries.changed]).toEqual([5, 0]);
  take('message', 7);
  expect([lastSeenAt(), entries.changed]).toEqual([7, 1]);
  expect(entries.takeChanges().map(([id]) => id)).toEqual(['a']);
  expect(entries.changed).toBe(0);
});

test('a disconnect closes an id; a doubled one, and connects and messages after it, change nothing', () => {
  const { registry, take, age } = createDesk();
  take('connect', 0);
  take('disconnect', HOUR);
  for (const type of ['disconnect', 'connect', 'message'] as const) take(type, HOUR + 1);
  expect([registry.open, registry.size, registry.counters()]).toEqual([0, 1, counted(1, 1, 0)]);
  age(HOUR + 2 * MINUTE);
  expect(registry.counters()).toEqual(counted(1, 1, 0));
});

test('a disconnect that overtakes its connect counts, and the late connect does not raise it', () => {
  const { registry, take } = createDesk();
  take('disconnect', 0);
  take('connect', 1);
  expect([registry.open, registry.size, registry.counters()]).toEqual([0, 1, counted(0, 1, 0)]);
});

test('a message opens an unknown id, but no connect was taken in', () => {
  const { registry, take } = createDesk();
  take('message', 0);
  take('connect', 1);
  expect([registry.open, registry.counters()]).toEqual([1, counted(0, 0, 0)]);
});

test('an id passes two hours and is dead; that its disconnect was missed is known a minute later, once', () => {
  const { registry, take, age } = createDesk();
  take('connect', HOUR, { connectedAt: T0 });
  age(2 * HOUR - 1);
  expect(registry.open).toBe(1);
  age(2 * HOUR);
  expect([registry.open, registry.size]).toEqual([0, 1]);
  age(2 * HOUR + MINUTE);
  expect(registry.counters()).toEqual(counted(1, 0, 0));
  age(2 * HOUR + MINUTE + 1);
  age(2 * HOUR + 2 * MINUTE);
  expect(registry.counters()).toEqual(counted(1, 0, 1));
});

test('a connect that comes after two hours opens nothing that can be alive', () => {
  const { registry, take, age } = createDesk();
  take('connect', 2 * HOUR, { connectedAt: T0 });
  expect([registry.open, registry.size, registry.counters()]).toEqual([0, 1, counted(1, 0, 0)]);
  age(2 * HOUR + MINUTE + 1);
  expect(registry.counters()).toEqual(counted(1, 0, 1));
});

test.each([
  ['just in time', MINUTE, counted(1, 1, 0)],
  ['too late', MINUTE + 1, counted(1, 1, 1)],
])('the disconnect of an id found gone comes %s', (_, afterMs, expected) => {
  for (const isAged of [true, false]) {
    const { registry, take, learn, age } = createDesk();
    take('connect', 0);
    learn(HOUR, GONE);
    expect([registry.open, registry.size]).toEqual([0, 1]);
    if (isAged) age(HOUR + afterMs);
    take('disconnect', HOUR + afterMs);
    take('disconnect', HOUR + afterMs);
    age(HOUR + 10 * MINUTE);
    expect(registry.counters()).toEqual(expected);
  }
});

test('the disconnect of an id past two hours comes in time or too late, whether or not anybody looked meanwhile', () => {
  for (const [at, missed] of [
    [2 * HOUR + MINUTE, 0],
    [2 * HOUR + MINUTE + 1, 1],
  ] as const) {
    const { registry, take, age } = createDesk();
    take('connect', 0);
    take('disconnect', at);
    age(3 * HOUR);
    expect(registry.counters()).toEqual(counted(1, 1, missed));
  }
});

test('an id found invalid is not alive, not sampled, and no missed disconnect', () => {
  const { registry, take, learn, age, candidates } = createDesk();
  take('connect', 0);
  learn(HOUR, INVALID);
  age(3 * HOUR);
  expect([registry.open, candidates(3 * HOUR), registry.counters()]).toEqual([
    0,
    { young: 0, ids: [] },
    counted(1, 0, 0),
  ]);
  take('disconnect', 3 * HOUR);
  expect(registry.counters()).toEqual(counted(1, 1, 0));
});

test('the dead stay dead: no look-up that was under way raises them, nor moves their end', () => {
  const { registry, take, learn, age } = createDesk();
  take('connect', 0);
  take('disconnect', HOUR);
  learn(HOUR + 1, { status: 'alive', connectedAt: T0, lastActiveAt: T0 });
  learn(HOUR + 2, GONE);
  age(HOUR + 5 * MINUTE);
  expect([registry.open, registry.counters()]).toEqual([0, counted(1, 1, 0)]);
  learn(HOUR, GONE, 'never heard of');
  expect(registry.size).toBe(1);
});

test("AWS' connect time beats ours, if it can be true", () => {
  const { registry, take, learn, age } = createDesk();
  for (const connectionId of ['a', 'b']) take('connect', HOUR, { connectionId, connectedAt: T0 + HOUR });
  learn(HOUR + MINUTE, { status: 'alive', connectedAt: T0, lastActiveAt: undefined });
  learn(HOUR + MINUTE, { status: 'alive', connectedAt: T0 + 9 * HOUR, lastActiveAt: undefined }, 'b');
  age(2 * HOUR);
  expect(registry.open).toBe(1);
  age(3 * HOUR);
  expect(registry.open).toBe(0);
});

test('an error says nothing', () => {
  const { registry, take, learn } = createDesk();
  take('connect', 0);
  learn(HOUR, { status: 'error' });
  expect(candidatesOf(registry, T0 + HOUR).ids).toEqual(['a']);
});

test('the dead are forgotten ten minutes after no event can come any more', () => {
  const { registry, take, age } = createDesk();
  take('connect', 0);
  take('disconnect', HOUR);
  age(2 * HOUR + 10 * MINUTE);
  expect(registry.size).toBe(1);
  age(2 * HOUR + 10 * MINUTE + 1);
  expect([registry.size, registry.counters()]).toEqual([0, counted(1, 1, 0)]);
});

test('without room an unknown id is dropped and nothing is counted, while known ones go on', () => {
  const { registry, take } = createDesk();
  take('connect', 0);
  for (const type of ['connect', 'message', 'disconnect'] as const) {
    const event = { type, connectionId: 'b', connectedAt: undefined };
    expect(registry.take(event, T0, () => false)).toBe('over_capacity');
  }
  expect([registry.size, registry.counters()]).toEqual([1, counted(1, 0, 0)]);
  expect(
    registry.take({ type: 'disconnect', connectionId: 'a', connectedAt: undefined }, T0, () => false),
  ).toBe('accepted');
  expect(registry.counters()).toEqual(counted(1, 1, 0));
});

test('of the first listing none is young without a connect time; of later ones all that are new are', () => {
  const { list, candidates } = createDesk('listing');
  list(MINUTE, ['a', ['b', MINUTE - 1], ['c', 0], ['d', MINUTE + 1]]);
  expect(candidates(MINUTE)).toEqual({ young: 1, ids: ['a', 'c', 'd'] });
  list(2 * MINUTE, ['a', 'e']);
  expect(candidates(2 * MINUTE)).toEqual({ young: 1, ids: ['a'] });
});

test('a first listing that is empty is a listing too', () => {
  const { list, candidates } = createDesk('listing');
  list(0, []);
  list(MINUTE, ['a']);
  expect(candidates(MINUTE)).toEqual({ young: 1, ids: [] });
});

test('a listed connect time is filled in where there was none, and never changed', () => {
  const { registry, list } = createDesk('listing');
  list(HOUR, ['a', ['b', HOUR]]);
  list(HOUR + 1, [
    ['a', 0],
    ['b', 0],
  ]);
  list(2 * HOUR, [
    ['a', 0],
    ['b', 0],
  ]);
  expect(registry.open).toBe(1);
});

test('an id that is no longer listed is forgotten while it can be alive, and was no missed disconnect', () => {
  const { registry, list, age } = createDesk('listing');
  list(0, ['a', 'b']);
  list(MINUTE, ['b']);
  expect([registry.open, registry.size]).toEqual([1, 1]);
  age(3 * HOUR);
  expect(registry.counters()).toEqual(counted(0, 0, 0));
});

test('an id found gone counts as missed when a listing that began a minute later, and not earlier, still holds it', () => {
  const { registry, list, learn, age } = createDesk('listing');
  list(0, ['a']);
  learn(HOUR, GONE);
  list(HOUR + 5 * MINUTE, ['a'], 4 * MINUTE + 1);
  age(HOUR + 5 * MINUTE);
  expect(registry.counters().missed).toBe(0);
  list(HOUR + 10 * MINUTE, ['a'], 9 * MINUTE);
  list(HOUR + 15 * MINUTE, ['a']);
  expect(registry.counters().missed).toBe(1);
});

test('an id found gone was not missed when the next listing lacks it, and is not when it is listed again', () => {
  const { registry, list, learn } = createDesk('listing');
  list(0, ['a']);
  learn(HOUR, GONE);
  list(HOUR + 30_000, []);
  expect([registry.size, registry.open]).toEqual([1, 0]);
  for (const at of [HOUR + 2 * MINUTE, HOUR + 3 * MINUTE]) list(at, ['a']);
  expect([registry.open, registry.counters().missed]).toEqual([0, 0]);
});

test('a table that never removes a row counts each once and keeps the dead for as long as it lists them', () => {
  const { registry, list } = createDesk('listing');
  for (let at = 0; at < 100 * HOUR; at += HOUR) list(at, [['a', 0]]);
  expect([registry.size, registry.open, registry.counters().missed]).toEqual([1, 0, 1]);
});

test('rows that were older than two hours when they were first seen are known to be missed at once', () => {
  const { registry, list } = createDesk('listing');
  list(2 * HOUR + MINUTE, [
    ['a', 0],
    ['b', 1],
  ]);
  expect([registry.open, registry.counters().missed]).toEqual([0, 1]);
});

test('a table that is empty for a moment, years after, counts nothing twice', () => {
  const { registry, list } = createDesk('listing');
  list(0, [['a', -3 * HOUR]]);
  list(1000 * HOUR, []);
  list(1001 * HOUR, [['a', -3 * HOUR]]);
  expect([registry.size, registry.counters().missed]).toEqual([1, 1]);
});

test('what is no longer listed is remembered for two hours and ten minutes', () => {
  const { registry, list, learn, age } = createDesk('listing');
  list(0, ['a']);
  learn(MINUTE, GONE);
  list(HOUR, []);
  age(3 * HOUR + 10 * MINUTE);
  expect(registry.size).toBe(1);
  age(3 * HOUR + 10 * MINUTE + 1);
  expect(registry.size).toBe(0);
});
