import type { EndpointStatus } from '../../core/collector.ts';
import type { Ended } from '../../core/freshness.ts';
import type { View } from './state.ts';

/** What people are shown of an endpoint. */
export function toEndpointStatus(view: View, isFresh: (last: Ended) => boolean): EndpointStatus {
  const { last } = view;
  const stale = last !== undefined && !isFresh(last);
  const byStatus = last && !stale ? [...last.listing.byStatus] : [];
  return {
    endpointId: view.endpointId,
    name: view.name,
    up: view.up,
    connections: new Map(byStatus.map(([status, { connections }]) => [status, connections])),
    estimated: undefined,
    lastSuccessAt: last?.endedAt,
    stale,
    error: view.error,
  };
}
