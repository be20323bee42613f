import type { Exact } from '../../core/exact.ts';
import type { Entry } from '../../core/ledger-entries.ts';
import { COUNTERS } from './record.ts';

const OPENING = 1;
const ENDED = 2;
const OVER = 4;
type Cell = string | number | null;

/** The entry that version 0.1, and those after it that wrote no columns, wrote as a line of JSON; throws when it is something else. */
export function fromLine(line: string): [string, Entry] {
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
