import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ColumnsReader, columnParts } from '../../src/storage/columns.ts';
import { type Form, pack, unpack } from '../../src/storage/packed-numbers.ts';
import { toBuffer } from '../support/client-vpn.ts';

const NONE = Number.NaN;

test.each<[what: string, form: Form, bytes: number, numbers: readonly number[]]>([
  ['no numbers', null, 0, []],
  ['rows without a number', null, 0, [NONE, NONE]],
  ['one number', ['u4', 0.5], 8, [0.5]],
  ['times of one day', ['u4', 1_767_225_600_000], 16, [1_767_312_000_000, NONE, 1_767_225_600_000]],
  ['the widest that 32 bits hold', ['u4', -1], 8, [-1, 2 ** 32 - 3]],
  ['one more, which would be none', ['f8'], 16, [-1, 2 ** 32 - 2]],
  ['one more', ['f8'], 16, [0, 2 ** 32]],
  ['fractions', ['f8'], 16, [1, 1.5]],
  ['infinity', ['f8'], 16, [0, Number.POSITIVE_INFINITY]],
  ['what a base would round', ['f8'], 16, [41.630582141511496, 359.6305821415115]],
])('%s take so many bytes', (_, form, bytes, numbers) => {
  const packed = pack(Float64Array.from(numbers));
  const column = toBuffer(columnParts([packed.column]));
  expect([packed.form, column.length]).toEqual([form, bytes]);
  const read = unpack(packed.form, new ColumnsReader(column), numbers.length);
  expect([...(read ?? numbers.map(() => NONE))]).toEqual(numbers);
});

test('whatever the numbers are, they come back exact', () => {
  const number = fc.oneof(
    fc.constant(NONE),
    fc.maxSafeInteger(),
    fc.double().map((one) => one + 0),
  );
  const near = fc
    .tuple(number, fc.array(fc.nat(2 ** 33)))
    .map(([base, above]) => above.map((one) => base + one));
  const comesBack = (numbers: readonly number[]) => {
    const { form, column } = pack(Float64Array.from(numbers));
    const read = unpack(form, new ColumnsReader(toBuffer(columnParts([column]))), numbers.length);
    expect([...(read ?? numbers.map(() => NONE))]).toEqual(numbers);
  };
  fc.assert(fc.property(fc.oneof(fc.array(number), near), comesBack));
});
