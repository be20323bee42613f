import type { Random } from '../wire/random.ts';
import type { GatewayType, VpnSpec } from './spec.ts';

const blocks = ['192.0.2', '198.51.100', '203.0.113'];
const keyLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz123456789._';

/** So many different addresses from the blocks for documentation. */
export function inventOutsideIps(random: Random, count: number): readonly string[] {
  const found = new Set<string>();
  while (found.size < count) found.add(`${random.pick(blocks)}.${1 + random.below(253)}`);
  return [...found];
}

/** A pre-shared key as AWS makes them. */
export function inventKey(random: Random): string {
  return Array.from({ length: 32 }, () => keyLetters[random.below(keyLetters.length)]).join('');
}

/** The id of a gateway of this type; the ARN of a core network. */
export function inventGatewayId(random: Random, { gateway, accountId = '111122223333' }: VpnSpec): string {
  const digits = random.hex(17);
  const ids: Readonly<Record<GatewayType, string>> = {
    'virtual-private': `vgw-${digits}`,
    transit: `tgw-${digits}`,
    'core-network': `arn:aws:networkmanager::${accountId}:core-network/core-network-${digits}`,
    concentrator: `vpnc-${digits}`,
    none: '',
  };
  return ids[gateway ?? 'virtual-private'];
}

/** A connection as somebody may order one. */
export function inventSpec(random: Random): VpnSpec {
  const gateway = random.pick([
    'virtual-private',
    'transit',
    'core-network',
    'concentrator',
    'none',
  ] as const);
  const routing = gateway === 'virtual-private' ? random.pick(['static', 'bgp'] as const) : 'bgp';
  return {
    name: `site-${random.below(1000)}`,
    gateway,
    routing,
    routes: routing === 'static' ? [inventBlock(random)] : [],
    accelerated: gateway === 'transit' && random.fraction() < 0.3,
    pace: { meanUpSeconds: 300, meanDownSeconds: 60, meanRoutesSeconds: 120 },
  };
}

/** A block of private addresses. */
export function inventBlock(random: Random): string {
  return `10.${random.below(256)}.${random.below(256)}.0/24`;
}
