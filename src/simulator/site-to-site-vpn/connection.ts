import type { GatewayType, VpnSpec, VpnState } from './spec.ts';
import type { Tunnel, TunnelTruth } from './tunnel.ts';

/** Elements of an `<item>` that are text. */
export type Leaf =
  | 'vpnConnectionId'
  | 'state'
  | 'customerGatewayConfiguration'
  | 'type'
  | 'customerGatewayId'
  | 'vpnGatewayId'
  | 'transitGatewayId'
  | 'coreNetworkArn'
  | 'coreNetworkAttachmentArn'
  | 'vpnConcentratorId'
  | 'gatewayAssociationState'
  | 'category'
  | 'preSharedKeyArn'
  | 'enableAcceleration'
  | 'staticRoutesOnly';

/** Elements of an `<item>` that hold others. */
export type Branch = 'options' | 'routes' | 'tagSet' | 'vgwTelemetry';

/** Text to write instead of the truth: `null` leaves the element out, `undefined` gives the truth back. */
export type RawVpnConnection = { readonly [leaf in Leaf]?: string | null | undefined } & {
  readonly [branch in Branch]?: null | undefined;
};

/** What is true of a VPN connection, whatever the wire shows. */
export interface VpnTruth {
  readonly name: string;
  readonly state: VpnState;
  readonly gateway: GatewayType;
  readonly gatewayId: string | undefined;
  readonly customerGatewayId: string;
  readonly routing: 'static' | 'bgp';
  /** Blocks that are routed statically. */
  readonly routes: readonly string[];
  /** The tunnels of which AWS tells: none before the connection is available, nor once it is deleted. */
  readonly tunnels: readonly TunnelTruth[];
}

/** One Site-to-Site VPN connection, its tunnels and its static routes. */
export class VpnConnection {
  readonly id: string;
  /** Its place in every listing, drawn by lot. */
  readonly rank: number;
  readonly spec: VpnSpec;
  readonly accountId: string;
  readonly region: string;
  readonly gateway: GatewayType;
  readonly gatewayId: string | undefined;
  readonly customerGatewayId: string;
  readonly routing: 'static' | 'bgp';
  readonly tunnels: readonly Tunnel[];
  readonly routes: Set<string>;
  tags: Readonly<Record<string, string>>;
  #state: VpnState;
  #deletedAt: number | undefined;
  #raw: RawVpnConnection = {};

  constructor(
    drawn: { id: string; rank: number; gatewayId: string; customerGatewayId: string },
    spec: VpnSpec,
    tunnels: readonly Tunnel[],
    now: number,
  ) {
    const { accountId = '111122223333', region = 'eu-west-1', name, state = 'available' } = spec;
    this.id = drawn.id;
    this.rank = drawn.rank;
    this.spec = spec;
    this.accountId = accountId;
    this.region = region;
    this.gateway = spec.gateway ?? 'virtual-private';
    this.gatewayId = this.gateway === 'none' ? undefined : drawn.gatewayId;
    this.customerGatewayId = drawn.customerGatewayId;
    this.routing = spec.routing ?? 'bgp';
    this.tunnels = tunnels;
    this.routes = new Set(spec.routes);
    this.tags = { ...(name === undefined ? {} : { Name: name }), ...spec.tags };
    this.#state = state;
    if (state === 'deleted') this.#deletedAt = now;
  }

  get state(): VpnState {
    return this.#state;
  }

  /** When it was deleted, milliseconds since 1970; undefined before. */
  get deletedAt(): number | undefined {
    return this.#deletedAt;
  }

  /** Goes on to another state; the tunnels of one that becomes available have yet to come up. */
  enter(state: VpnState, now: number): void {
    if (this.#state === 'deleted') throw new Error(`${this.id} is deleted and cannot become ${state}`);
    if (this.#state === 'pending' && state === 'available')
      for (const tunnel of this.tunnels) tunnel.takeDown(now);
    if (state === 'deleted') this.#deletedAt = now;
    this.#state = state;
  }

  /** Writes something else into its item from now on; earlier overrides of other elements stay. */
  override(raw: RawVpnConnection): void {
    this.#raw = { ...this.#raw, ...raw };
  }

  /** The text that stands for `truth` on the wire; undefined when the element is left out. */
  text(leaf: Leaf, truth: string | undefined): string | undefined {
    const raw = this.#raw[leaf];
    return raw === undefined ? truth : (raw ?? undefined);
  }

  /** Whether an element that holds others is written at all. */
  writes(branch: Branch): boolean {
    return this.#raw[branch] !== null && (branch !== 'vgwTelemetry' || this.#hasTelemetry);
  }

  get truth(): VpnTruth {
    const { gateway, gatewayId, customerGatewayId, routing, state } = this;
    const tunnels = this.#hasTelemetry ? this.tunnels.map(({ truth }) => truth) : [];
    const name = this.tags.Name ?? '';
    return { name, state, gateway, gatewayId, customerGatewayId, routing, routes: [...this.routes], tunnels };
  }

  get #hasTelemetry(): boolean {
    return this.#state === 'available' || this.#state === 'deleting';
  }
}
