import type { ColumnsReader } from '../../storage/columns.ts';

/** How numbers were packed: 32 bits each above a base; 64 bits each (floating point); null where there is none. */
export type Form = readonly ['u4', number] | readonly ['f8'] | null;

/** Stands for none among 32 bits. */
const NONE = 2 ** 32 - 1;

/** The shortest form of numbers of which NaN stands for none, and the column of it; in 64 bits it is the one given. */
export function pack(numbers: Float64Array): readonly [form: Form, column: Uint32Array | Float64Array] {
  let base = Number.POSITIVE_INFINITY;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] ?? Number.NaN;
    if (number < base) base = number;
  }
  if (base === Number.POSITIVE_INFINITY && numbers.every(Number.isNaN)) return [null, new Uint32Array()];
  const column = new Uint32Array(numbers.length).fill(NONE);
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] ?? Number.NaN;
    if (Number.isNaN(number)) continue;
    const above = number - base;
    column[index] = above;
    if (column[index] !== above || above === NONE || base + above !== number) return [['f8'], numbers];
  }
  return [['u4', base], column];
}

/** The next numbers, so many. */
export function unpack(form: Form, reader: ColumnsReader, length: number): Float64Array {
  if (form?.[0] === 'f8') return reader.column(Float64Array, length);
  const numbers = new Float64Array(length).fill(Number.NaN);
  if (form === null) return numbers;
  const [kind, base] = form;
  if (kind !== 'u4') throw new Error(`it has columns of an unknown form (${kind})`);
  const column = reader.column(Uint32Array, length);
  for (let index = 0; index < length; index += 1)
    if (column[index] !== NONE) numbers[index] = base + (column[index] ?? NONE);
  return numbers;
}
