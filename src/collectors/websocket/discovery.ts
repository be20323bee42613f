import { MOST_ENDPOINTS, tooLong } from '../../aws/answers.ts';
import type { Target } from '../../aws/targets.ts';
import { toManagementUrl } from './management-url.ts';
import { isNotFound, type Mapping, type Source, type WebSocketApi } from './source.ts';
import { type StageLog, toStageLog } from './stage-log.ts';

/** A stage of a WebSocket API as discovery sees it; plain data. */
export interface Stage {
  readonly apiId: string;
  readonly stage: string;
  /** The name of the API. */
  readonly name: string;
  /** Where its access log can be read; left out of what was written by a version that did not know. */
  readonly log?: StageLog;
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
  /** What was listed, but not found when it was asked what it holds: deleted meanwhile, or known to the list alone. */
  readonly notFound: readonly NotFound[];
}

/** An API whose stages, or a custom domain whose mappings, are not found. */
export type NotFound = { readonly api_id: string } | { readonly domain: string };

/** Lists the stages of a target's WebSocket APIs, and custom domains when asked for or needed; rejects unless the listing is complete. */
export async function discover(
  source: Source,
  target: Target,
  withDomains: boolean,
  signal: AbortSignal,
): Promise<Discovered> {
  const notFound: NotFound[] = [];
  /** All that an item of a list holds, or nothing where the item itself is not found. */
  const within = async <T>(item: NotFound, listing: AsyncIterable<T>): Promise<readonly T[]> => {
    const held: T[] = [];
    try {
      for await (const one of listing) held.push(one);
      return held;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      notFound.push(item);
      return [];
    }
  };
  const all: { readonly api: WebSocketApi; readonly stage: string; readonly log: StageLog }[] = [];
  for await (const api of source.apis(target, signal)) {
    const stages = await within({ api_id: api.apiId }, source.stages(target, api.apiId, signal));
    all.push(...stages.map(({ stage, arn }) => ({ api, stage, log: toStageLog(arn, target) })));
    if (all.length > MOST_ENDPOINTS) throw tooLong('GetStages', `${all.length} stages`);
  }
  const mappings: Mapping[] = [];
  // A call for each domain, of which an account can have many: only when it matters.
  if (withDomains || all.some(({ api }) => api.isDefaultDisabled))
    for await (const domain of source.domains(target, signal)) {
      mappings.push(...(await within({ domain }, source.mappings(target, domain, signal))));
      if (mappings.length > MOST_ENDPOINTS) throw tooLong('GetApiMappings', `${mappings.length} mappings`);
    }

  // By where they are: what comes or goes between two pages can be listed twice.
  const stages = new Map<string, Stage>();
  let unreachable = 0;
  for (const { api, stage, log } of all) {
    const { apiId, name, host, isDefaultDisabled } = api;
    const mapping = mappings.find((one) => one.apiId === apiId && one.stage === stage);
    if (isDefaultDisabled && !mapping) unreachable += 1;
    else {
      const url = isDefaultDisabled && mapping ? urlOf(mapping) : `https://${host}/${stage}`;
      stages.set(toManagementUrl(url).endpointId, {
        apiId,
        stage,
        name,
        url,
        log,
      });
    }
  }
  const behind = mappings.map((mapping) => [toManagementUrl(urlOf(mapping)).endpointId, mapping] as const);
  return { stages: [...stages.values()], behind: new Map(behind), unreachable, notFound };
}

function urlOf({ domain, key }: Mapping): string {
  return `https://${domain}/${key}`;
}
