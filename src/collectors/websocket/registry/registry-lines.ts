import { breathe } from '../../../core/clock.ts';
import type { HistogramState } from '../../../core/histogram.ts';
import { AGE_BUCKETS, IDLE_BUCKETS, type LookupState } from '../estimate/lookup-totals.ts';
import { LOOKUP_STATUSES } from '../estimate/outcome.ts';
import type { Change, Entries } from './entries.ts';
import { ENDS, type End, type Entry, isDead } from './entry.ts';
import type { RegistryState } from './registry.ts';

/** A registry with its look-ups as plain data, apart from its entries. */
export interface SavedState {
  readonly endpointId: string;
  readonly source: string;
  /** Tells the journal of this file from those of files before it. */
  readonly generation: string;
  /** Which base of its registry it is, from 1 on; undefined in files of version 0.1. */
  readonly sequence?: number;
  readonly registry: RegistryState;
  readonly totals: LookupState;
}

type Cell = string | number | null | undefined;

/** What changed as a batch of a journal: the state, then a list for each entry and a text for each id that was forgotten. */
export function* toBatch(state: SavedState, changes: Iterable<Change>): Iterable<string> {
  yield JSON.stringify(state);
  for (const [id, entry] of changes) yield entry ? toLine(id, entry) : JSON.stringify(id);
}

/** Lines that are read in one go, some milliseconds of work. */
const STEP = 2000;

/** Has the entries know what a batch of `toBatch` says, or a base of version 0.1, and resolves to its state; rejects when the lines are something else. */
export async function takeLines(entries: Entries, lines: Iterable<string>): Promise<SavedState> {
  let state: SavedState | undefined;
  let read = 0;
  for (const line of lines) {
    if (++read % STEP === 0) await breathe();
    if (!state) {
      state = toState(line);
      continue;
    }
    const cells = JSON.parse(line) as unknown;
    if (typeof cells === 'string') entries.forget(cells);
    else entries.set(...toEntry(cells));
  }
  return state ?? toState(undefined);
}

/** Which base a batch of `toBatch` goes on from; 0 when it does not say. */
export function sequenceOf([first]: readonly string[]): number {
  return toState(first).sequence ?? 0;
}

/** The cell that says whether the connect is untold. */
const UNTOLD = 9;

function toLine(id: string, entry: Entry): string {
  const { firstSeenAt, connectedAt, lastSeenAt, aliveAt } = entry;
  const cells: Cell[] = [id, firstSeenAt, connectedAt, lastSeenAt, aliveAt];
  if (isDead(entry)) cells.push(entry.end, entry.endedAt, Number(entry.isUndecided), entry.delistedAt);
  if (entry.isConnectUntold) cells[UNTOLD] = 1;
  while (cells.at(-1) === undefined) cells.pop();
  return JSON.stringify(cells);
}

function toEntry(cells: unknown): [string, Entry] {
  const all = Array.isArray(cells) ? (cells as Cell[]) : [];
  const [id, firstSeenAt, connectedAt, lastSeenAt, aliveAt, end, endedAt, undecided, delistedAt] = all;
  const times = [connectedAt, lastSeenAt, aliveAt, delistedAt].map((cell) => cell ?? undefined);
  if (
    typeof id !== 'string' ||
    !isTime(firstSeenAt) ||
    !times.every((time) => time === undefined || isTime(time))
  )
    throw new Error('one of its lines is not a connection');
  const [connected, lastSeen, alive, delisted] = times as (number | undefined)[];
  const isConnectUntold = all[UNTOLD] === 1;
  const open = {
    firstSeenAt,
    connectedAt: connected,
    lastSeenAt: lastSeen,
    aliveAt: alive,
    isConnectUntold,
  };
  if (end === undefined || (end === null && isConnectUntold)) return [id, open];
  if (!ENDS.includes(end as End) || !isTime(endedAt))
    throw new Error('one of its lines is not a dead connection');
  return [id, { ...open, end: end as End, endedAt, isUndecided: undecided === 1, delistedAt: delisted }];
}

/** Reads the line of a state; throws when it is something else. */
export function toState(line = 'null'): SavedState {
  const state = JSON.parse(line) as Partial<SavedState> | null;
  const { opened, closed, missed, listedAt } = state?.registry ?? {};
  const { lookups, age, idle } = state?.totals ?? {};
  const counts = [opened, closed, missed, ...LOOKUP_STATUSES.map((status) => lookups?.[status])];
  if (
    typeof state?.endpointId !== 'string' ||
    typeof state.source !== 'string' ||
    !/^[0-9a-f]{16}$/.test(String(state.generation)) ||
    !(state.sequence === undefined || isCount(state.sequence)) ||
    !(listedAt === undefined || isTime(listedAt)) ||
    !counts.every(isCount) ||
    !isHistogram(age, AGE_BUCKETS) ||
    !isHistogram(idle, IDLE_BUCKETS)
  )
    throw new Error('one of its lines is not the state of a registry');
  return state as SavedState;
}

function isHistogram(state: Partial<HistogramState> | undefined, bounds: readonly number[]): boolean {
  const { counts = [], sum } = state ?? {};
  return counts.length === bounds.length + 1 && counts.every(isCount) && isCount(sum);
}

function isTime(cell: unknown): cell is number {
  return Number.isFinite(cell);
}

/** JSON can say -1 and 1e999, a counter neither. */
function isCount(value: unknown): boolean {
  return isTime(value) && value >= 0;
}
