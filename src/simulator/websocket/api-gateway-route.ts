import { type Call, Refusal, type WireRequest } from '../wire/service.ts';
import type { Api } from './api.ts';

/** Where a call of the management API goes. */
export interface Addressed {
  readonly api: Api;
  readonly stage: string;
}

const actions: Readonly<Record<string, string>> = {
  GET: 'GetConnection',
  POST: 'PostToConnection',
  DELETE: 'DeleteConnection',
};

/** Reads a call of the management API: host, stage or mapping key, and id; the id as it was before it was written into the path. */
export function readLookup({ method, target, headers }: WireRequest): Pick<Call, 'action' | 'params'> {
  const [path = ''] = target.split('?');
  const [, stage = '', encoded = ''] = /^\/?(.*)\/@connections\/([^/]*)$/.exec(path) ?? [];
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return { action: actions[method] ?? method, params: { host, stage, connectionId: decode(encoded) } };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * The API and stage that a host and the path before `@connections` name together. A host that is no name of API
 * Gateway (this simulator's own) stands for all: the one API there that has such a stage or mapping key.
 */
export function routeOf(apis: readonly Api[], { params, accountId, region }: Call): Addressed {
  const { host, stage: prefix = '', connectionId } = params;
  const sockets = apis.filter(({ protocol }) => protocol === 'WEBSOCKET');
  const stages = (api: Api) =>
    api.stages.filter((name) => name === prefix && !api.isDefaultDisabled).map((stage) => ({ api, stage }));
  const mappings = (api: Api, matches: (domain: string) => boolean) =>
    api.domains
      .filter(({ domain, key }) => key === prefix && matches(domain))
      .map(({ stage }) => ({ api, stage }));

  let found = sockets.flatMap((api) => [
    ...(api.host === host ? stages(api) : []),
    ...mappings(api, (domain) => domain === host),
  ]);
  const isOurs = /\.amazonaws\.com(\.cn)?$/.test(host ?? '') || apis.some((api) => isNamed(api, host));
  if (!isOurs) {
    const there = sockets.filter((api) => api.accountId === accountId && api.region === region);
    found = there.flatMap((api) => [...stages(api), ...mappings(api, () => true)]);
  }
  const [route] = found;
  const isOne = new Set(found.map(({ api }) => api)).size === 1;
  if (!route || !isOne || connectionId === '') throw new Refusal(403, 'ForbiddenException', 'Forbidden');
  return route;
}

function isNamed({ domains }: Api, host: string | undefined): boolean {
  return domains.some(({ domain }) => domain === host);
}
