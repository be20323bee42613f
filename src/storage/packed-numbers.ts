import type { ColumnsReader } from './columns.ts';

/** How a column of numbers is packed: 32 bits each above a base, or 64 bits each (floating point); null where there is none. */
export type Form = readonly ['u4', number] | readonly ['f8'] | null;

interface Packed {
  readonly form: Form;
  readonly column: Uint32Array | Float64Array;
}

/** Stands for no number among 32 bits. */
const NONE = 2 ** 32 - 1;
const NOTHING: Packed = { form: null, column: new Uint32Array() };

/** The shortest form of these numbers, of which NaN is none, and the column that has it; nothing is copied that needs 64 bits. */
export function pack(numbers: Float64Array | undefined): Packed {
  if (!numbers) return NOTHING;
  const base = leastOf(numbers);
  if (base === undefined) return NOTHING;
  const column = new Uint32Array(numbers.length);
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] ?? Number.NaN;
    const above = Number.isNaN(number) ? NONE : number - base;
    column[index] = above;
    const isExact = column[index] === above && base + above === number && above < NONE;
    if (!isExact && !Number.isNaN(number)) return { form: ['f8'], column: numbers };
  }
  return { form: ['u4', base], column };
}

function leastOf(numbers: Float64Array): number | undefined {
  let least = Number.POSITIVE_INFINITY;
  let isAny = false;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] ?? Number.NaN;
    if (number <= least) {
      least = number;
      isAny = true;
    }
  }
  return isAny ? least : undefined;
}

/** The numbers of this form that are read next, so many; undefined where there is none. */
export function unpack(form: Form, reader: ColumnsReader, length: number): Float64Array | undefined {
  if (form === null) return undefined;
  if (form[0] === 'f8') return reader.column(Float64Array, length);
  const [kind, base] = form;
  if (kind !== 'u4') throw new Error(`it has a column of an unknown form (${kind})`);
  const column = reader.column(Uint32Array, length);
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index += 1) {
    const above = column[index] ?? NONE;
    numbers[index] = above === NONE ? Number.NaN : base + above;
  }
  return numbers;
}
