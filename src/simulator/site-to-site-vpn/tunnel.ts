import type { TunnelSpec } from './spec.ts';

/** The leaves of a tunnel's telemetry in the order in which EC2 writes them. */
export const telemetryLeaves = [
  'acceptedRouteCount',
  'lastStatusChange',
  'outsideIpAddress',
  'status',
  'statusMessage',
  'certificateArn',
] as const;
type Leaf = (typeof telemetryLeaves)[number];

/** Text to write instead of the truth: `null` leaves the element out, `undefined` gives the truth back. */
export type RawTelemetry = { readonly [leaf in Leaf]?: string | null | undefined };

/** What is true of a tunnel, whatever the wire shows. */
export interface TunnelTruth {
  readonly outsideIp: string;
  readonly status: 'UP' | 'DOWN';
  /** What AWS says of the status in words. */
  readonly message: string;
  /** When IKE, IPsec or BGP last came or went, milliseconds since 1970. */
  readonly changedAt: number;
  /** How many routes BGP has learned. */
  readonly routes: number;
}

/** One tunnel of a VPN connection: its true state, and the telemetry that EC2 shows of it. */
export class Tunnel {
  readonly outsideIp: string;
  readonly preSharedKey: string;
  readonly certificateArn: string | undefined;
  readonly isSteady: boolean;
  readonly #speaksBgp: boolean;
  #truth: TunnelTruth;
  #raw: RawTelemetry = {};

  constructor(
    spec: TunnelSpec & { outsideIp: string; preSharedKey: string },
    speaksBgp: boolean,
    now: number,
  ) {
    const { outsideIp, preSharedKey, certificateArn, isSteady = false, changedAt = now, routes = 2 } = spec;
    this.outsideIp = outsideIp;
    this.preSharedKey = preSharedKey;
    this.certificateArn = certificateArn;
    this.isSteady = isSteady;
    this.#speaksBgp = speaksBgp;
    this.#truth = spec.status === 'DOWN' ? this.#down(changedAt) : this.#up(changedAt, routes);
  }

  get truth(): TunnelTruth {
    return this.#truth;
  }

  /** Up from now on; of one without BGP AWS says so in words, or, of one that was up from the start, nothing: both are seen. */
  bringUp(now: number, routes: number): void {
    const up = this.#up(now, routes);
    this.#truth = this.#speaksBgp ? up : { ...up, message: 'IPSEC IS UP' };
  }

  takeDown(now: number): void {
    this.#truth = this.#down(now);
  }

  /** IPsec holds, but BGP is not established. */
  stall(now: number): void {
    if (!this.#speaksBgp) throw new Error(`${this.outsideIp} has static routes and no BGP that could stall`);
    this.#truth = { ...this.#down(now), message: 'IPSEC IS UP' };
  }

  /** BGP has learned so many routes; no change of status. */
  learn(routes: number): void {
    if (!this.#speaksBgp || this.#truth.status !== 'UP')
      throw new Error(`${this.outsideIp} has no BGP session that could learn routes`);
    this.#truth = this.#up(this.#truth.changedAt, routes);
  }

  /** Writes other text into its telemetry from now on; earlier overrides of other leaves stay. */
  override(raw: RawTelemetry): void {
    this.#raw = { ...this.#raw, ...raw };
  }

  /** The text of one leaf of its telemetry; undefined when the element is left out. */
  text(leaf: Leaf): string | undefined {
    const raw = this.#raw[leaf];
    return raw === undefined ? this.#told(leaf) : (raw ?? undefined);
  }

  #up(changedAt: number, routes: number): TunnelTruth {
    const learned = this.#speaksBgp
      ? { routes, message: `${routes} BGP ROUTES` }
      : { routes: 0, message: '' };
    return { outsideIp: this.outsideIp, status: 'UP', changedAt, ...learned };
  }

  #down(changedAt: number): TunnelTruth {
    return { outsideIp: this.outsideIp, status: 'DOWN', message: 'IPSEC IS DOWN', changedAt, routes: 0 };
  }

  #told(leaf: Leaf): string | undefined {
    switch (leaf) {
      case 'acceptedRouteCount':
        return String(this.#truth.routes);
      case 'lastStatusChange':
        return new Date(this.#truth.changedAt).toISOString();
      case 'outsideIpAddress':
        return this.outsideIp;
      case 'status':
        return this.#truth.status;
      case 'statusMessage':
        return this.#truth.message;
      case 'certificateArn':
        return this.certificateArn;
    }
  }
}
