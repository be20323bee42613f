import { knownAccountId, type Target } from '../../aws/targets.ts';
import {
  type AccessLogConfig,
  type DiscoverOriginConfig,
  type EndpointConfig,
  type OriginConfig,
  readPlace,
} from './config.ts';
import type { Discovered, Stage } from './discovery.ts';
import { toManagementUrl } from './management-url.ts';
import { queueKey } from './queue-url.ts';
import { toStageLog } from './stage-log.ts';

/** One stage of a WebSocket API that is looked at, and where its connection ids come from. */
export interface Endpoint {
  readonly target: Target;
  /** Where GetConnection is asked: no slash at the end. */
  readonly url: string;
  /** The same without its scheme. */
  readonly endpointId: string;
  /** The domain that clients connect to. */
  readonly host: string;
  /** Undefined for a custom domain of which nothing more is known. */
  readonly apiId: string | undefined;
  readonly stage: string | undefined;
  /** The name of the API; empty until discovery says it. */
  readonly name: string;
  /** Where its ids come from: `source` in the configuration. */
  readonly origin: Origin;
}

/** A source of the configuration, or that of a discovered stage whose access log cannot be read, and why. */
export type Origin =
  | OriginConfig
  | (Omit<AccessLogConfig, 'log_group'> & { readonly log_group: null; readonly trouble: string });

/** An endpoint of the configuration, with the target that it names, else the first, in the region of its URL. */
export function toNamed(config: EndpointConfig, targets: readonly Target[]): Endpoint {
  const { endpointId, host, region, apiId, stage } = readPlace(config);
  const own = targets.filter(({ name }) => config.target === null || name === config.target);
  const target = own.find((one) => one.region === region) ?? own[0];
  if (!target) throw new Error(`no target is named ${config.target}`);
  return {
    target: { ...target, region: region ?? target.region },
    url: toManagementUrl(config.url).url,
    endpointId,
    host,
    apiId,
    stage,
    name: '',
    origin: config.source,
  };
}

/** A named endpoint with what discovery knows of it. */
export function withDiscovered(endpoint: Endpoint, { stages, behind }: Discovered): Endpoint {
  const mapped = behind.get(endpoint.endpointId);
  const apiId = endpoint.apiId ?? mapped?.apiId;
  const name = stages.find((stage) => stage.apiId === apiId)?.name ?? '';
  return { ...endpoint, apiId, stage: endpoint.stage ?? mapped?.stage, name };
}

/** A discovered stage as an endpoint; `{api_id}` and `{stage}` in its source stand for its own. */
export function toEndpoint(stage: Stage, target: Target, discovered: DiscoverOriginConfig): Endpoint {
  const { url, endpointId, host } = toManagementUrl(stage.url);
  return { ...stage, target, url, endpointId, host, origin: originFor(discovered, stage, target) };
}

function originFor(origin: DiscoverOriginConfig, { apiId, stage, log }: Stage, target: Target): Origin {
  const fill = (text: string) => text.replaceAll('{api_id}', apiId).replaceAll('{stage}', stage);
  const own = { api_id: apiId, stage };
  if (origin.type === 'intake') return { type: 'intake', ...own };
  if (origin.type === 'sqs') return { ...origin, ...own };
  if (origin.type === 'access_log') {
    if (origin.log_group !== null) return { ...origin, ...own, log_group: origin.log_group };
    const found = log ?? toStageLog(undefined, target);
    return 'group' in found
      ? { ...origin, ...own, log_group: found.group }
      : { ...origin, ...own, log_group: null, ...found };
  }
  return origin.type === 'file'
    ? { ...origin, path: fill(origin.path) }
    : { ...origin, table: fill(origin.table) };
}

/** Whether two are one stage: by address, or by API and stage where both are known. */
export function isSame(a: Endpoint, b: Endpoint): boolean {
  const isKnown = a.apiId !== undefined && a.stage !== undefined;
  return a.endpointId === b.endpointId || (isKnown && a.apiId === b.apiId && a.stage === b.stage);
}

/** What an endpoint's registry is kept under: ids of another origin belong to another registry. */
export function registryKey({ endpointId, origin, target }: Endpoint) {
  return { endpointId, source: origin.type, detail: detailOf(origin, target) };
}

function detailOf(origin: Origin, { name, region }: Target): string {
  switch (origin.type) {
    case 'intake':
      return '';
    case 'file':
      return origin.path;
    case 'sqs':
      return [name, origin.queue_url].join(' ');
    case 'access_log':
      return [name, region, origin.log_group].join(' ');
    default: {
      const { table, key, prefix } = origin;
      return [name, region, table, key, ...(prefix === null ? [] : [prefix])].join(' ');
    }
  }
}

/** The feed of events that happen as they are told. */
export const INTAKE = 'intake';

/** What tells the events of an endpoint, shared by all that are told of there, whichever targets they are of; undefined where ids are listed, or nothing is known to tell them. */
export function feedOf({ origin, target }: Endpoint): string | undefined {
  if (origin.type === 'intake') return INTAKE;
  if (origin.type === 'sqs') return JSON.stringify([origin.type, queueKey(origin.queue_url)]);
  if (origin.type !== 'access_log' || origin.log_group === null) return undefined;
  const account = knownAccountId(target) ?? target.name;
  return JSON.stringify([origin.type, account, target.region, origin.log_group]);
}

/** Tells targets apart: an account under one name, and a region. */
export function targetKey({ name, region }: Target): string {
  return JSON.stringify([name, region]);
}
