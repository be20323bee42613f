import {
  type Connection,
  type Counter,
  counters,
  type Status,
  statuses,
  type Traffic,
} from './connection.ts';

export type EndpointStatus = 'pending-associate' | 'pending' | 'available' | 'deleting' | 'deleted';

export interface EndpointSpec {
  readonly accountId?: string;
  readonly region?: string;
  readonly id?: string;
  /** Becomes the tag `Name`. */
  readonly name?: string;
  readonly description?: string;
  readonly vpcId?: string;
  readonly subnetIds?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly transportProtocol?: 'udp' | 'tcp';
  readonly vpnPort?: number;
  readonly splitTunnel?: boolean;
  /** `certificate-authentication`, `directory-service-authentication`, `federated-authentication`, or several. */
  readonly authentication?: string | readonly string[];
  readonly clientCidrBlock?: string;
  readonly sessionTimeoutHours?: number;
  readonly status?: EndpointStatus;
  /** How many clients connect in a minute while the world is stepped. */
  readonly arrivalsPerMinute?: number;
}

/** What is true of an endpoint, whatever the wire shows. */
export interface Truth extends Readonly<Record<Counter, bigint>> {
  /** Connections that are listed now, by status. */
  readonly connections: Readonly<Record<Status, number>>;
  /** Connections that ever began, and that ever ended. */
  readonly opened: number;
  readonly ended: number;
}

/** AWS lists a terminated connection for an hour more. */
const listedAfterEndMs = 60 * 60 * 1000;

/** One Client VPN endpoint, the connections it still lists, and the sums over all it ever had. */
export class Endpoint {
  readonly id: string;
  readonly rank: number;
  readonly spec: EndpointSpec;
  readonly accountId: string;
  readonly region: string;
  readonly cidrBlock: string;
  readonly createdAt: number;
  status: EndpointStatus;
  removed = false;
  readonly #connections = new Map<string, Connection>();
  readonly #sums: Record<Counter, bigint> = {
    ingressBytes: 0n,
    egressBytes: 0n,
    ingressPackets: 0n,
    egressPackets: 0n,
  };
  #opened = 0;
  #ended: Connection[] = [];
  #endedBefore = 0;
  #order: Connection[] = [];
  #orderHolds = true;

  constructor(id: string, rank: number, spec: EndpointSpec, now: number) {
    this.id = id;
    this.rank = rank;
    this.spec = spec;
    this.accountId = spec.accountId ?? '111122223333';
    this.region = spec.region ?? 'eu-west-1';
    this.cidrBlock = spec.clientCidrBlock ?? '10.90.0.0/16';
    this.createdAt = now;
    this.status = spec.status ?? 'available';
  }

  /** How many connections ever began. */
  get opened(): number {
    return this.#opened;
  }

  add(connection: Connection): void {
    this.#connections.set(connection.id, connection);
    this.#order.push(connection);
    this.#orderHolds = false;
    this.#opened++;
  }

  talk(connection: Connection, traffic: Traffic, now: number): void {
    for (const counter of counters) {
      const growth = traffic[counter];
      if (growth === undefined) continue;
      connection.add(counter, BigInt(growth), now);
      this.#sums[counter] += BigInt(growth);
    }
  }

  end(connection: Connection, at: number): void {
    connection.enter('terminated', at);
    this.#ended.push(connection);
  }

  /** Every connection that is listed at `now`, in the order of listings; calls `forget` with each that no longer is. */
  listed(now: number, forget: (connection: Connection) => void): readonly Connection[] {
    const isOver = (connection: Connection) => (connection.endedAt ?? now) < now - listedAfterEndMs;
    if (this.#ended.some(isOver)) {
      for (const connection of this.#ended.filter(isOver)) {
        this.#connections.delete(connection.id);
        this.#endedBefore++;
        forget(connection);
      }
      this.#ended = this.#ended.filter((connection) => !isOver(connection));
      this.#order = this.#order.filter((connection) => this.#connections.has(connection.id));
    }
    if (!this.#orderHolds) this.#order.sort((a, b) => a.rank - b.rank);
    this.#orderHolds = true;
    return this.#order;
  }

  truth(listed: readonly Connection[]): Truth {
    const connections = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
    for (const connection of listed) connections[connection.status]++;
    return {
      ...this.#sums,
      connections,
      opened: this.#opened,
      ended: this.#endedBefore + this.#ended.length,
    };
  }
}
