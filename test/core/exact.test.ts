import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, type Exact, growth, larger, toExact } from '../../src/core/exact.ts';

const nearTheEdge = fc.bigInt(2n ** 53n - 5n, 2n ** 53n + 5n);
const whole = fc.oneof(fc.bigInt(0n, 10n), nearTheEdge, fc.bigInt(0n, 2n ** 90n));

function exact(value: bigint): Exact {
  const read = toExact(String(value));
  if (read === undefined) throw new Error(`${value} was not read`);
  return read;
}

test('any size is read exactly, as a number while a number can hold it', () => {
  const isExact = (value: bigint, zeros: number) => {
    const read = toExact('0'.repeat(zeros) + value);
    expect(read).toBe(value < 2n ** 53n ? Number(value) : value);
  };
  fc.assert(fc.property(whole, fc.nat(12), isExact));
});

test('40 digits are read, 41 are no reading of any counter', () => {
  expect(toExact('9'.repeat(40))).toBe(10n ** 40n - 1n);
  expect(toExact(`${'0'.repeat(39)}7`)).toBe(7);
  for (const digits of [41, 309, 100_000]) {
    expect(toExact('9'.repeat(digits))).toBeUndefined();
    expect(toExact('0'.repeat(digits))).toBeUndefined();
  }
});

test.each([
  '',
  '-',
  ' ',
  '-1',
  '+1',
  '1e3',
  '1.0',
  '1,000',
  ' 1',
  '1 ',
  '1\n',
  '0x10',
  '10n',
  '１２',
  '٣',
  'NaN',
])('%j is not read', (text) => {
  expect(toExact(text)).toBeUndefined();
});

test('sums, growth and the larger of two are those of whole numbers', () => {
  const agrees = (a: bigint, b: bigint) => {
    expect(add(exact(a), exact(b))).toBe(exact(a + b));
    expect(larger(exact(a), exact(b))).toBe(exact(a > b ? a : b));
    expect(growth(exact(a), exact(b))).toBe(exact(b < a ? b : b - a));
  };
  fc.assert(fc.property(whole, whole, agrees));
});
