/** Time, handed in: the only way that code outside this file learns what time it is. */
export interface Clock {
  /** Wall time in milliseconds since 1970-01-01 UTC; it can step. */
  now(): number;
  /** Milliseconds since an arbitrary start; it never goes back and does not step. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; the returned function cancels it. A timer does not keep the process alive. */
  after(ms: number, fn: () => void): () => void;
}

/** The longest delay that a Node.js timer can hold; longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Lets everything else that waits for the event loop go first; long loops call it now and then. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs it to its end, letting everything else go first between its steps; resolves to what it returns. */
export async function inSteps<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await breathe();
  }
}
