import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, toDurationMs } from '../../src/fields/duration.ts';

test.each([
  ['0', 0],
  ['0s', 0],
  ['1ms', 1],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1d', 86_400_000],
  ['1w', 604_800_000],
  ['1y', 31_536_000_000],
  ['3y2w1d4h5m6s7ms', 95_918_706_007],
  ['00300m', 18_000_000],
  ['292y', 9_208_512_000_000],
])('%s is %d ms', (text, ms) => {
  expect(toDurationMs(text)).toBe(ms);
});

test.each([
  '',
  '1',
  '-1s',
  '1.5h',
  '1s1m',
  '1s1s',
  ' 1s',
  '1s\n',
  '1 s',
  '1M',
  '5 minutes',
  's',
  '0 0',
  '294y',
])('%j is no duration', (text) => {
  expect(toDurationMs(text)).toBeUndefined();
});

test.each([
  [0, '0s'],
  [324, '324ms'],
  [3_000, '3s'],
  [90_000, '1m30s'],
  [3_600_000, '1h'],
  [86_400_000, '1d'],
  [604_800_000, '1w'],
  [604_801_000, '7d1s'],
  [31_536_000_000, '1y'],
  [7_776_000_000, '90d'],
])('%d ms is written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('what is written reads as the same', () => {
  const wholeDays = fc.nat(100_000).map((days) => days * 86_400_000);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.nat(),
        fc.maxSafeNat().map((ms) => ms % 9_223_372_036_854),
        wholeDays,
      ),
      (ms) => {
        expect(toDurationMs(formatDuration(ms))).toBe(ms);
      },
    ),
  );
});
