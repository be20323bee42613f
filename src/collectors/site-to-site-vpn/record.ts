import type { RawTunnel, RawVpnConnection } from '../../aws/vpn-connections-xml.ts';
import { toExact } from '../../core/exact.ts';
import { toInstant } from '../../core/instant.ts';
import type { Item } from '../../polling/item.ts';
import { MOST_TAGS } from '../../polling/selection.ts';
import type { Reject } from '../../polling/warnings.ts';
import type { SiteToSiteVpnConfig } from './config.ts';

/** Every field whose value can be rejected; `tunnel` is the outside address, without which a tunnel cannot be told apart. */
export const REJECTABLE = [
  'connection_id',
  'tags',
  'tunnel',
  'tunnel_status',
  'status_changed_at',
  'accepted_routes',
  'expected_tunnels',
] as const;

/** What AWS says of a tunnel in words of its own, as one of a few (`statusMessage`). */
export type Reason = 'ipsec_up' | 'ipsec_down' | 'bgp_routes' | 'none' | 'other';

/** One tunnel, as AWS' telemetry has it. */
export interface Tunnel {
  /** Its outside address. */
  readonly address: string;
  /** Undefined where AWS says neither UP nor DOWN. */
  readonly isUp: boolean | undefined;
  /** When IKE, IPsec or BGP last changed; milliseconds since 1970. */
  readonly changedAt: number | undefined;
  /** Routes learned by BGP. */
  readonly acceptedRoutes: number | undefined;
  readonly reason: Reason;
}

/** One VPN connection as AWS lists it (DescribeVpnConnections), decoded and checked, without anything secret. */
export interface VpnConnection extends Item {
  readonly state: string;
  /** The labels of `aws_site_to_site_vpn_info`, beside the endpoint's own. */
  readonly info: Readonly<Record<InfoLabel, string>>;
  /** How many tunnels should be up. */
  readonly expectedTunnels: number;
  /** Empty while AWS gives no telemetry. */
  readonly tunnels: readonly Tunnel[];
}

/** What `aws_site_to_site_vpn_info` says of a connection. */
export const INFO_LABELS = [
  'name',
  'type',
  'category',
  'gateway_type',
  'gateway_id',
  'customer_gateway_id',
  'routing',
  'accelerated',
] as const;
type InfoLabel = (typeof INFO_LABELS)[number];

/** `vpn-` and hexadecimal digits today, which AWS does not promise. */
const CONNECTION_ID = /^[\w-]{1,128}$/;
/** AWS has two; the rest of more is rejected. */
export const MOST_TUNNELS = 16;
/** AWS shows these for a while; they are no more. */
const GONE: ReadonlySet<string> = new Set(['deleting', 'deleted']);

/** Decodes a connection; undefined when it is being deleted, or has no id that can be one, and then it is rejected whole. */
export function toVpnConnection(
  raw: RawVpnConnection,
  config: Pick<SiteToSiteVpnConfig, 'expected_tunnels' | 'expected_tunnels_tag'>,
  reject: Reject,
): VpnConnection | undefined {
  const { vpnConnectionId: id = '', state = '' } = raw;
  if (!CONNECTION_ID.test(id)) {
    reject('connection_id', id);
    return undefined;
  }
  if (GONE.has(state)) return undefined;
  const { tagSet = [] } = raw;
  if (tagSet.length > MOST_TAGS) reject('tags', `${tagSet.length} of one connection`);
  const tags = new Map(tagSet.slice(0, MOST_TAGS).map(({ key = '', value = '' }) => [key, value]));
  const name = tags.get('Name') ?? '';
  return {
    id,
    name,
    tags,
    state: state || 'unknown',
    info: { name, ...infoOf(raw) },
    expectedTunnels: expected(tags, config, reject),
    tunnels: tunnelsOf(raw.vgwTelemetry ?? [], reject),
  };
}

function infoOf(raw: RawVpnConnection): Omit<VpnConnection['info'], 'name'> {
  const [gateway_type, gateway_id] = gatewayOf(raw);
  const { staticRoutesOnly, enableAcceleration = '' } = raw.options ?? {};
  const routing = staticRoutesOnly === 'true' ? 'static' : staticRoutesOnly === 'false' ? 'bgp' : '';
  return {
    type: raw.type ?? '',
    category: raw.category ?? '',
    gateway_type,
    gateway_id,
    customer_gateway_id: raw.customerGatewayId ?? '',
    routing,
    accelerated: enableAcceleration,
  };
}

function gatewayOf(raw: RawVpnConnection): readonly [type: string, id: string] {
  if (raw.vpnConcentratorId) return ['concentrator', raw.vpnConcentratorId];
  if (raw.coreNetworkArn) return ['cloud_wan', raw.coreNetworkArn];
  if (raw.transitGatewayId) return ['transit', raw.transitGatewayId];
  if (raw.vpnGatewayId) return ['virtual_private', raw.vpnGatewayId];
  return ['none', ''];
}

function expected(
  tags: ReadonlyMap<string, string>,
  config: Pick<SiteToSiteVpnConfig, 'expected_tunnels' | 'expected_tunnels_tag'>,
  reject: Reject,
): number {
  const said = config.expected_tunnels_tag === null ? undefined : tags.get(config.expected_tunnels_tag);
  if (said === undefined) return config.expected_tunnels;
  if (/^[0-2]$/.test(said)) return Number(said);
  reject('expected_tunnels', said);
  return config.expected_tunnels;
}

/** Each address once: of two with the same the first counts, and the other is rejected, as are more than a connection has. */
function tunnelsOf(raws: readonly RawTunnel[], reject: Reject): readonly Tunnel[] {
  const tunnels = new Map<string, Tunnel>();
  for (const raw of raws) {
    const { outsideIpAddress: address = '' } = raw;
    if (address === '' || tunnels.has(address) || tunnels.size === MOST_TUNNELS) reject('tunnel', address);
    else tunnels.set(address, toTunnel(address, raw, reject));
  }
  return [...tunnels.values()];
}

function toTunnel(address: string, raw: RawTunnel, reject: Reject): Tunnel {
  const judged = <T>(field: (typeof REJECTABLE)[number], text: string | undefined, value: T | undefined) => {
    if (value === undefined) reject(field, text);
    return value;
  };
  const { status, lastStatusChange: changed, acceptedRouteCount: routes, statusMessage = '' } = raw;
  const isUp = status === 'UP' ? true : status === 'DOWN' ? false : undefined;
  const count = toExact(routes ?? '');
  return {
    address,
    isUp: judged('tunnel_status', status, isUp),
    // Left out is not wrong: AWS may have nothing to say.
    changedAt: changed === undefined ? undefined : judged('status_changed_at', changed, toInstant(changed)),
    acceptedRoutes:
      routes === undefined
        ? undefined
        : judged('accepted_routes', routes, count === undefined ? undefined : Number(count)),
    reason: toReason(statusMessage),
  };
}

function toReason(message: string): Reason {
  if (message === '') return 'none';
  if (/^ipsec is up$/i.test(message)) return 'ipsec_up';
  if (/^ipsec is down$/i.test(message)) return 'ipsec_down';
  return /^\d+ bgp routes$/i.test(message) ? 'bgp_routes' : 'other';
}
