/** What a VPN connection is attached to at AWS' side. */
export type GatewayType = 'virtual-private' | 'transit' | 'core-network' | 'concentrator' | 'none';

export type VpnState = 'pending' | 'available' | 'deleting' | 'deleted';

/** How restless a connection is: mean times until a tunnel goes down, until it comes back, until a route comes or goes. */
export interface Pace {
  readonly meanUpSeconds: number;
  readonly meanDownSeconds: number;
  readonly meanRoutesSeconds: number;
}

export interface TunnelSpec {
  readonly outsideIp?: string;
  /** `UP` if not given. */
  readonly status?: 'UP' | 'DOWN';
  /** How many routes BGP has learned. */
  readonly routes?: number;
  /** Milliseconds since 1970; now if not given. */
  readonly changedAt?: number;
  readonly preSharedKey?: string;
  /** Of a tunnel that authenticates by certificate. */
  readonly certificateArn?: string;
  /** Whether chance leaves it alone. */
  readonly isSteady?: boolean;
}

export interface VpnSpec {
  readonly accountId?: string;
  readonly region?: string;
  readonly id?: string;
  /** Becomes the tag `Name`. */
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly state?: VpnState;
  readonly category?: 'VPN' | 'VPN-Classic';
  /** A virtual private gateway if not given. */
  readonly gateway?: GatewayType;
  /** Its id; the ARN of a core network. */
  readonly gatewayId?: string;
  readonly customerGatewayId?: string;
  /** The customer's autonomous system. */
  readonly bgpAsn?: number;
  /** `bgp` if not given. */
  readonly routing?: 'static' | 'bgp';
  /** Blocks that are routed statically. */
  readonly routes?: readonly string[];
  readonly accelerated?: boolean;
  readonly insideIpVersion?: 'ipv4' | 'ipv6';
  readonly bandwidth?: 'standard' | 'large';
  /** The attachment that carries a connection with private addresses. */
  readonly transportAttachmentId?: string;
  /** The secret that keeps the keys, where they are kept in Secrets Manager. */
  readonly preSharedKeyArn?: string;
  /** Two that are up if not given; AWS has always two. */
  readonly tunnels?: readonly TunnelSpec[];
  /** A connection without a pace stays as it is while the world is stepped. */
  readonly pace?: Pace;
}
