import { add, type Exact } from './exact.ts';
import { OTHER } from './slots.ts';

/** One user's totals; `absentSinceMs` is the listed time at which listings began to lack the user. */
export interface UserSlot {
  readonly user: string;
  readonly totals: readonly Exact[];
  readonly absentSinceMs: number | undefined;
}

/** Totals by user as plain data. */
export interface UserTotalsState {
  readonly open: boolean;
  readonly slots: readonly UserSlot[];
  readonly other: readonly Exact[] | undefined;
}

const FREE_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

interface Slot {
  totals: Exact[];
  absentSinceMs: number | undefined;
  listing: number;
}

/**
 * Traffic by user, for at most so many users: slots go first come, those past the cap share `_other`, so that sums stay true.
 * A slot is freed after seven days of listings that lack the user. The first listing is an opening balance of its own.
 */
export class UserTotals {
  readonly #width: number;
  readonly #slots = new Map<string, Slot>();
  #other: Exact[] | undefined;
  #open = false;
  #max = 0;
  #listing = 0;
  #folded = new Set<string>();

  constructor(width: number, saved?: UserTotalsState) {
    this.#width = width;
    if (!saved) return;
    this.#open = saved.open;
    this.#other = saved.other && [...saved.other];
    for (const { user, totals, absentSinceMs } of saved.slots) {
      this.#slots.set(user, { totals: [...totals], absentSinceMs, listing: -1 });
    }
  }

  /** Starts a complete listing with at most `max` users; the newest slots past a lowered cap are given up. */
  begin(max: number): void {
    this.#listing += 1;
    this.#max = max;
    this.#folded = new Set();
    for (const user of [...this.#slots.keys()].slice(max)) this.#slots.delete(user);
  }

  /** Credits a user of the listing with traffic, if any; undefined marks the user as listed. */
  credit(user: string, growth: readonly Exact[] | undefined): void {
    const totals = this.#totalsOf(user);
    if (!this.#open || !growth) return;
    for (let index = 0; index < this.#width; index += 1)
      totals[index] = add(totals[index] ?? 0, growth[index] ?? 0);
  }

  /** Ends the listing at this listed time. */
  end(listedMs: number): void {
    this.#open = true;
    for (const [user, slot] of this.#slots) {
      if (slot.listing === this.#listing) continue;
      slot.absentSinceMs ??= listedMs;
      if (listedMs - slot.absentSinceMs >= FREE_AFTER_MS) this.#slots.delete(user);
    }
  }

  /** Whether this user has a slot of its own. */
  has(user: string): boolean {
    return this.#slots.has(user);
  }

  /** How many users of the last listing went to `_other`. */
  get folded(): number {
    return this.#folded.size;
  }

  /** Notes that a listing went by without users: the next one with users is an opening balance again. */
  pause(): void {
    this.#open = false;
  }

  /** A copy that later listings do not change. */
  state(): UserTotalsState {
    const slots = [...this.#slots].map(([user, { totals, absentSinceMs }]) => ({
      user,
      totals: [...totals],
      absentSinceMs,
    }));
    return { open: this.#open, slots, other: this.#other && [...this.#other] };
  }

  #totalsOf(user: string): Exact[] {
    let slot = this.#slots.get(user);
    if (!slot && this.#slots.size < this.#max && user !== OTHER) {
      slot = { totals: this.#zeros(), absentSinceMs: undefined, listing: this.#listing };
      this.#slots.set(user, slot);
    }
    if (slot) {
      slot.listing = this.#listing;
      slot.absentSinceMs = undefined;
      return slot.totals;
    }
    this.#folded.add(user);
    this.#other ??= this.#zeros();
    return this.#other;
  }

  #zeros(): Exact[] {
    return new Array<Exact>(this.#width).fill(0);
  }
}
