import type { EndpointStatus } from '../../core/collector.ts';
import type { Ended } from '../../core/freshness.ts';
import type { View } from './state.ts';

/** What people are shown of an endpoint: estimates, rounded. */
export function toEndpointStatus(view: View, isFresh: (last: Ended) => boolean): EndpointStatus {
  const { last, endpoint } = view;
  const stale = last !== undefined && !isFresh(last);
  const { active, idle } = (stale ? undefined : last?.estimate) ?? {};
  const connections = active === undefined || idle === undefined ? {} : { active, idle };
  return {
    endpointId: view.endpointId,
    name: endpoint.name,
    up: view.up === true,
    connections: new Map(Object.entries(connections).map(([status, count]) => [status, Math.round(count)])),
    lastSuccessAt: view.lastSuccessAt,
    stale,
    error: view.error,
  };
}
