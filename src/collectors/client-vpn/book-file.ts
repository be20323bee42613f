import type { Exact } from '../../core/exact.ts';
import type { Entry } from '../../core/ledger-entries.ts';
import { type Book, type BookState, DURATION_BUCKETS } from './book.ts';
import { NAME } from './name.ts';
import { COUNTERS } from './record.ts';

/** The format line of a book's file; a change that a reader of before would misread changes the number. */
export const BOOK_FORMAT = `aws-connections-exporter ${NAME}-ledger 1`;

const OPENING = 1;
const ENDED = 2;
const OVER = 4;
type Cell = string | number | null;

/** A book as lines of JSON: its state, then one line for each connection. */
export function* toLines(book: Book): Iterable<string> {
  yield JSON.stringify(book.state(), (_key, value) =>
    typeof value === 'bigint' ? { exact: String(value) } : value,
  );
  for (const [id, { status, updatedAt, readings, opening, ended, isOver, absentSinceMs }] of book.entries()) {
    const flags = (opening ? OPENING : 0) | (ended ? ENDED : 0) | (isOver ? OVER : 0);
    yield JSON.stringify([
      id,
      status,
      flags,
      updatedAt ?? null,
      absentSinceMs ?? null,
      ...readings.map(toCell),
    ]);
  }
}

/** Reads what `toLines` wrote; throws when the lines are something else. */
export function fromLines(lines: readonly string[]): {
  state: BookState;
  entries: Iterable<[string, Entry]>;
} {
  const [first, ...rest] = lines;
  if (first === undefined) throw new Error('it has no first line');
  const state = JSON.parse(first, (_key, value) =>
    typeof value?.exact === 'string' ? BigInt(value.exact) : value,
  ) as BookState;
  if (!isState(state ?? undefined)) throw new Error('its first line is not the state of a ledger');
  const entries = rest.map((line): [string, Entry] => {
    const [id, status, flags, updatedAt, absentSinceMs, ...readings] = JSON.parse(line) as [
      string,
      string,
      number,
      ...(number | null)[],
    ];
    if (typeof id !== 'string' || readings.length !== COUNTERS.length)
      throw new Error('one of its lines is not a connection');
    const [opening, ended] = [(flags & OPENING) !== 0, (flags & ENDED) !== 0];
    // Files of version 0.1 do not say it; but a lifetime was observed only of a row that told an end.
    const isOver = (flags & OVER) !== 0 || (status === 'terminated' && ended && !opening);
    const entry = {
      status,
      updatedAt: updatedAt ?? undefined,
      readings: readings.map(fromCell),
      opening,
      isOver,
      ended,
      absentSinceMs: absentSinceMs ?? undefined,
    };
    return [id, entry];
  });
  return { state, entries };
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

function toCell(reading: Exact | undefined): Cell {
  return typeof reading === 'bigint' ? String(reading) : (reading ?? null);
}

function fromCell(cell: Cell): Exact | undefined {
  return typeof cell === 'string' ? BigInt(cell) : (cell ?? undefined);
}
