import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Exact } from '../../src/core/exact.ts';
import { type EntriesPicture, type Entry, LedgerEntries } from '../../src/core/ledger-entries.ts';

const WIDTH = 2;

const none = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const reading: fc.Arbitrary<Exact> = fc.oneof(fc.nat(9), fc.maxSafeNat(), fc.bigInt(2n ** 53n, 2n ** 90n));
const id = fc.constantFrom(
  'cvpn-connection-0123456789abcdef0',
  'cvpn-connection-0123456789abcdef1',
  'L0SM9cOFvHcCIhw=',
  '~odd~',
  '',
);
const entry: fc.Arbitrary<Entry> = fc.record({
  status: fc.constantFrom('active', 'terminated', 'é', '_other'),
  updatedAt: none(fc.constantFrom(0, 1_795_737_846_060)),
  readings: fc.tuple(none(reading), none(reading)),
  opening: fc.boolean(),
  isOver: fc.boolean(),
  ended: fc.boolean(),
  absentSinceMs: none(fc.constantFrom(0, 30_000)),
});
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('put' as const), id, entry }) },
  fc.record({ what: fc.constant('forget' as const), id }),
  fc.record({ what: fc.constantFrom('picture' as const, 'restart' as const) }),
);

function readBack(picture: EntriesPicture): LedgerEntries {
  const entries = new LedgerEntries(WIDTH, picture);
  for (const _ of entries.fill());
  return entries;
}

/** Adds an entry, or makes the one that is there say the same. */
function put(entries: LedgerEntries, id: string, entry: Entry): void {
  const row = entries.find(id);
  if (row < 0) return void entries.add(id, entry);
  entries.setStatus(row, entry.status, entry.isOver);
  entries.setUpdatedAt(row, entry.updatedAt);
  for (const [index, one] of entry.readings.entries()) entries.setReading(row, index, one);
  if (entry.ended) entries.settleEnd(row);
}

test('a picture holds the entries of its moment, whatever becomes of them, and they go on from it', () => {
  const isTrue = (operations: readonly (typeof operation extends fc.Arbitrary<infer O> ? O : never)[]) => {
    let entries = new LedgerEntries(WIDTH);
    const truth = new Map<string, Entry>();
    const pictures: { picture: ReturnType<LedgerEntries['picture']>; held: Map<string, Entry> }[] = [];
    let listing = 0;
    for (const one of operations) {
      if (one.what === 'put') {
        const before = truth.get(one.id);
        put(entries, one.id, one.entry);
        const { opening = one.entry.opening, absentSinceMs = one.entry.absentSinceMs } = before ?? {};
        const ended = one.entry.ended || before?.ended === true;
        truth.set(one.id, {
          ...one.entry,
          opening,
          absentSinceMs: before ? before.absentSinceMs : absentSinceMs,
          ended,
        });
      } else if (one.what === 'forget') {
        // A listing that holds all but this one, and forgets at once.
        listing += 1;
        for (const [each, known] of truth) {
          if (each === one.id) continue;
          entries.list(entries.find(each), listing);
          truth.set(each, { ...known, absentSinceMs: undefined });
        }
        expect([...entries.age(listing, 60_000, 60_000)]).toHaveLength(truth.delete(one.id) ? 1 : 0);
      } else if (one.what === 'picture') pictures.push({ picture: entries.picture(), held: new Map(truth) });
      else {
        const picture = entries.picture();
        entries = readBack(picture);
        picture.letGo();
      }
      expect(new Map(entries)).toEqual(truth);
      expect(entries.size).toBe(truth.size);
    }
    for (const { picture, held } of pictures) {
      expect(new Map(readBack(picture))).toEqual(held);
      picture.letGo();
    }
  };
  fc.assert(fc.property(fc.array(operation, { maxLength: 40 }), isTrue), { numRuns: 500 });
});
