import { createRanks } from '../wire/pages.ts';
import { createRandom, type Random } from '../wire/random.ts';
import { keepStepping, type WorldOptions } from '../wire/steps.ts';
import { type RawVpnConnection, VpnConnection, type VpnTruth } from './connection.ts';
import { createVpnEvolution, type Turnover } from './evolution.ts';
import { inventGatewayId, inventKey, inventOutsideIps } from './invention.ts';
import type { VpnSpec, VpnState } from './spec.ts';
import { type RawTelemetry, Tunnel } from './tunnel.ts';

export interface VpnWorldOptions extends WorldOptions {
  /** Whether connections are made and deleted while the world is stepped; not if not given. */
  readonly turnover?: Turnover;
}

/** AWS lists a deleted connection for a while; it does not say how long. */
const listedAfterDeletionMs = 60 * 60 * 1000;

/** A world without VPN connections, moved by hand, by `step`, or by itself with `run`; equal seeds and moves give equal worlds. */
export function createVpnWorld(options: VpnWorldOptions = {}): VpnWorld {
  return new VpnWorld(options);
}

/** The truth about Site-to-Site VPN connections and their tunnels. */
export class VpnWorld {
  readonly now: () => number;
  readonly random: Random;
  readonly #drawRank: () => number;
  readonly #connections = new Map<string, VpnConnection>();
  readonly #secrets = new Set<string>();
  readonly #evolve: ReturnType<typeof createVpnEvolution>;

  constructor({ seed = 1, now = Date.now, turnover }: VpnWorldOptions) {
    this.now = now;
    this.random = createRandom(seed);
    this.#drawRank = createRanks(this.random);
    this.#evolve = createVpnEvolution(this.random, this, turnover);
  }

  /** Adds a connection and returns its id. */
  addConnection(spec: VpnSpec = {}): string {
    const { random } = this;
    const id = spec.id ?? `vpn-${random.hex(17)}`;
    if (this.#connections.has(id)) throw new Error(`there is a VPN connection ${id} already`);
    const gatewayId = spec.gatewayId ?? inventGatewayId(random, spec);
    const customerGatewayId = spec.customerGatewayId ?? `cgw-${random.hex(17)}`;
    const given = spec.tunnels ?? [{}, {}];
    const outsideIps = inventOutsideIps(random, given.length);
    const tunnels = given.map((tunnel, n) => {
      const invented = { outsideIp: outsideIps[n] ?? '', preSharedKey: inventKey(random) };
      return new Tunnel({ ...invented, ...tunnel }, spec.routing !== 'static', this.now());
    });
    const drawn = { id, rank: this.#drawRank(), gatewayId, customerGatewayId };
    this.#connections.set(id, new VpnConnection(drawn, spec, tunnels, this.now()));
    for (const { preSharedKey } of tunnels) this.#secrets.add(preSharedKey);
    if (spec.preSharedKeyArn !== undefined) this.#secrets.add(spec.preSharedKeyArn);
    return id;
  }

  /** A connection goes on to another state; a deleted one is listed for a while. */
  setState(id: string, state: VpnState): void {
    this.#connection(id).enter(state, this.now());
  }

  /** AWS knows the connection no more. */
  removeConnection(id: string): void {
    this.#connections.delete(this.#connection(id).id);
  }

  setTags(id: string, tags: Readonly<Record<string, string>>): void {
    this.#connection(id).tags = { ...tags };
  }

  /** A tunnel, counted from 0, comes up; its BGP, if it speaks it, learns so many routes. */
  bringUp(id: string, tunnel: number, routes = 2): void {
    this.#tunnel(id, tunnel).bringUp(this.now(), routes);
  }

  takeDown(id: string, tunnel: number): void {
    this.#tunnel(id, tunnel).takeDown(this.now());
  }

  /** The BGP session of a tunnel ends while IPsec holds. */
  stall(id: string, tunnel: number): void {
    this.#tunnel(id, tunnel).stall(this.now());
  }

  /** BGP now knows so many routes. */
  learn(id: string, tunnel: number, routes: number): void {
    this.#tunnel(id, tunnel).learn(routes);
  }

  addRoute(id: string, block: string): void {
    this.#connection(id).routes.add(block);
  }

  dropRoute(id: string, block: string): void {
    if (!this.#connection(id).routes.delete(block)) throw new Error(`${id} has no route to ${block}`);
  }

  /** Overrides what the wire shows of a connection; its truth stays. */
  set(id: string, raw: RawVpnConnection): void {
    this.#connection(id).override(raw);
  }

  /** Overrides what the wire shows of a tunnel, counted from 0; its truth stays. */
  setTunnel(id: string, tunnel: number, raw: RawTelemetry): void {
    this.#tunnel(id, tunnel).override(raw);
  }

  /** Lets chance move the connections that have a pace on by `seconds`, all at `now()`; returns how many things changed. */
  step(seconds: number): number {
    return this.#evolve(this.everywhere(), seconds);
  }

  /** Steps every `intervalMs` by the time that passed, until the returned function is called. */
  run(intervalMs: number): () => void {
    return keepStepping(this, intervalMs);
  }

  truth(id: string): VpnTruth {
    return this.#connection(id).truth;
  }

  /** Every text that AWS answers and nobody else may ever see: keys, and where they are kept. */
  secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** The connections that one account and region list, in the order of listings. */
  connections(accountId: string, region: string): readonly VpnConnection[] {
    return this.everywhere()
      .filter((connection) => connection.accountId === accountId && connection.region === region)
      .sort((a, b) => a.rank - b.rank);
  }

  /** The connections that are listed in any account and region, in the order in which they were added. */
  everywhere(): readonly VpnConnection[] {
    for (const { id, deletedAt } of this.#connections.values())
      if ((deletedAt ?? this.now()) < this.now() - listedAfterDeletionMs) this.#connections.delete(id);
    return [...this.#connections.values()];
  }

  #connection(id: string): VpnConnection {
    const connection = this.#connections.get(id);
    if (!connection) throw new Error(`there is no VPN connection ${id}`);
    return connection;
  }

  #tunnel(id: string, number: number): Tunnel {
    const tunnel = this.#connection(id).tunnels[number];
    if (!tunnel) throw new Error(`${id} has no tunnel ${number}`);
    return tunnel;
  }
}
