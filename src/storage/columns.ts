import { endianness } from 'node:os';
import type { Part } from './file.ts';

type Typed = Uint8Array | Uint32Array | Float64Array;

/** How a kind of column is made of bytes. */
interface Kind<T extends Typed> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** Whatever follows a line or a column begins at a multiple of so many bytes: there a machine can read any number where it stands. */
const ALIGNMENT = 8;
const CUT_SHORT = 'its columns are cut short';

/** The order of the bytes of a number in the columns that this machine writes. */
export const BYTE_ORDER = endianness();

/** Throws unless numbers were written in the order in which this machine reads them. */
export function assertByteOrder(order: string): void {
  if (order === BYTE_ORDER) return;
  throw new Error(`its numbers were written by a machine of another kind (${order})`);
}

/** The line, filled up with blanks so that columns can follow; so many bytes stand before it since the last place where they could. */
export function alignedLine(line: string, before = 0): string {
  return line + ' '.repeat(padding(before + Buffer.byteLength(line) + 1));
}

/** The columns as they stand in memory, one after another, each filled up with zeros; nothing is copied. */
export function* columnParts(columns: Iterable<Typed>): Iterable<Part> {
  for (const { buffer, byteOffset, byteLength } of columns) {
    yield new Uint8Array(buffer, byteOffset, byteLength);
    if (padding(byteLength) > 0) yield new Uint8Array(padding(byteLength));
  }
}

/** Goes through lines and columns in the order in which they were written. */
export class ColumnsReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next line, blanks at its end and all. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0)
      throw new Error(
        this.isAtEnd ? CUT_SHORT : 'there is something behind its columns that is neither column nor line',
      );
    const line = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return Buffer.from(line.buffer, line.byteOffset, line.length).toString();
  }

  /** The next column, which goes on living in the bytes that are read, where it can. */
  column<T extends Typed>(kind: Kind<T>, length: number): T {
    const bytes = length * kind.BYTES_PER_ELEMENT;
    const from = this.#at;
    if (!(Number.isInteger(length) && length >= 0 && from + bytes + padding(bytes) <= this.#bytes.length))
      throw new Error(CUT_SHORT);
    this.#at += bytes + padding(bytes);
    const isAligned = (this.#bytes.byteOffset + from) % ALIGNMENT === 0;
    const { buffer, byteOffset } = isAligned
      ? this.#bytes.subarray(from)
      : new Uint8Array(this.#bytes.subarray(from, from + bytes));
    return new kind(buffer, byteOffset, length);
  }
}

function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}
