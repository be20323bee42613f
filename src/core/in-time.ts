import type { Clock } from './clock.ts';

/** How long work may take. */
export interface Limit {
  readonly clock: Clock;
  readonly ms: number;
  /** What it failed with that took longer. */
  readonly late: () => Error;
  /** Ends it sooner, with its own reason. */
  readonly signal?: AbortSignal;
}

/** Does what is not held against the limit, which begins anew when it is done. */
export type OffTheClock = <T>(other: () => Promise<T>) => Promise<T>;

/** What `work` comes to; rejects as soon as its time is up or it is ended. Its signal is aborted then, and what it comes to later is dropped. */
export async function inTime<T>(
  { clock, ms, late, signal }: Limit,
  work: (signal: AbortSignal, offTheClock: OffTheClock) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  let isOver = false;
  let cancel = () => {};
  const begin = () => {
    if (!isOver) cancel = clock.after(ms, () => own.abort(late()));
  };
  const end = () => own.abort(signal?.reason);
  const offTheClock: OffTheClock = async (other) => {
    cancel();
    try {
      return await other();
    } finally {
      begin();
    }
  };
  try {
    return await new Promise<T>((resolve, reject) => {
      own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true });
      begin();
      signal?.addEventListener('abort', end, { once: true });
      if (signal?.aborted) end();
      else work(own.signal, offTheClock).then(resolve, reject);
    });
  } finally {
    isOver = true;
    cancel();
    signal?.removeEventListener('abort', end);
  }
}
