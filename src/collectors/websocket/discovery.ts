import type { Target } from '../../aws/targets.ts';
import { toManagementUrl } from './management-url.ts';
import type { Mapping, Source, WebSocketApi } from './source.ts';

/** A stage of a WebSocket API as discovery sees it; plain data. */
export interface Stage {
  readonly apiId: string;
  readonly stage: string;
  /** The name of the API. */
  readonly name: string;
  /** Its management URL: of the API's own host or, where that is disabled, of a custom domain. */
  readonly url: string;
}

/** What a complete discovery of a target says. */
export interface Discovered {
  readonly stages: readonly Stage[];
  /** The API and stage behind management URLs of custom domains, by their endpoint ids; empty unless they were asked for. */
  readonly behind: ReadonlyMap<string, Pick<Stage, 'apiId' | 'stage'>>;
  /** Stages without any address: the API's own host is disabled, and no custom domain is mapped to them. */
  readonly unreachable: number;
}

/** Lists the stages of a target's WebSocket APIs, and custom domains when asked for or needed; rejects unless the listing is complete. */
export async function discover(
  source: Source,
  target: Target,
  withDomains: boolean,
  signal: AbortSignal,
): Promise<Discovered> {
  const all: { readonly api: WebSocketApi; readonly stage: string }[] = [];
  for await (const api of source.apis(target, signal))
    for await (const stage of source.stages(target, api.apiId, signal)) all.push({ api, stage });
  const mappings: Mapping[] = [];
  // A call for each domain, of which an account can have many: only when it matters.
  if (withDomains || all.some(({ api }) => api.isDefaultDisabled))
    for await (const mapping of source.mappings(target, signal)) mappings.push(mapping);

  const stages = all.flatMap(({ api: { apiId, name, host, isDefaultDisabled }, stage }): Stage[] => {
    if (!isDefaultDisabled) return [{ apiId, stage, name, url: `https://${host}/${stage}` }];
    const mapping = mappings.find((one) => one.apiId === apiId && one.stage === stage);
    return mapping ? [{ apiId, stage, name, url: urlOf(mapping) }] : [];
  });
  const behind = mappings.map((mapping) => [toManagementUrl(urlOf(mapping)).endpointId, mapping] as const);
  return { stages, behind: new Map(behind), unreachable: all.length - stages.length };
}

function urlOf({ domain, key }: Mapping): string {
  return `https://${domain}/${key}`;
}
