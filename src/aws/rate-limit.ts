import type { Clock } from '../core/clock.ts';

/** Resolves when the caller may make one call; rejects with the signal's reason, leaving the queue, when aborted. */
export type RateLimiter = (signal?: AbortSignal) => Promise<void>;

/** First come, first served: `perSecond` calls a second on average, and at most one second's worth (or one) at once. */
export function createRateLimiter(clock: Clock, perSecond: number): RateLimiter {
  const gapMs = 1000 / perSecond;
  const burstMs = Math.max(0, Math.floor(perSecond) - 1) * gapMs;
  const queue = new Set<() => void>();
  let cancelTimer: (() => void) | undefined;
  // When the next call would be due if calls came evenly; a burst runs ahead of it.
  let evenAt = clock.monotonic();

  const waitMs = () => evenAt - burstMs - clock.monotonic();
  const take = () => {
    evenAt = Math.max(evenAt, clock.monotonic()) + gapMs;
  };
  const schedule = () => {
    cancelTimer?.();
    cancelTimer = queue.size === 0 ? undefined : clock.after(Math.max(0, waitMs()), serve);
  };
  const serve = () => {
    const [first] = queue;
    if (first) {
      queue.delete(first);
      take();
      first();
    }
    schedule();
  };

  return (signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (queue.size === 0 && waitMs() <= 0) {
        take();
        return resolve();
      }
      const abort = () => {
        queue.delete(grant);
        schedule();
        reject(signal?.reason);
      };
      const grant = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
      queue.add(grant);
      if (queue.size === 1) schedule();
    });
}
