import { setMaxListeners } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { formatDuration } from '../fields/duration.ts';

/** Calls `fn` at each of these signals until the returned function is called. */
function onSignals(signals: readonly NodeJS.Signals[], fn: (signal: NodeJS.Signals) => void): () => void {
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

/** The signals of a daemon, minded from its first moment on. */
export interface DaemonSignals {
  /** Resolves at the first Ctrl-C or SIGTERM. */
  readonly stopped: Promise<NodeJS.Signals>;
  /** Has SIGHUP do this from now on. */
  reloadWith(reload: () => void): void;
  release(): void;
}

/** Minds the signals of a daemon; until there is something to reload, SIGHUP is a warning. */
export function mindSignals(logger: Logger): DaemonSignals {
  const { stopped, release } = untilSignal();
  let reload = () =>
    logger.warn('SIGHUP came before the start was complete; the configuration is read anyway');
  const ignore = () => logger.debug('SIGUSR1 does nothing here; SIGHUP reloads the configuration');
  const releases = [release, onSignals(['SIGHUP'], () => reload()), onSignals(['SIGUSR1'], ignore)];
  return {
    stopped,
    reloadWith: (fn) => {
      reload = fn;
    },
    release() {
      for (const each of releases) each();
    },
  };
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
