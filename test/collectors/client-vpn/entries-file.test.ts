import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromSlice, toSlices } from '../../../src/collectors/client-vpn/entries-file.ts';
import { toExact } from '../../../src/core/exact.ts';
import type { Entry } from '../../../src/core/ledger-entries.ts';
import { ColumnsReader } from '../../../src/storage/columns.ts';

function toBytes(entries: Iterable<[string, Entry]>): Buffer {
  const parts = [...toSlices(entries)];
  return Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? `${part}\n` : part)));
}

/** What is read again of these entries, whose slices begin so many bytes after a place where columns can be read as they stand. */
function readBack(entries: Iterable<[string, Entry]>, shift = 0): Map<string, Entry> {
  const reader = new ColumnsReader(Buffer.concat([Buffer.alloc(shift), toBytes(entries)]).subarray(shift));
  const read = new Map<string, Entry>();
  while (!reader.isAtEnd) for (const [id, entry] of fromSlice(reader)) read.set(id, entry);
  return read;
}

const digits = fc.stringMatching(/^[0-9a-f]{17}$/);
const id = fc.oneof(
  { weight: 8, arbitrary: digits.map((text) => `cvpn-connection-${text}`) },
  digits.map((text) => `cvpn-connection-${text.slice(1)}`),
  digits.map((text) => `cvpn-connection-${text.toUpperCase()}`),
  digits.map((text) => `cvpn-connectiom-${text}`),
  digits.map((text) => `cvpn-connection-${text.slice(1)}é`),
  fc.constantFrom('', '__proto__', '\ud800', '"\n', 'cvpn-connection-'),
  fc.string({ unit: 'binary', maxLength: 128 }),
);
const time = fc.oneof(
  fc.integer({ min: 1_767_225_600, max: 1_767_232_800 }).map((seconds) => 1000 * seconds),
  fc.constantFrom(0, -1, 0.1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -8.64e15, 8.64e15, Number.POSITIVE_INFINITY),
  fc.double({ noNaN: true }).map((number) => number + 0),
);
const reading = fc.oneof(
  fc.nat(100),
  fc.integer({ min: 2 ** 32 - 2, max: 2 ** 32 + 1 }),
  fc.maxSafeNat(),
  fc.bigInt(2n ** 53n - 2n, 2n ** 70n).map((value) => toExact(String(value))),
);
const none = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const readings = fc.tuple(none(reading), none(reading), none(reading), none(reading));
const entry: fc.Arbitrary<Entry> = fc.record({
  status: fc.constantFrom('active', 'terminated', '_other', 'é'),
  updatedAt: none(time),
  readings,
  opening: fc.boolean(),
  isOver: fc.boolean(),
  ended: fc.boolean(),
  absentSinceMs: none(time),
});

test('entries come back in their order and exact, whatever their ids, times and readings', () => {
  const few = fc.array(fc.tuple(id, entry), { maxLength: 20 }).map((entries) => new Map(entries));
  const comesBack = (entries: Map<string, Entry>, shift: number) => {
    expect([...readBack(entries, shift)]).toEqual([...entries]);
  };
  fc.assert(fc.property(few, fc.nat(8), comesBack), { numRuns: 1000 });
});

/** So many entries, as a listing of many has them: times of one hour, gigabytes in millions of packets. */
function* manyEntries(count: number): Iterable<[string, Entry]> {
  for (let n = 0; n < count; n += 1) {
    const entry = {
      status: n % 10 === 0 ? 'terminated' : 'active',
      updatedAt: 1_767_225_600_000 + 1000 * ((n * 7919) % 3600),
      readings: [(n * 2_654_435_761) % 2 ** 40, n * 1_000_003, (n * 40_503) % 2 ** 31, n],
      opening: n % 3 === 0,
      isOver: n % 10 === 0,
      ended: n % 20 === 0,
      absentSinceMs: undefined,
    };
    yield [`cvpn-connection-${n.toString(16).padStart(17, '0')}`, entry];
  }
}

test('an endpoint at its quota takes less than 6 MB, and every entry of it comes back', () => {
  const entries = new Map(manyEntries(126_000));
  expect(toBytes(entries).length).toBeLessThan(6_000_000);
  const read = readBack(entries);
  expect(read.size).toBe(126_000);
  for (const [id, entry] of read)
    if (JSON.stringify(entry) !== JSON.stringify(entries.get(id))) expect(entry).toEqual(entries.get(id));
});
