import { type Clock, sleep } from '../../../core/clock.ts';
import type { Change, Place, Shown, Standing } from './change.ts';
import type { Reads } from './source-reads.ts';
import type { Writes } from './source-writes.ts';

/** What changes are carried out with. */
export interface Context {
  readonly place: Place;
  readonly reads: Reads;
  readonly writes: Writes;
  readonly clock: Clock;
}

/** What came of a change that AWS took: itself with what it left, and how that is not what was asked for, in words. */
export interface Done<C> {
  readonly change: C;
  readonly otherwise?: string;
}

/** How changes of one kind are shown, carried out and undone; each rejects with the SDK's error. */
export interface Kind<C extends Change> {
  show(change: C, place: Place): Shown;
  /** How things stand now. */
  stand(change: C, context: Context): Promise<Standing>;
  /** Writes it, and reads it back. */
  carryOut(change: C, context: Context): Promise<Done<C>>;
  /** Brings back what was before, where things stand as it left them; resolves to how they are not as before, in words. */
  undo(change: C, context: Context): Promise<string | undefined>;
}

/** What is read back can be of before the writing for a moment. */
const LOOKS = 4;
const BETWEEN_LOOKS_MS = 500;

/** Reads until it is as wanted, or often enough; resolves to what was read last. */
export async function readBack<T>(
  clock: Clock,
  read: () => Promise<T>,
  isWanted: (value: T) => boolean,
): Promise<T> {
  for (let look = 1; ; look += 1) {
    const value = await read();
    if (isWanted(value) || look === LOOKS) return value;
    await sleep(clock, BETWEEN_LOOKS_MS);
  }
}
