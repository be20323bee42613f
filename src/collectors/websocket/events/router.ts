import type { ConnectionEvent } from '../../../core/websocket-event.ts';
import { type Endpoint, feedOf } from '../endpoint.ts';

/** Whose an event is, as far as it says. */
type Place = Pick<ConnectionEvent, 'apiId' | 'stage' | 'domain'>;

/** Which endpoint an event of a feed belongs to, of those whose ids come from it; undefined for none. */
export type Route = (feed: string, event: Place) => Endpoint | undefined;

/** By API and stage, else by domain and stage, else the only endpoint of that feed, unless the event says that it is of another. */
export function createRoute(endpoints: readonly Endpoint[]): Route {
  const feeds = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const feed = feedOf(endpoint);
    if (feed !== undefined) feeds.set(feed, [...(feeds.get(feed) ?? []), endpoint]);
  }
  const routes = new Map([...feeds].map(([feed, own]) => [feed, createOwnRoute(own)]));
  return (feed, event) => routes.get(feed)?.(event);
}

function createOwnRoute(own: readonly Endpoint[]): (event: Place) => Endpoint | undefined {
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
