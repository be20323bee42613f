import { setMaxListeners } from 'node:events';
import type { Clock } from '../core/clock.ts';
import { formatDuration } from '../fields/duration.ts';

/** Calls `fn` at each of these signals until the returned function is called. */
export function onSignals(
  signals: readonly NodeJS.Signals[],
  fn: (signal: NodeJS.Signals) => void,
): () => void {
  for (const signal of signals) process.on(signal, fn);
  return () => {
    for (const signal of signals) process.off(signal, fn);
  };
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once, as it would without us. */
export function untilSignal(): { readonly stopped: Promise<NodeJS.Signals>; readonly release: () => void } {
  let release = () => {};
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    const off = onSignals(['SIGINT', 'SIGTERM'], (signal) => {
      off();
      resolve(signal);
    });
    release = off;
  });
  return { stopped, release };
}

/** A signal that is aborted by the first Ctrl-C or SIGTERM. */
export function abortOnSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const { stopped, release } = untilSignal();
  void stopped.then((name) => controller.abort(new Error(`stopped by ${name}`)));
  return { signal: controller.signal, release };
}

/** A signal that is aborted with the other one, or after `ms`, which the configuration has under `key`; then it says of who was asked that it did not answer. */
export function abortAfter(clock: Clock, signal: AbortSignal, ms: number, key: string): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const late = new Error(
    `it did not answer within ${key} (${formatDuration(ms)}): look why it hangs, or raise that`,
  );
  const cancel = clock.after(ms, () => controller.abort(late));
  signal.addEventListener('abort', () => {
    cancel();
    controller.abort(signal.reason);
  });
  return controller.signal;
}
