import { inSteps } from '../../core/clock.ts';
import { type EntriesPicture, LedgerEntries } from '../../core/ledger-entries.ts';
import { alignedLine, ColumnsReader } from '../../storage/columns.ts';
import type { Content, Part } from '../../storage/file.ts';
import { fromColumns, type Layout, layoutOf, toParts } from '../../storage/picture-file.ts';
import { type BookState, DURATION_BUCKETS } from './book.ts';
import { fromLines } from './book-lines.ts';
import { NAME } from './name.ts';
import { COUNTERS } from './record.ts';

/** The format line of a book's file; a change that a reader of before would misread changes the number. */
export const BOOK_FORMAT = `aws-connections-exporter ${NAME}-ledger 2`;
/** Version 0.1 wrote lines of JSON. */
const LINES_FORMAT = `aws-connections-exporter ${NAME}-ledger 1`;
/** All formats that `fromContent` reads. */
export const BOOK_FORMATS = [BOOK_FORMAT, LINES_FORMAT] as const;

/** The numbers of an entry, in the order of its columns. */
const NUMBERS = ['updated_at', 'absent_since_ms', ...COUNTERS] as const;

/** The first line: the state, and what the bytes behind it are. */
type Header = BookState & {
  readonly columns: Layout &
    Pick<EntriesPicture, 'statuses' | 'large'> & { readonly numbers: readonly string[] };
};

/** A book as a line of JSON, its state, and the columns of its entries. */
export function* toContent(state: BookState, picture: EntriesPicture): Iterable<Part> {
  const { statuses, large } = picture;
  const header: Header = { ...state, columns: { ...layoutOf(picture), numbers: NUMBERS, statuses, large } };
  const line = JSON.stringify(header, (_key, value) =>
    typeof value === 'bigint' ? { exact: String(value) } : value,
  );
  yield alignedLine(line, BOOK_FORMAT.length + 1);
  yield* toParts(picture);
}

/** What `toContent`, or version 0.1, wrote, in steps; rejects when it is something else. */
export async function fromContent({
  format,
  bytes,
}: Content): Promise<{ readonly state: BookState; readonly entries: LedgerEntries }> {
  const reader = new ColumnsReader(bytes);
  if (reader.isAtEnd) throw new Error('it has no first line');
  const { columns, ...state } = toState(reader.line());
  if (format === LINES_FORMAT) return { state, entries: await fromLines(state.ledger, reader) };
  if (!columns) throw new Error('its first line does not say what follows');
  const { statuses, large } = columns;
  const picture = { ...(await fromColumns(columns, reader)), statuses, large };
  const entries = new LedgerEntries(COUNTERS.length, picture);
  await inSteps(entries.fill());
  return { state, entries };
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
