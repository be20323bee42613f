import type { EndpointStatus, TargetStatus } from '../../core/collector.ts';
import type { Ended } from '../../core/freshness.ts';
import { UNKNOWN } from '../../core/scope.ts';
import type { TargetView, View } from './state.ts';

/** What people are shown: the targets of the last pass, each with its endpoints; an endpoint found in no target has one of its own. */
export function toStatus(
  targets: readonly TargetView[],
  views: readonly View[],
  isFresh: (last: Ended) => boolean,
): readonly TargetStatus[] {
  const endpointsOf = (accountId: string, region: string) =>
    views
      .filter((view) => view.accountId === accountId && view.region === region)
      .map((view) => toEndpointStatus(view, isFresh));
  const nowhere = endpointsOf(UNKNOWN, UNKNOWN);
  return [
    ...targets.map((target) => ({ ...target, endpoints: endpointsOf(target.accountId, target.region) })),
    ...(nowhere.length > 0
      ? [{ accountId: UNKNOWN, region: UNKNOWN, up: false, error: undefined, endpoints: nowhere }]
      : []),
  ];
}

function toEndpointStatus(view: View, isFresh: (last: Ended) => boolean): EndpointStatus {
  const { last } = view;
  const stale = last !== undefined && !isFresh(last);
  const byStatus = last && !stale ? [...last.listing.byStatus] : [];
  return {
    endpointId: view.endpointId,
    name: last?.endpoint?.info.name ?? '',
    up: view.up === true,
    connections: new Map(byStatus.map(([status, { connections }]) => [status, connections])),
    lastSuccessAt: last?.endedAt,
    stale,
    error: view.error,
  };
}
