import { breathe } from '../../core/clock.ts';
import type { Exact } from '../../core/exact.ts';
import { type LedgerState, MOST_OTHER_STATUSES } from '../../core/ledger.ts';
import { type Entry, LedgerEntries } from '../../core/ledger-entries.ts';
import { Slots } from '../../core/slots.ts';
import type { ColumnsReader } from '../../storage/columns.ts';
import { COUNTERS, STATUSES } from './record.ts';

const OPENING = 1;
const ENDED = 2;
const OVER = 4;
type Cell = string | number | null;

/** Lines that are read at a time. */
const LINES = 1000;

/** The entries that version 0.1 wrote, a line of JSON each, in steps; rejects when they are something else. */
export async function fromLines(ledger: LedgerState, reader: ColumnsReader): Promise<LedgerEntries> {
  const entries = new LedgerEntries(COUNTERS.length);
  // It knew no most of statuses: the ledger sums those past it, these first.
  const slots = new Slots(STATUSES.length + MOST_OTHER_STATUSES, STATUSES);
  for (const status of Object.keys({ ...ledger.transitions, ...ledger.totals })) slots.of(status);
  while (!reader.isAtEnd) {
    for (let line = 0; line < LINES && !reader.isAtEnd; line += 1) {
      const [id, entry] = fromLine(reader.line());
      entries.add(id, { ...entry, status: slots.of(entry.status) });
    }
    await breathe();
  }
  return entries;
}

function fromLine(line: string): [string, Entry] {
  const [id, status, flags, updatedAt, absentSinceMs, ...readings] = JSON.parse(line) as [
    string,
    string,
    number,
    ...(number | null)[],
  ];
  if (typeof id !== 'string' || readings.length !== COUNTERS.length)
    throw new Error('one of its lines is not a connection');
  const [opening, ended] = [(flags & OPENING) !== 0, (flags & ENDED) !== 0];
  // Version 0.1 does not say it; but a lifetime was observed only of a row that told an end.
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
}

function fromCell(cell: Cell): Exact | undefined {
  return typeof cell === 'string' ? BigInt(cell) : (cell ?? undefined);
}
