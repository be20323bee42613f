import { type AnyId, type Picture, Table } from '../../../core/columns/table.ts';
import { ChangedRows } from './changed-rows.ts';
import { type DeadEnds, DeadOrder } from './dead-order.ts';
import { type Drawn, drawing } from './draw.ts';
import type { Entry, Youth } from './entry.ts';
import { ENDED, EntryRow, entryAt, FORGOTTEN, isEnd, isOpen, stateOf, writeTimes } from './entry-row.ts';

/** An id with what is known of it; undefined for one that was forgotten. */
export type Change = readonly [id: string, entry: Entry | undefined];

/** What is remembered as of one moment. */
export type EntriesPicture = Picture & DeadEnds;

/** Whether so many changes of so many entries are better written down by writing all entries anew. */
function isTooMany(changes: number, entries: number): boolean {
  return changes > Math.max(10_000, entries / 64);
}

/** What is remembered, by connection id, in columns; and which of it has changed. The dead never become open again. */
export class Entries {
  readonly #table: Table;
  readonly #dead: DeadOrder;
  /** The forgotten among them, which keep their rows until that has been handed out. */
  readonly #changed = new ChangedRows();
  #openCount = 0;
  #deadCount = 0;

  /** Nothing, or what a picture holds: then `fill` must be run to its end before anything else. */
  constructor(picture?: EntriesPicture) {
    this.#table = new Table(picture);
    this.#dead = new DeadOrder(this.#table, picture);
  }

  /** Takes up what the picture holds, in steps of some milliseconds at most. */
  *fill(): Generator<void> {
    yield* this.#table.fill();
    for (const [, { states }] of this.#table.pages()) {
      for (const state of states) this.#count(state, 1);
      yield;
    }
  }

  /** How many can be alive. */
  get open(): number {
    return this.#openCount;
  }

  /** How many are remembered, the dead included. */
  get size(): number {
    return this.#openCount + this.#deadCount;
  }

  /** What is remembered of an id. */
  get(id: AnyId): Entry | undefined {
    const row = this.#find(id);
    return row < 0 ? undefined : entryAt(this.#table, row);
  }

  /** Remembers this of the id from now on. */
  set(id: AnyId, entry: Entry): void {
    const state = stateOf(entry);
    const found = this.#table.find(id);
    const before = found < 0 ? 0 : this.#table.state(found);
    const row = found < 0 ? this.#table.add(id, state) : found;
    this.#table.setState(row, state);
    writeTimes(this.#table, row, entry);
    this.#count(before, -1);
    this.#count(state, 1);
    if (isEnd(before) && !isEnd(state)) this.#dead.remove(row);
    if (!isEnd(before) && isEnd(state)) this.#dead.add(row);
    this.#mark(row);
  }

  forget(id: AnyId): void {
    const row = this.#find(id);
    if (row >= 0) this.#forget(row);
  }

  /** Every entry in turn; what is added meanwhile may have one or not. */
  rows(): EntryRow {
    return new EntryRow(this.#table);
  }

  /** Draws from the open entries that are not too young, in steps of about a millisecond. */
  drawing(youth: Youth, size: number, random: () => number): Generator<void, Drawn> {
    return drawing(this.#table, youth, size, random);
  }

  /** When the first of the dead ended, milliseconds since 1970; undefined if there are none. */
  get oldestDeadAt(): number | undefined {
    const { oldest } = this.#dead;
    return oldest === undefined ? undefined : this.#table.number(oldest, ENDED);
  }

  /** Forgets the first of the dead, so many of them. */
  forgetOldestDead(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const { oldest } = this.#dead;
      if (oldest === undefined) return;
      this.#forget(oldest);
    }
  }

  /** How many changes there are to hand out; infinite when they were too many to be told apart. */
  get changed(): number {
    return this.#changed.size;
  }

  /** Hands out what changed since something was last handed out, as it is now. */
  takeChanges(): readonly Change[] {
    const changes = this.#changed.rows.map((row): Change => {
      const isForgotten = this.#table.state(row) === FORGOTTEN;
      return [this.#table.idAt(row), isForgotten ? undefined : entryAt(this.#table, row)];
    });
    this.settle();
    return changes;
  }

  /** Hands out everything as it is now, however late it is read; `letGo` once it has been. */
  takeAll(): EntriesPicture & { letGo(): void } {
    this.settle();
    return { ...this.#table.picture(), ...this.#dead.ends };
  }

  /** From now on nothing has changed. */
  settle(): void {
    this.#removeForgotten();
    this.#changed.clear();
  }

  /** The row of an id that is remembered; -1 if it is not. */
  #find(id: AnyId): number {
    const row = this.#table.find(id);
    return row >= 0 && this.#table.state(row) === FORGOTTEN ? -1 : row;
  }

  #forget(row: number): void {
    const state = this.#table.state(row);
    if (isEnd(state)) this.#dead.remove(row);
    this.#count(state, -1);
    if (Number.isFinite(this.changed)) {
      this.#table.setState(row, FORGOTTEN);
      this.#mark(row);
    } else this.#table.remove(row);
  }

  #mark(row: number): void {
    this.#changed.add(row);
    if (!Number.isFinite(this.changed) || !isTooMany(this.changed, this.size)) return;
    this.#removeForgotten();
    this.#changed.clear({ isTooMany: true });
  }

  #removeForgotten(): void {
    for (const row of this.#changed.rows) if (this.#table.state(row) === FORGOTTEN) this.#table.remove(row);
  }

  #count(state: number, by: number): void {
    if (isOpen(state)) this.#openCount += by;
    if (isEnd(state)) this.#deadCount += by;
  }
}
