import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LookupTotals } from '../../../src/collectors/websocket/estimate/lookup-totals.ts';
import { Entries } from '../../../src/collectors/websocket/registry/entries.ts';
import { Registry } from '../../../src/collectors/websocket/registry/registry.ts';
import {
  fromContent,
  REGISTRY_FORMAT,
  toContent,
} from '../../../src/collectors/websocket/registry/registry-file.ts';
import { takeLines, toBatch } from '../../../src/collectors/websocket/registry/registry-lines.ts';
import { candidatesOf } from '../../support/registry-disk.ts';

const START = Date.UTC(2026, 10, 22);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ALWAYS = () => true;

/** A registry of a log whose first reading ended when the test begins. */
function readLog(): Registry {
  const registry = new Registry('log');
  registry.heard(START);
  return registry;
}

function connect(id: string, at: number) {
  return [{ type: 'connect', connectionId: id, connectedAt: at }, at, ALWAYS] as const;
}

function disconnect(id: string, at: number) {
  return [{ type: 'disconnect', connectionId: id, connectedAt: undefined }, at, ALWAYS] as const;
}

test('what the first reading of a log finds is known and not counted; what it finds again is a duplicate', () => {
  const registry = new Registry('log');
  for (const [id, at] of [
    ['a=', START - HOUR],
    ['b=', START - MINUTE],
  ] as const)
    expect(registry.take(...connect(id, at), START)).toBe('accepted');
  expect(registry.take(...disconnect('a=', START - MINUTE), START)).toBe('accepted');
  expect([registry.counters(), registry.open]).toEqual([{ opened: 0, closed: 0, missed: 0 }, 1]);
  registry.heard(START);
  expect(registry.take(...connect('b=', START - MINUTE), START)).toBe('duplicate');
  expect(registry.take(...disconnect('a=', START - MINUTE), START)).toBe('duplicate');
  expect(registry.take(...disconnect('b=', START + MINUTE), START + MINUTE)).toBe('accepted');
  expect(registry.counters()).toEqual({ opened: 0, closed: 1, missed: 0 });
});

test('every message of a queue counts from the first on', () => {
  const registry = new Registry('queue');
  registry.take(...connect('a=', START), START + SECOND);
  expect([registry.counters().opened, registry.state().listedAt]).toEqual([1, undefined]);
});

test('a connect that is read after its disconnect counts as opened, once, and raises nobody', () => {
  const registry = readLog();
  registry.take(...disconnect('a=', START + 2 * MINUTE), START + 3 * MINUTE);
  expect(registry.take(...connect('a=', START + MINUTE), START + 4 * MINUTE)).toBe('accepted');
  expect(registry.take(...connect('a=', START + MINUTE), START + 4 * MINUTE)).toBe('duplicate');
  expect(registry.counters()).toEqual({ opened: 1, closed: 1, missed: 0 });
  expect(candidatesOf(registry, START + 5 * MINUTE)).toEqual({ young: 0, ids: [] });
});

test('a disconnect is missed only once the source has told all that happened in the minute after', () => {
  const registry = readLog();
  registry.take(...connect('a=', START), START);
  registry.learn([['a=', { status: 'gone' }]], START + MINUTE);
  registry.age(START + 30 * MINUTE);
  expect(registry.counters().missed).toBe(0);
  registry.heard(START + 2 * MINUTE);
  registry.age(START + 30 * MINUTE);
  expect(registry.counters().missed).toBe(0);
  registry.heard(START + 2 * MINUTE + 1);
  registry.age(START + 30 * MINUTE);
  expect(registry.counters().missed).toBe(1);
});

test('a disconnect that was read late, but came in time, is not missed', () => {
  const registry = readLog();
  registry.take(...connect('a=', START), START);
  registry.learn([['a=', { status: 'gone' }]], START + 5 * MINUTE);
  registry.take(...disconnect('a=', START + 4 * MINUTE), START + HOUR);
  registry.heard(START + HOUR);
  registry.age(START + HOUR);
  expect(registry.counters()).toEqual({ opened: 1, closed: 1, missed: 0 });
});

test('whose disconnect may be among what is told no more did not miss it', () => {
  const registry = readLog();
  registry.take(...connect('a=', START), START);
  registry.take(...connect('b=', START + 2 * HOUR), START + 2 * HOUR);
  for (const _ of registry.losing(START + HOUR, START + 3 * HOUR));
  registry.heard(START + 6 * HOUR);
  registry.age(START + 4 * HOUR + 2 * MINUTE);
  expect(registry.counters().missed).toBe(1);
});

