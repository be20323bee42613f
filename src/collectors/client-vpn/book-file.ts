import type { Entry } from '../../core/ledger-entries.ts';
import { alignedLine, assertByteOrder, BYTE_ORDER, ColumnsReader } from '../../storage/columns.ts';
import type { Content, Part } from '../../storage/file.ts';
import { type Book, type BookState, DURATION_BUCKETS } from './book.ts';
import { fromLine } from './book-lines.ts';
import { fromSlice, NUMBERS, toSlices } from './entries-file.ts';
import { NAME } from './name.ts';
import { COUNTERS } from './record.ts';

/** The format line of a book's file; a change that a reader of before would misread changes the number. */
export const BOOK_FORMAT = `aws-connections-exporter ${NAME}-ledger 2`;
/** Version 0.1 wrote lines of JSON. */
const LINES_FORMAT = `aws-connections-exporter ${NAME}-ledger 1`;
/** All formats that `fromContent` reads. */
export const BOOK_FORMATS = [BOOK_FORMAT, LINES_FORMAT] as const;

/** Lines of version 0.1 that are read at a time. */
const LINES = 1000;

/** What a file holds of a book. */
export interface SavedBook {
  readonly state: BookState;
  /** Its entries, some at a time; throws where they are something else. */
  readonly entries: Iterable<Iterable<[string, Entry]>>;
}

/** The first line: the state, and what the columns behind it are. */
type Header = BookState & {
  readonly columns: { readonly order: string; readonly numbers: readonly string[] };
};

/** A book as a line of JSON, its state, and slices of columns, its entries; it must not change while they are taken. */
export function* toContent(book: Book): Iterable<Part> {
  const header: Header = { ...book.state(), columns: { order: BYTE_ORDER, numbers: NUMBERS } };
  const line = JSON.stringify(header, (_key, value) =>
    typeof value === 'bigint' ? { exact: String(value) } : value,
  );
  yield alignedLine(line, BOOK_FORMAT.length + 1);
  yield* toSlices(book.entries());
}

/** What `toContent`, or version 0.1, wrote; throws when the first line is something else. */
export function fromContent({ format, bytes }: Content): SavedBook {
  const reader = new ColumnsReader(bytes);
  if (reader.isAtEnd) throw new Error('it has no first line');
  const { columns, ...state } = toState(reader.line());
  if (format === LINES_FORMAT) return { state, entries: linesOf(reader) };
  if (!columns) throw new Error('its first line does not say what follows');
  assertByteOrder(columns.order);
  return { state, entries: slicesOf(reader) };
}

function* slicesOf(reader: ColumnsReader): Iterable<Iterable<[string, Entry]>> {
  while (!reader.isAtEnd) yield fromSlice(reader);
}

function* linesOf(reader: ColumnsReader): Iterable<Iterable<[string, Entry]>> {
  while (!reader.isAtEnd) yield someLines(reader);
}

function* someLines(reader: ColumnsReader): Iterable<[string, Entry]> {
  for (let line = 0; line < LINES && !reader.isAtEnd; line += 1) yield fromLine(reader.line());
}

function toState(line: string): BookState & Partial<Header> {
  const state = JSON.parse(line, (_key, value) =>
    typeof value?.exact === 'string' ? BigInt(value.exact) : value,
  );
  if (!isState(state ?? undefined)) throw new Error('its first line is not the state of a ledger');
  return state;
}

function isState({ ledger, durations, users }: Partial<BookState> = {}): boolean {
  const totals = [
    ...Object.values(ledger?.totals ?? {}),
    ...(users?.slots ?? []).map((slot) => slot.totals),
    ...(users?.other ? [users.other] : []),
  ];
  const numbers = [
    ...Object.values(ledger?.transitions ?? {}),
    ledger?.opened,
    ledger?.listedMs,
    ...(durations?.counts ?? []),
    durations?.sum,
  ];
  return (
    totals.every((row) => row?.length === COUNTERS.length && row.every(isCount)) &&
    durations?.counts?.length === DURATION_BUCKETS.length + 1 &&
    numbers.every(isCount)
  );
}

/** JSON can say -1 and 1e999, a counter neither. */
function isCount(value: unknown): boolean {
  return typeof value === 'bigint' ? value >= 0n : Number.isFinite(value) && Number(value) >= 0;
}
