import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Book } from '../../../src/collectors/client-vpn/book.ts';
import { toExact } from '../../../src/core/exact.ts';
import { type Entry, LedgerEntries } from '../../../src/core/ledger-entries.ts';
import { contentOf, plain, restarted, SCOPE } from '../../support/client-vpn.ts';

/** A book that remembers these entries. */
function bookOf(entries: Iterable<readonly [string, Entry]>): Book {
  const columns = new LedgerEntries(4);
  for (const [id, entry] of entries) columns.add(id, entry);
  return new Book(SCOPE, plain.tag, { state: new Book(SCOPE, plain.tag).state(), entries: columns });
}

const digits = fc.stringMatching(/^[0-9a-f]{17}$/);
const id = fc.oneof(
  { weight: 8, arbitrary: digits.map((text) => `cvpn-connection-${text}`) },
  digits.map((text) => `cvpn-connection-${text.slice(1)}`),
  digits.map((text) => `cvpn-connection-${text.toUpperCase()}`),
  digits.map((text) => `cvpn-connectiom-${text}`),
  digits.map((text) => `cvpn-connection-${text.slice(1)}é`),
  fc.constantFrom('', '__proto__', '\ud800', '"\n', 'cvpn-connection-', 'L0SM9cOFvHcCIhw='),
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
const entry: fc.Arbitrary<Entry> = fc.record({
  status: fc.constantFrom('active', 'terminated', '_other', 'é'),
  updatedAt: none(time),
  readings: fc.tuple(none(reading), none(reading), none(reading), none(reading)),
  opening: fc.boolean(),
  isOver: fc.boolean(),
  ended: fc.boolean(),
  absentSinceMs: none(time),
});

test('entries come back in their order and exact, whatever their ids, times and readings', async () => {
  const few = fc.array(fc.tuple(id, entry), { maxLength: 20 }).map((entries) => new Map(entries));
  const comesBack = async (entries: Map<string, Entry>) => {
    const read = await restarted(bookOf(entries));
    expect([...read.entries()]).toEqual([...entries]);
  };
  await fc.assert(fc.asyncProperty(few, comesBack), { numRuns: 1000 });
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

test('an endpoint at its quota takes less than 6 MB, and every entry of it comes back', async () => {
  const book = bookOf(manyEntries(126_000));
  expect(contentOf(book).length).toBeLessThan(6_000_000);
  const read = await restarted(book);
  expect(read.entries().size).toBe(126_000);
  for (const [id, entry] of manyEntries(126_000)) {
    const found = read.entries().get(read.entries().find(id));
    if (JSON.stringify(found) !== JSON.stringify(entry)) expect(found).toEqual(entry);
  }
});
