import { type Clock, sleep } from '../core/clock.ts';
import { explain } from './errors.ts';
import type { Target } from './targets.ts';

/** Who knows, or asks AWS for, the account behind a target's credentials. */
export interface AccountSource {
  /** The account, once there are credentials of it; rejects while there are none. */
  accountId(target: Target, signal: AbortSignal): Promise<string>;
  /** The account as far as it is known without them. */
  knownAccount(target: Target): string | undefined;
}

/** A target and the account behind its credentials, or why there are none; what is known of the account then is no reason to poll it. */
export type Resolved =
  | {
      readonly target: Target;
      readonly accountId: string;
      /** The target that reaches the same account and region and comes first in the file; this one is not polled. */
      readonly polledBy: Target | undefined;
      readonly error: undefined;
    }
  | { readonly target: Target; readonly accountId: string | undefined; readonly error: string };

/** How long targets wait for each other's accounts, so that of two which reach the same one the first in the file polls. */
const SETTLE_MS = 5_000;

/** Asks for the account of every target at once; each promise resolves on its own, a failure to a sentence. */
export function resolveAccounts(
  source: AccountSource,
  targets: readonly Target[],
  clock: Clock,
  signal: AbortSignal,
): readonly Promise<Resolved>[] {
  const asked = targets.map((target) =>
    source.accountId(target, signal).then(
      (accountId) => ({ target, accountId, error: undefined }),
      (cause: unknown) => ({
        target,
        accountId: source.knownAccount(target),
        error: explain(cause, signal),
      }),
    ),
  );
  const settled = waitForAll(asked, clock);
  const claims = new Map<string, Target>();
  return asked.map(async (answer): Promise<Resolved> => {
    await settled;
    const resolved = await answer;
    if (resolved.error !== undefined) return resolved;
    const claim = `${resolved.accountId}/${resolved.target.region}`;
    const polledBy = claims.get(claim);
    if (!polledBy) claims.set(claim, resolved.target);
    return { ...resolved, polledBy };
  });
}

/** Resolves when all have settled, or after five seconds: one that hangs does not hold up the rest. */
export async function waitForAll(promises: readonly Promise<unknown>[], clock: Clock): Promise<void> {
  const done = new AbortController();
  await Promise.race([Promise.allSettled(promises), sleep(clock, SETTLE_MS, done.signal).catch(() => {})]);
  done.abort();
}
