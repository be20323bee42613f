import type { ConnectionEvent } from '../../../core/websocket-event.ts';
import type { Endpoint } from '../endpoint.ts';

/** Which endpoint an event belongs to, of those whose ids come from events; undefined for none. */
export type Route = (event: ConnectionEvent) => Endpoint | undefined;

/** By API and stage, else by domain and stage, else the only endpoint there is, unless the event says that it is of another. */
export function createRoute(endpoints: readonly Endpoint[]): Route {
  const own = endpoints.filter(({ origin }) => origin.type === 'intake');
  const byApi = new Map(own.map((endpoint) => [key(endpoint.apiId, endpoint.stage), endpoint]));
  const byDomain = new Map(own.map((endpoint) => [key(endpoint.host, endpoint.stage), endpoint]));
  byApi.delete(undefined);
  byDomain.delete(undefined);
  const only = own.length === 1 ? own[0] : undefined;
  return ({ apiId, stage, domain }) => {
    const named = byApi.get(key(apiId, stage)) ?? byDomain.get(key(domain?.toLowerCase(), stage));
    if (named || !only) return named;
    return isAnother(only.apiId, apiId) || isAnother(only.stage, stage) ? undefined : only;
  };
}

function key(place: string | undefined, stage: string | undefined): string | undefined {
  return place === undefined || stage === undefined ? undefined : `${place}/${stage}`;
}

function isAnother(ours: string | undefined, theirs: string | undefined): boolean {
  return ours !== undefined && theirs !== undefined && ours !== theirs;
}
