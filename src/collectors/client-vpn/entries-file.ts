import type { Exact } from '../../core/exact.ts';
import type { Entry } from '../../core/ledger-entries.ts';
import { alignedLine, type ColumnsReader, columnParts } from '../../storage/columns.ts';
import type { Part } from '../../storage/file.ts';
import { ID_BYTES, packId, unpackId } from './packed-id.ts';
import { type Form, pack, unpack } from './packed-numbers.ts';
import { COUNTERS } from './record.ts';

/** The columns of numbers in a slice, in their order. */
export const NUMBERS = ['updated_at', 'absent_since_ms', ...COUNTERS] as const;
const [UPDATED_AT, ABSENT_SINCE, READINGS] = [0, 1, 2] as const;

/** Entries of a slice: well below a millisecond of work. */
const SLICE = 4096;

const OPENING = 1;
const OVER = 2;
const ENDED = 4;

/** The line before the columns of a slice: how they were packed, and in words what they cannot hold, by row. */
interface SliceLine {
  readonly rows: number;
  readonly statuses: readonly string[];
  readonly numbers: readonly Form[];
  /** Ids that are not made as AWS makes them. */
  readonly ids?: readonly (readonly [row: number, id: string])[];
  /** Readings past 2^53, in digits. */
  readonly large?: readonly (readonly [row: number, counter: number, digits: string])[];
}

/** Entries as slices: a line of JSON, and columns of ids, of the places of statuses in the line, of flags, and of numbers. */
export function* toSlices(entries: Iterable<[string, Entry]>): Iterable<Part> {
  let slice = new Slice();
  for (const [id, entry] of entries) {
    slice.add(id, entry);
    if (slice.rows < SLICE) continue;
    yield* slice.parts();
    slice = new Slice();
  }
  if (slice.rows > 0) yield* slice.parts();
}

/** Entries on their way to a file. */
class Slice {
  rows = 0;
  readonly #packedIds = new Uint8Array(SLICE * ID_BYTES);
  readonly #statuses = new Uint8Array(SLICE);
  readonly #flags = new Uint8Array(SLICE);
  readonly #numbers = NUMBERS.map(() => new Float64Array(SLICE).fill(Number.NaN));
  readonly #places = new Map<string, number>();
  readonly #ids: [number, string][] = [];
  readonly #large: [number, number, string][] = [];

  add(id: string, { status, updatedAt, readings, opening, isOver, ended, absentSinceMs }: Entry): void {
    const row = this.rows;
    this.rows += 1;
    if (!packId(id, this.#packedIds, row * ID_BYTES)) this.#ids.push([row, id]);
    const place = this.#places.get(status) ?? this.#places.size;
    this.#places.set(status, place);
    this.#statuses[row] = place;
    this.#flags[row] = (opening ? OPENING : 0) | (isOver ? OVER : 0) | (ended ? ENDED : 0);
    this.#set(UPDATED_AT, row, updatedAt);
    this.#set(ABSENT_SINCE, row, absentSinceMs);
    for (let counter = 0; counter < COUNTERS.length; counter += 1) {
      const reading = readings[counter];
      if (typeof reading === 'bigint') this.#large.push([row, counter, String(reading)]);
      else this.#set(READINGS + counter, row, reading);
    }
  }

  *parts(): Iterable<Part> {
    const { rows } = this;
    const packed = this.#numbers.map((numbers) => pack(numbers.subarray(0, rows)));
    const line: SliceLine = {
      rows,
      statuses: [...this.#places.keys()],
      numbers: packed.map(([form]) => form),
      ...(this.#ids.length > 0 && { ids: this.#ids }),
      ...(this.#large.length > 0 && { large: this.#large }),
    };
    yield alignedLine(JSON.stringify(line));
    yield* columnParts([
      this.#packedIds.subarray(0, rows * ID_BYTES),
      this.#statuses.subarray(0, rows),
      this.#flags.subarray(0, rows),
      ...packed.map(([, column]) => column),
    ]);
  }

  #set(column: number, row: number, number: number | undefined): void {
    const numbers = this.#numbers[column];
    if (numbers && number !== undefined) numbers[row] = number;
  }
}

/** The entries of one slice, the next; throws when it is something else. */
export function* fromSlice(reader: ColumnsReader): Iterable<[string, Entry]> {
  const { rows, statuses, numbers: forms, ids, large } = JSON.parse(reader.line()) as SliceLine;
  const packedIds = Buffer.from(reader.column(Uint8Array, rows * ID_BYTES));
  const places = reader.column(Uint8Array, rows);
  const flags = reader.column(Uint8Array, rows);
  const numbers = forms.map((form) => unpack(form, reader, rows));
  if (numbers.length !== NUMBERS.length) throw new Error('it has not the columns of a ledger');
  const oddIds = new Map(ids);
  const largeOnes = new Map(
    large?.map(([row, counter, digits]) => [row * COUNTERS.length + counter, BigInt(digits)]),
  );
  const at = (column: number, row: number) => {
    const number = numbers[column]?.[row];
    return Number.isNaN(number) ? undefined : number;
  };
  for (let row = 0; row < rows; row += 1) {
    const status = statuses[places[row] ?? 0];
    if (status === undefined) throw new Error('it has not the status of an entry');
    const flag = flags[row] ?? 0;
    const reading = (_: unknown, counter: number): Exact | undefined =>
      largeOnes.get(row * COUNTERS.length + counter) ?? at(READINGS + counter, row);
    yield [
      oddIds.get(row) ?? unpackId(packedIds, row * ID_BYTES),
      {
        status,
        updatedAt: at(UPDATED_AT, row),
        readings: COUNTERS.map(reading),
        opening: (flag & OPENING) !== 0,
        isOver: (flag & OVER) !== 0,
        ended: (flag & ENDED) !== 0,
        absentSinceMs: at(ABSENT_SINCE, row),
      },
    ];
  }
}
