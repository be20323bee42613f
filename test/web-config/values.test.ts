import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toNanoseconds } from '../../src/web-config/go-duration.ts';
import { toSan } from '../../src/web-config/san.ts';

test.each([
  ['0', 0],
  ['-0', 0],
  ['1s', 1e9],
  ['+5m', 300e9],
  ['1h30m', 5_400e9],
  ['1.5h', 5_400e9],
  ['.5s', 5e8],
  ['1.s', 1e9],
  ['-2ms', -2e6],
  ['7us', 7e3],
  ['7µs', 7e3],
  ['7μs', 7e3],
  ['3ns', 3],
  ['1m1m', 120e9],
  ['2540400h', 9_145_440_000_000_000_000],
])('%s is a duration of Go, in nanoseconds', (text, ns) => {
  expect(toNanoseconds(text)).toBeCloseTo(ns);
});

test.each([
  '',
  '1',
  '-',
  's',
  '.s',
  '1d',
  '1w',
  '1y',
  '1 s',
  ' 1s',
  '1s ',
  '1S',
  '1:30',
  '--1s',
  '1e3s',
  '2562048h',
  '1s\n',
])('%j is none', (text) => {
  expect(toNanoseconds(text)).toBeUndefined();
});

test('durations add up, whatever their order', () => {
  const part = fc.tuple(fc.nat(10_000), fc.constantFrom('ns', 'us', 'ms', 's', 'm', 'h'));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const each = parts.map(([amount, unit]) => toNanoseconds(`${amount}${unit}`) ?? Number.NaN);
      const text = parts.map(([amount, unit]) => `${amount}${unit}`).join('');
      expect(toNanoseconds(text)).toBe(each.reduce((sum, ns) => sum + ns, 0));
    }),
  );
});

test.each([
  ['example.com', 'example.com'],
  ['Example.COM', 'Example.COM'],
  ['10.0.0.1', '10.0.0.1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['::', '::'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['::1::', '::1::'],
  ['spiffe://example.com/A', 'spiffe://example.com/A'],
])('the alternative name %s is compared as %s', (name, san) => {
  expect(toSan(name)).toBe(san);
});
