import type { Target } from '../aws/targets.ts';
import type { EndpointStatus, TargetStatus } from '../core/collector.ts';
import type { Fault } from '../core/fault-log.ts';
import { type Scope, UNKNOWN } from '../core/scope.ts';

/** What is published of an endpoint, as far as every domain has it. */
interface ScopedView extends Scope {
  readonly up: boolean | undefined;
  readonly error: string | undefined;
}

/** What is published of one target. */
export type TargetView = Omit<TargetStatus, 'endpoints'>;

/** What a pass over one target came to. */
export interface TargetOutcome<V> {
  readonly views: readonly V[];
  readonly failed: number;
  /** Why discovery failed, or the target as a whole, in a sentence; undefined when it was complete. */
  readonly error: string | undefined;
}

/** A target that was polled, and what that came to. */
export interface TargetResult<V> {
  readonly target: Target;
  /** Undefined when it could not be learned. */
  readonly accountId: string | undefined;
  readonly outcome: TargetOutcome<V>;
}

/** What was known, before a reload, where a target's account cannot be told now: it stays, as not up. */
export function outOfSight<V extends ScopedView>(
  views: Iterable<V>,
  results: readonly TargetResult<V>[],
): readonly V[] {
  const blind = new Map(
    results.flatMap(({ target: { region }, accountId, outcome: { error } }) =>
      accountId === undefined ? [[region, error] as const] : [],
    ),
  );
  const isPolled = (view: V) =>
    results.some(
      ({ target: { region }, accountId }) => region === view.region && accountId === view.accountId,
    );
  return [...views]
    .filter((view) => blind.has(view.region) && !isPolled(view))
    .map((view) => ({ ...view, up: false, error: blind.get(view.region) }));
}

/** What is logged of a target that has no credentials of its account. */
export function noWayIn(
  { target, accountId }: Pick<TargetResult<unknown>, 'target' | 'accountId'>,
  reason: string,
): Fault {
  const isKnown = accountId !== undefined;
  const what = isKnown
    ? 'There are no credentials for the account of a target'
    : 'The account of a target is not known';
  const fields = { target: target.name, region: target.region, ...(isKnown && { account_id: accountId }) };
  return { message: `${what}, so it is not polled`, reason, fields };
}

/** What a target comes to that failed as a whole: the views it had, not up. */
export function failedTarget<V extends ScopedView>(own: readonly V[], cause: unknown): TargetOutcome<V> {
  const error = cause instanceof Error ? cause.message : String(cause);
  return { views: own.map((view) => ({ ...view, up: false, error })), failed: own.length, error };
}

/** What is published of a target. */
export function toTargetView({
  target,
  accountId,
  outcome: { error, failed },
}: TargetResult<unknown>): TargetView {
  return {
    name: target.name,
    accountId: accountId ?? UNKNOWN,
    region: target.region,
    up: error === undefined && failed === 0,
    error,
  };
}

/** Throws, saying how many, when a target or an endpoint failed; `nowhere` endpoints belong to no target. */
export function failIfAny(outcomes: readonly TargetOutcome<unknown>[], nowhere = 0): void {
  const endpoints = outcomes.reduce((sum, { views }) => sum + views.length, nowhere);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, nowhere);
  const targets = outcomes.filter(({ error }) => error !== undefined).length;
  const parts = [
    ...(targets > 0 ? [`${targets} of ${outcomes.length} targets failed`] : []),
    ...(failed > 0 ? [`${failed} of ${endpoints} endpoints failed`] : []),
  ];
  if (parts.length > 0) throw new Error(parts.join(', '));
}

/** What people are shown: the targets of the last pass, each with its endpoints; an endpoint found in no target has one of its own. A view is of a target as `isOf` says. */
export function toStatus<V extends Scope>(
  targets: readonly TargetView[],
  views: readonly V[],
  toEndpointStatus: (view: V) => EndpointStatus,
  isOf: (view: V, target: TargetView) => boolean,
): readonly TargetStatus[] {
  const nowhere = views.filter(({ accountId }) => accountId === UNKNOWN).map(toEndpointStatus);
  return [
    ...targets.map((target) => ({
      ...target,
      endpoints: views.filter((view) => isOf(view, target)).map(toEndpointStatus),
    })),
    ...(nowhere.length > 0
      ? [
          {
            name: undefined,
            accountId: UNKNOWN,
            region: UNKNOWN,
            up: false,
            error: undefined,
            endpoints: nowhere,
          },
        ]
      : []),
  ];
}
