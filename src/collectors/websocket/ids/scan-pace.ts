import { type Clock, sleep } from '../../../core/clock.ts';

/** Rows of the first page, when nothing is known of their size. */
const FIRST_ROWS = 25;
/** Rows that the SDK and we decode in one go, some five milliseconds of work: four times as many would keep others waiting for thirty. */
const MOST_ROWS = 2_500;
/** What the largest page takes: 1 MB, eventually consistent (AWS' documentation of Scan and of read request units). */
const MOST_UNITS = 128;
/** The least that DynamoDB takes for an eventually consistent read. */
const LEAST_UNITS = 0.5;

/** How fast a table is scanned: in pages of about a second's capacity, each asked for when those before it are paid for. */
export class ScanPace {
  readonly #clock: Clock;
  readonly #msPerUnit: number;
  /** What a page should take. */
  readonly #pageUnits: number;
  #rows = FIRST_ROWS;
  #paidAt = Number.NEGATIVE_INFINITY;

  /** A pace of `unitsPerSecond` read capacity units. */
  constructor(clock: Clock, unitsPerSecond: number) {
    this.#clock = clock;
    this.#msPerUnit = 1000 / unitsPerSecond;
    this.#pageUnits = Math.min(Math.max(unitsPerSecond, 1), MOST_UNITS);
  }

  /** Resolves, when the next page may be asked for, with its number of rows; rejects with the signal's reason when aborted. */
  async next(signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      const waitMs = this.#paidAt - this.#clock.monotonic();
      if (waitMs <= 0) break;
      await sleep(this.#clock, waitMs, signal);
    }
    // Charged in advance, so that segments take turns; what it really took is known later, or never.
    this.#paidAt = this.#clock.monotonic() + this.#pageUnits * this.#msPerUnit;
    return this.#rows;
  }

  /** Charges what a page of so many rows has taken. */
  took(rows: number, capacityUnits: number): void {
    const units = Math.max(capacityUnits, LEAST_UNITS);
    this.#paidAt += (units - this.#pageUnits) * this.#msPerUnit;
    const fitting = Math.floor((rows * this.#pageUnits) / units);
    // A page cut short says nothing of larger ones: it was the last.
    if (units > this.#pageUnits) this.#rows = Math.max(fitting, 1);
    else if (rows >= this.#rows) this.#rows = Math.min(fitting, this.#rows * 2, MOST_ROWS);
  }
}
