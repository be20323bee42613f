import { explain } from '../../aws/errors.ts';
import type { Target } from '../../aws/targets.ts';
import { type Clock, sleep } from '../../core/clock.ts';
import type { Source } from './source.ts';

/** A target and the account behind it, or why that is not known. */
export type Resolved =
  | { readonly target: Target; readonly accountId: string }
  | { readonly target: Target; readonly accountId: undefined; readonly error: string };

/** How long targets wait for each other's accounts, so that of two which reach the same one the first in the file polls. */
const SETTLE_MS = 5_000;

/** Asks for the account of every target at once; each promise resolves on its own, a failure to a sentence. */
export function resolveAccounts(
  source: Source,
  targets: readonly Target[],
  clock: Clock,
  signal: AbortSignal,
): readonly Promise<Resolved>[] {
  const asked = targets.map((target) =>
    source.accountId(target, signal).then(
      (accountId): Resolved => ({ target, accountId }),
      (cause): Resolved => ({ target, accountId: undefined, error: explain(cause, signal) }),
    ),
  );
  const settled = new AbortController();
  const settle = Promise.race([
    Promise.all(asked),
    sleep(clock, SETTLE_MS, settled.signal).catch(() => {}),
  ]).then(() => settled.abort());
  return asked.map(async (resolved) => {
    await settle;
    return resolved;
  });
}
