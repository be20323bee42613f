import type { Target } from '../../aws/targets.ts';
import type { Logger } from '../../core/logger.ts';
import { UNKNOWN } from '../../core/scope.ts';
import type { Place } from './books.ts';
import type { Published, TargetView, View } from './state.ts';
import type { TargetOutcome } from './target-pass.ts';

/** A target that was polled, and what that came to. */
export interface TargetResult {
  readonly target: Target;
  /** Undefined when it could not be learned. */
  readonly accountId: string | undefined;
  readonly outcome: TargetOutcome;
}

/** Named endpoints that no target has and that nobody knew before: not up, with account and region unknown. */
export function namedNowhere(
  named: readonly string[],
  views: readonly View[],
  logger: Logger,
): readonly View[] {
  const known = new Set(views.map(({ endpointId }) => endpointId));
  return named
    .filter((endpointId) => !known.has(endpointId))
    .map((endpointId) => {
      const error =
        'named in client_vpn.endpoints, but no target that could be asked has it: check the id, the account and the region';
      logger.error('A named Client VPN endpoint was not found', { endpoint_id: endpointId, reason: error });
      return {
        accountId: UNKNOWN,
        region: UNKNOWN,
        endpointId,
        up: false,
        error,
        last: undefined,
        counters: undefined,
      };
    });
}

/** What was known, before a reload, where a target's account cannot be told now: it stays, as not up. */
export function outOfSight(views: Iterable<View>, results: readonly TargetResult[]): readonly View[] {
  const blind = new Map(
    results.flatMap(({ target: { region }, accountId, outcome: { error } }) =>
      accountId === undefined ? [[region, error] as const] : [],
    ),
  );
  const isPolled = (view: View) =>
    results.some(
      ({ target: { region }, accountId }) => region === view.region && accountId === view.accountId,
    );
  return [...views]
    .filter((view) => blind.has(view.region) && !isPolled(view))
    .map((view) => ({ ...view, up: false, error: blind.get(view.region) }));
}

/** What a target comes to that failed as a whole: what it had, not up. */
export function failedTarget({ views }: Published, place: Place, cause: unknown): TargetOutcome {
  const error = cause instanceof Error ? cause.message : String(cause);
  const own = [...views.values()].filter(
    ({ accountId, region }) => accountId === place.accountId && region === place.region,
  );
  return { views: own.map((view) => ({ ...view, up: false, error })), failed: own.length, error };
}

/** What is published of a target. */
export function toTargetView({ target, accountId, outcome: { error, failed } }: TargetResult): TargetView {
  return {
    accountId: accountId ?? UNKNOWN,
    region: target.region,
    up: error === undefined && failed === 0,
    error,
  };
}

/** Throws, saying how many, when a target or an endpoint failed; `nowhere` endpoints belong to no target. */
export function failIfAny(outcomes: readonly TargetOutcome[], nowhere: number): void {
  const endpoints = outcomes.reduce((sum, { views }) => sum + views.length, nowhere);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, nowhere);
  const targets = outcomes.filter(({ error }) => error !== undefined).length;
  const parts = [
    ...(targets > 0 ? [`${targets} of ${outcomes.length} targets failed`] : []),
    ...(failed > 0 ? [`${failed} of ${endpoints} endpoints failed`] : []),
  ];
  if (parts.length > 0) throw new Error(parts.join(', '));
}
