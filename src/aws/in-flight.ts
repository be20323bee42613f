/** The most requests to AWS under way at a time, all targets together; an account and region may have one more where it has none. */
export const MOST_IN_FLIGHT = 256;

interface Waiting {
  readonly place: string;
  readonly begin: () => void;
}

/**
 * Lets so many requests be under way at a time, first come, first served. An account and region without any may always have
 * one: those that hang hold no other up.
 */
export class InFlight {
  readonly #max: number;
  readonly #held = new Map<string, number>();
  readonly #queue = new Set<Waiting>();
  #total = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Runs `send` when there is room; rejects with the signal's reason, running nothing, when that aborts before. */
  async run<T>(place: string, send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    await this.#enter(place, signal);
    try {
      return await send();
    } finally {
      this.#leave(place);
    }
  }

  #enter(place: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#hasRoom(place)) {
        this.#take(place);
        return resolve();
      }
      const abort = () => {
        this.#queue.delete(waiting);
        reject(signal?.reason);
      };
      const begin = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const waiting = { place, begin };
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue.add(waiting);
    });
  }

  #leave(place: string): void {
    const left = (this.#held.get(place) ?? 1) - 1;
    if (left === 0) this.#held.delete(place);
    else this.#held.set(place, left);
    this.#total -= 1;
    for (const waiting of this.#queue) {
      if (!this.#hasRoom(waiting.place)) continue;
      this.#queue.delete(waiting);
      this.#take(waiting.place);
      waiting.begin();
      return;
    }
  }

  #hasRoom(place: string): boolean {
    return this.#total < this.#max || !this.#held.has(place);
  }

  #take(place: string): void {
    this.#held.set(place, (this.#held.get(place) ?? 0) + 1);
    this.#total += 1;
  }
}