test('what happened more than two hours ago to a connection that nobody knows is too old; to one that is known, it counts', () => {
  const registry = readLog();
  const now = START + 3 * HOUR;
  expect(registry.take(...connect('a=', START + 30 * MINUTE), now)).toBe('too_old');
  registry.take(...connect('b=', START), START);
  expect(registry.take(...disconnect('b=', START + 30 * MINUTE), now)).toBe('accepted');
  expect(registry.counters()).toEqual({ opened: 1, closed: 1, missed: 0 });
});

interface Truth {
  opened: Set<string>;
  closed: Set<string>;
  known: Map<string, number>;
  gone: Set<string>;
}

const IDS = ['a=', 'b=', 'c=', 'd=', 'e='];
const step = fc.record({
  afterMs: fc.constantFrom(0, SECOND, 29 * SECOND, MINUTE, 10 * MINUTE, 25 * MINUTE),
  what: fc.constantFrom('connect', 'connect', 'disconnect', 'message', 'gone', 'age', 'heard', 'restart'),
  id: fc.constantFrom(...IDS),
});

test.each(['log', 'queue'] as const)(
  'in any order, late, doubled and over restarts, a %s opens and closes each connection once',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        let entries = new Entries();
        let registry = new Registry(kind, entries);
        registry.heard(START);
        let base: Buffer | undefined;
        const journal: string[][] = [];
        const truth: Truth = { opened: new Set(), closed: new Set(), known: new Map(), gone: new Set() };
        let now = START;
        for (const { afterMs, what, id: letter } of steps) {
          now += afterMs;
          // An id is of one connection alone, which no one hears of for longer than it can be remembered.
          const id = `${Math.floor((now - START) / (4 * HOUR))}${letter}`;
          const connectedAt = now - ((now - START) % (4 * HOUR)) + IDS.indexOf(letter) * 20 * MINUTE;
          const at = { connect: 0, message: MINUTE, disconnect: 50 * MINUTE }[what as string] ?? 0;
          const happenedAt = connectedAt + at;
          if (what === 'heard') registry.heard(now);
          else if (what === 'age') registry.age(now);
          else if (what === 'gone') {
            if (truth.known.has(id) && !truth.closed.has(id)) truth.gone.add(id);
            registry.learn([[id, { status: 'gone' }]], now);
          } else if (what === 'restart') {
            const state = {
              endpointId: 'api/prod',
              source: 'sqs',
              generation: '0123456789abcdef',
              registry: registry.state(),
              totals: new LookupTotals().state(),
            };
            if (base && journal.length < 2) journal.push([...toBatch(state, entries.takeChanges())]);
            else {
              const all = entries.takeAll();
              base = Buffer.concat(
                [...toContent(state, all)].map((part) =>
                  typeof part === 'string' ? Buffer.from(`${part}\n`) : part,
                ),
              );
              all.letGo();
              journal.length = 0;
            }
            const saved = await fromContent(REGISTRY_FORMAT, base);
            entries = saved.entries;
            let last = saved.state;
            for (const batch of journal) last = await takeLines(entries, batch);
            entries.settle();
            registry = new Registry(kind, entries, last.registry);
          } else if (happenedAt <= now && now - happenedAt <= 2 * HOUR) {
            const isNews = what === 'message' || !(what === 'connect' ? truth.opened : truth.closed).has(id);
            const told = registry.take(
              {
                type: what as 'connect',
                connectionId: id,
                connectedAt: what === 'connect' ? connectedAt : undefined,
              },
              happenedAt,
              ALWAYS,
              now,
            );
            expect(told).toBe(isNews ? 'accepted' : 'duplicate');
            if (what === 'connect') truth.opened.add(id);
            if (what === 'disconnect') truth.closed.add(id);
            if (!truth.known.has(id)) truth.known.set(id, happenedAt);
          }
          const { opened, closed } = registry.counters();
          expect({ opened, closed }).toEqual({ opened: truth.opened.size, closed: truth.closed.size });
          const { ids } = candidatesOf(registry, now);
          for (const one of ids)
            expect([truth.known.has(one), truth.closed.has(one), truth.gone.has(one)]).toEqual([
              true,
              false,
              false,
            ]);
        }
      }),
      { numRuns: 500 },
    );
  },
);
