import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExportChoice } from '../../../src/collectors/client-vpn/exported.ts';
import type { Connection } from '../../../src/collectors/client-vpn/record.ts';
import { connection } from '../../support/client-vpn.ts';

function of(...rows: readonly (readonly [id: string, establishedAt?: number, status?: string])[]) {
  return rows.map(([id, establishedAt, status = 'active']) => connection({ id, establishedAt, status }));
}

function exportedConnections(listed: readonly Connection[], previous: readonly Connection[], max: number) {
  const choice = new ExportChoice(previous, max);
  for (const connection of listed) choice.add(connection);
  const { exported, leftOut } = choice.chosen();
  expect(leftOut + exported.length).toBe(listed.filter(({ status }) => status !== 'terminated').length);
  return exported;
}

function ids(connections: readonly Connection[]): string[] {
  return connections.map(({ id }) => id);
}

test('the oldest come first; those that do not say are the youngest, by id', () => {
  const listed = of(['young', 3], ['z'], ['old', 1], ['y'], ['middle', 2]);
  expect(ids(exportedConnections(listed, [], 4))).toEqual(['old', 'middle', 'young', 'y']);
});

test('those exported keep their place, though others are older', () => {
  const previous = of(['b', 5], ['a', 6], ['gone', 1]);
  const listed = of(['older', 1], ['a', 6], ['b', 5], ['oldest', 0]);
  expect(ids(exportedConnections(listed, previous, 3))).toEqual(['b', 'a', 'oldest']);
});

test('a terminated connection gives up its place', () => {
  const previous = of(['a', 1], ['b', 2]);
  const listed = of(['a', 1, 'terminated'], ['b', 2, 'terminating'], ['c', 3, 'failed-to-terminate']);
  expect(ids(exportedConnections(listed, previous, 5))).toEqual(['b', 'c']);
});

test('a lowered cap keeps the first places', () => {
  const previous = of(['c', 3], ['b', 2], ['a', 1]);
  expect(ids(exportedConnections(previous.toReversed(), previous, 2))).toEqual(['c', 'b']);
  expect(exportedConnections(previous, previous, 0)).toEqual([]);
});

test('nobody who had a place loses it to one who had none, and no place stays empty', () => {
  const someIds = fc.uniqueArray(fc.constantFrom(...'abcdefgh'));
  const isFair = (listedIds: string[], previousIds: string[], max: number) => {
    const listed = of(...listedIds.map((id) => [id, id.charCodeAt(0) % 3] as const));
    const chosen = ids(exportedConnections(listed, of(...previousIds.map((id) => [id] as const)), max));
    const kept = previousIds.filter((id) => listedIds.includes(id)).slice(0, max);
    expect(chosen.slice(0, kept.length)).toEqual(kept);
    expect(chosen.length).toBe(Math.min(listed.length, max));
    expect(new Set(chosen).size).toBe(chosen.length);
  };
  fc.assert(fc.property(someIds, someIds, fc.nat(9), isFair));
});

test('of many, in any order, they are the oldest', () => {
  const times = fc.array(fc.nat(50), { maxLength: 60 });
  const areOldest = (establishedAt: number[], max: number) => {
    const listed = of(...establishedAt.map((at, n) => [`id-${n}`, at] as const));
    const chosen = exportedConnections(listed, [], max).map((each) => each.establishedAt);
    expect(chosen).toEqual(establishedAt.toSorted((a, b) => a - b).slice(0, max));
  };
  fc.assert(fc.property(times, fc.nat(9), areOldest));
});
