import { expect, test } from 'vitest';
import { LookupTotals } from '../../../src/collectors/websocket/estimate/lookup-totals.ts';
import { type Change, Entries } from '../../../src/collectors/websocket/registry/entries.ts';
import type { DeadEntry, Entry, OpenEntry } from '../../../src/collectors/websocket/registry/entry.ts';
import {
  type SavedState,
  takeLines,
  toBatch,
} from '../../../src/collectors/websocket/registry/registry-lines.ts';
import { entriesOf } from '../../support/registry-disk.ts';

/** What a base of version 0.1 and the batches after it come to. */
async function fromLines(lines: readonly string[], journal: readonly (readonly string[])[] = []) {
  const entries = new Entries();
  let state = await takeLines(entries, lines);
  for (const batch of journal) state = await takeLines(entries, batch);
  return { state, entries: entriesOf(entries) };
}

const STATE: SavedState = {
  endpointId: 'api/prod',
  source: 'intake',
  generation: '0123456789abcdef',
  registry: { opened: 3, closed: 2, missed: 1, listedAt: 1 },
  totals: new LookupTotals().state(),
};
const NEW: OpenEntry = {
  firstSeenAt: 5,
  connectedAt: undefined,
  lastSeenAt: undefined,
  aliveAt: undefined,
  isConnectUntold: false,
};
const SEEN: OpenEntry = { firstSeenAt: 5, connectedAt: 4, lastSeenAt: 6, aliveAt: 7, isConnectUntold: false };
const GONE: DeadEntry = { ...SEEN, end: 'gone', endedAt: 8, isUndecided: true, delistedAt: undefined };
const GAPS: DeadEntry = { ...NEW, end: 'expired', endedAt: 8, isUndecided: false, delistedAt: 9 };
const ODD_STATE = 'one of its lines is not the state of a registry';
const ODD_CONNECTION = 'one of its lines is not a connection';
const ODD_DEAD = 'one of its lines is not a dead connection';

test('an entry is a list without what is unknown at its end, and comes back as it was', async () => {
  const entries: [string, Entry][] = [
    ['L0SM9cOFvHcCIhw=', NEW],
    ['"\n', SEEN],
    ['gone', GONE],
    ['gaps', GAPS],
  ];
  const [, ...lines] = toBatch(STATE, entries);
  expect(lines).toEqual([
    '["L0SM9cOFvHcCIhw=",5]',
    '["\\"\\n",5,4,6,7]',
    '["gone",5,4,6,7,"gone",8,1]',
    '["gaps",5,null,null,null,"expired",8,0,9]',
  ]);
  const read = await fromLines([...toBatch(STATE, entries)]);
  expect(read.entries).toStrictEqual(Object.fromEntries(entries));
  expect(read.state).toEqual(STATE);
});

test('batches change what the base says, one after the other, and the last state holds', async () => {
  const base = [
    ...toBatch(STATE, [
      ['a', NEW],
      ['b', NEW],
    ]),
  ];
  const journal: Change[][] = [
    [
      ['a', GONE],
      ['b', undefined],
      ['c', NEW],
      ['never there', undefined],
    ],
    [['b', SEEN]],
  ];
  const later = { ...STATE, registry: { ...STATE.registry, closed: 9 } };
  const batches = journal.map((changes, index) => [...toBatch(index === 1 ? later : STATE, changes)]);
  expect(batches[1]).toEqual([JSON.stringify(later), '["b",5,4,6,7]']);
  const { state, entries } = await fromLines(base, batches);
  expect(entries).toStrictEqual({ a: GONE, b: SEEN, c: NEW });
  expect(state).toEqual(later);
});

test.each([
  ['nothing at all', () => 'null', ODD_STATE],
  ['a number', () => '5', ODD_STATE],
  ['a list', () => '[]', ODD_STATE],
  ['an empty mapping', () => '{}', ODD_STATE],
  ['no JSON', () => '{', /JSON/],
  ['no endpoint', (state: string) => state.replace('"api/prod"', 'null'), ODD_STATE],
  ['no source', (state: string) => state.replace('"intake"', '1'), ODD_STATE],
  [
    'an odd generation',
    (state: string) => state.replace('0123456789abcdef', '../0123456789abcdef'),
    ODD_STATE,
  ],
  ['openings that are text', (state: string) => state.replace('"opened":3', '"opened":"3"'), ODD_STATE],
  ['a count below zero', (state: string) => state.replace('"closed":2', '"closed":-2'), ODD_STATE],
  [
    'a count beyond every number',
    (state: string) => state.replace('"missed":1', '"missed":1e999'),
    ODD_STATE,
  ],
  ['no word of listings', (state: string) => state.replace('"listedAt":1', '"listedAt":"now"'), ODD_STATE],
  ['look-ups that are nothing', (state: string) => state.replace('"gone":0', '"gone":null'), ODD_STATE],
  ['too few ages', (state: string) => state.replace('"age":{"counts":[0,', '"age":{"counts":['), ODD_STATE],
  [
    'idle times that are text',
    (state: string) => state.replace('"idle":{"counts":[0', '"idle":{"counts":["0"'),
    ODD_STATE,
  ],
  ['a sum that is nothing', (state: string) => state.replace('"sum":0}}', '"sum":null}}'), ODD_STATE],
])('%s is no state of a registry, in a base or in a batch', async (_, change, reason) => {
  const good = JSON.stringify(STATE);
  const changed = change(good);
  expect(changed).not.toBe(good);
  await expect(fromLines([changed])).rejects.toThrow(reason);
  await expect(fromLines([good], [[changed]])).rejects.toThrow(reason);
});

test.each([
  ['null', ODD_CONNECTION],
  ['5', ODD_CONNECTION],
  ['{}', ODD_CONNECTION],
  ['[]', ODD_CONNECTION],
  ['[5,5]', ODD_CONNECTION],
  ['["a"]', ODD_CONNECTION],
  ['["a",null]', ODD_CONNECTION],
  ['["a",1e999]', ODD_CONNECTION],
  ['["a",5,"4"]', ODD_CONNECTION],
  ['["a",5,4,3,[]]', ODD_CONNECTION],
  ['["a",5,4,3,2,"asleep",8,1]', ODD_DEAD],
  ['["a",5,4,3,2,"gone"]', ODD_DEAD],
  ['["a",5,4,3,2,"gone",8,1,"9"]', ODD_CONNECTION],
  ['[', /JSON/],
])('%s is no connection', async (line, reason) => {
  await expect(fromLines([JSON.stringify(STATE), line])).rejects.toThrow(reason);
});

test('no line at all is no registry, and neither is a batch without one', async () => {
  await expect(fromLines([])).rejects.toThrow(ODD_STATE);
  await expect(fromLines([JSON.stringify(STATE)], [[]])).rejects.toThrow(ODD_STATE);
});
