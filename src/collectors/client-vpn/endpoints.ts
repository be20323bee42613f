import type { Target } from '../../aws/targets.ts';
import { isExcluded, isOnlyNamed, isSelected, MOST_TAGS, type Selection } from '../../polling/selection.ts';
import type { Reject } from '../../polling/warnings.ts';
import { NO_STATUS } from './record.ts';
import type { RawEndpoint, Source } from './source.ts';

/** One endpoint as AWS lists it (DescribeClientVpnEndpoints). */
export interface Endpoint {
  readonly id: string;
  readonly status: string;
  /** The labels of `aws_client_vpn_endpoint_info`, beside the endpoint's own. */
  readonly info: Readonly<Record<InfoLabel, string>>;
  readonly sessionTimeoutSeconds: number | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

/** What `aws_client_vpn_endpoint_info` says of an endpoint. */
export const INFO_LABELS = [
  'name',
  'description',
  'vpc_id',
  'transport_protocol',
  'vpn_port',
  'split_tunnel',
  'authentication',
  'client_cidr_block',
] as const;
export type InfoLabel = (typeof INFO_LABELS)[number];

/** `cvpn-endpoint-` and hexadecimal digits today, which AWS does not promise; but nothing that names a file or a line would be an id. */
const ENDPOINT_ID = /^[\w-]{1,128}$/;

/** Decodes an endpoint; undefined, and rejected whole, when it has no id that can be one. Its name is its Name tag. */
export function toEndpoint(raw: RawEndpoint, reject: Reject): Endpoint | undefined {
  if (!ENDPOINT_ID.test(raw.ClientVpnEndpointId ?? '') || raw.ClientVpnEndpointId === undefined) {
    reject('endpoint_id', raw.ClientVpnEndpointId);
    return undefined;
  }
  const hours = raw.SessionTimeoutHours;
  const { Tags = [] } = raw;
  if (Tags.length > MOST_TAGS) reject('tags', `${Tags.length} of one endpoint`);
  const tags = new Map(Tags.slice(0, MOST_TAGS).map(({ Key, Value }) => [toText(Key), toText(Value)]));
  return {
    id: raw.ClientVpnEndpointId,
    status: toText(raw.Status?.Code) || NO_STATUS,
    info: {
      name: tags.get('Name') ?? '',
      description: toText(raw.Description),
      vpc_id: toText(raw.VpcId),
      transport_protocol: toText(raw.TransportProtocol),
      vpn_port: Number.isFinite(raw.VpnPort) ? String(raw.VpnPort) : '',
      split_tunnel: raw.SplitTunnel === undefined ? '' : String(raw.SplitTunnel),
      authentication: (raw.AuthenticationOptions ?? []).map(({ Type }) => toText(Type)).join(','),
      client_cidr_block: toText(raw.ClientCidrBlock),
    },
    sessionTimeoutSeconds: hours !== undefined && Number.isFinite(hours) ? hours * 3600 : undefined,
    tags,
  };
}

/** References can make half a character, which no series is told apart by. */
function toText(value: string | undefined): string {
  return (value ?? '').toWellFormed();
}

/** What a complete listing of endpoints says. */
export interface Discovered {
  /** The wanted endpoints by id. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** The names of those that are listed and excluded, by id. */
  readonly excluded: ReadonlyMap<string, string>;
  /** Whether an endpoint is known not to exist; one that was not asked for may. */
  isGone(endpointId: string): boolean;
}

/** Lists the endpoints of a target; rejects unless the listing is complete. */
export async function discover(
  source: Source,
  target: Target,
  selection: Selection,
  reject: Reject,
  signal: AbortSignal,
): Promise<Discovered> {
  const { named } = selection;
  const onlyNamed = isOnlyNamed(selection);
  const endpoints = new Map<string, Endpoint>();
  const excluded = new Map<string, string>();
  const listed = new Set<string>();
  for await (const page of source.endpointPages(target, onlyNamed ? named : undefined, signal)) {
    for (const raw of page) {
      const endpoint = toEndpoint(raw, reject);
      if (!endpoint) continue;
      listed.add(endpoint.id);
      const { id, info, tags } = endpoint;
      if (isExcluded(selection, { ids: [id], name: info.name })) excluded.set(id, info.name);
      if (isSelected(selection, { id, name: info.name, tags })) endpoints.set(id, endpoint);
    }
  }
  return { endpoints, excluded, isGone: (id) => !listed.has(id) && (!onlyNamed || named.includes(id)) };
}
