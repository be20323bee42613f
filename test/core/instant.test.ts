import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInstant } from '../../src/core/instant.ts';

const LAST_AT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

test.each([
  ['2026-09-25T00:23:03Z', Date.UTC(2026, 8, 25, 0, 23, 3)],
  ['2026-09-25T00:23:03.782Z', 1_790_295_783_782],
  ['2026-09-25t00:23:03.782z', 1_790_295_783_782],
  ['2026-09-25T00:23:03,782999999', 1_790_295_783_782],
  ['2026-09-25T00:23:03.7', 1_790_295_783_700],
  ['2026-09-25 00:23:03', Date.UTC(2026, 8, 25, 0, 23, 3)],
  ['2026-09-25T00:23', Date.UTC(2026, 8, 25, 0, 23)],
  ['2026-09-25T00:23+00:00', Date.UTC(2026, 8, 25, 0, 23)],
  ['2026-09-25T02:23:03.782+02:00', 1_790_295_783_782],
  ['2026-09-24T18:53:03.782-0530', 1_790_295_783_782],
  ['2026-09-25T05:23:03.782+05', 1_790_295_783_782],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['1970-01-01T00:00:00Z', 0],
  ['9999-12-31T23:59:59.999Z', LAST_AT],
  [1_790_295_783_782, 1_790_295_783_782],
  [1_790_295_783, 1_790_295_783_000],
  [1_790_295_783.782, 1_790_295_783_782],
  ['1790295783782', 1_790_295_783_782],
  ['1790295783', 1_790_295_783_000],
  ['1790295783.782', 1_790_295_783_782],
  [0, 0],
  [99_999_999_999, 99_999_999_999_000],
  [100_000_000_000, 100_000_000_000],
])('%j is %i ms since 1970', (value, at) => {
  expect(toInstant(value)).toBe(at);
});

test.each([
  undefined,
  null,
  true,
  {},
  [[1_790_295_783]],
  new Date(0),
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  LAST_AT + 1,
  '',
  '-',
  ' 1790295783',
  '1790295783 ',
  '-1790295783',
  '+1790295783',
  '1.79e9',
  '0x10',
  '1790295783.',
  '9999999999999999',
  'now',
  '25/Sep/2026:00:23:03 +0000',
  'Fri, 25 Sep 2026 00:23:03 GMT',
  '2026-09-25',
  '2026-9-25T00:23:03Z',
  '2026-00-25T00:23:03Z',
  '2026-13-25T00:23:03Z',
  '2026-09-00T00:23:03Z',
  '2026-09-31T00:23:03Z',
  '2026-02-29T00:23:03Z',
  '2026-09-25T24:00:00Z',
  '2026-09-25T00:60:00Z',
  '2026-09-25T00:23:60Z',
  '2026-09-25T00:23:03.Z',
  '2026-09-25T00:23:03+24:00',
  '2026-09-25T00:23:03 +00:00',
  '2026-09-25T00:23:03UTC',
  '2026-09-25T00:23:03Z\n',
  '0099-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '+02026-09-25T00:23:03Z',
  1_790_295_783n,
])('%s is no instant', (value) => {
  expect(toInstant(value)).toBeUndefined();
});

const instants = fc.integer({ min: 0, max: LAST_AT });
const lateInstants = fc.integer({ min: 1e11, max: LAST_AT });

test('what JavaScript writes as ISO 8601 is read back, with and without its zone', () => {
  fc.assert(
    fc.property(instants, (at) => {
      const text = new Date(at).toISOString();
      expect([toInstant(text), toInstant(text.slice(0, -1))]).toEqual([at, at]);
    }),
  );
});

test('an offset moves the instant by itself', () => {
  const isMoved = (at: number, hours: number, minutes: number, sign: 1 | -1) => {
    const two = (value: number) => String(value).padStart(2, '0');
    const local = new Date(at + sign * (hours * 60 + minutes) * 60_000).toISOString().slice(0, -1);
    expect(toInstant(`${local}${sign > 0 ? '+' : '-'}${two(hours)}:${two(minutes)}`)).toBe(at);
  };
  const inside = fc.integer({ min: 864e5, max: LAST_AT - 864e5 });
  fc.assert(fc.property(inside, fc.nat(23), fc.nat(59), fc.constantFrom(1, -1), isMoved));
});

test('seconds and milliseconds are told apart by their size, as number and as text', () => {
  fc.assert(
    fc.property(lateInstants, (at) => {
      expect([toInstant(at), toInstant(String(at))]).toEqual([at, at]);
    }),
  );
  fc.assert(
    fc.property(instants, (at) => {
      const seconds = at / 1000;
      fc.pre(seconds < 1e11);
      expect(toInstant(seconds)).toBe(at);
      expect(toInstant(seconds.toFixed(3))).toBe(at);
    }),
  );
});

test('nothing makes it throw, and what it reads is a whole number', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.string(),
    fc.double(),
    fc.stringMatching(/^[-\dTZ:. +]{0,30}$/),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const at = toInstant(value);
      expect(at === undefined || (Number.isInteger(at) && at >= 0)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
