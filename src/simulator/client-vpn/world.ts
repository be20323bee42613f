import { createRanks } from '../wire/pages.ts';
import { createRandom, type Random } from '../wire/random.ts';
import { keepStepping, type WorldOptions } from '../wire/steps.ts';
import { type Client, Connection, type RawRow, type Traffic } from './connection.ts';
import { Endpoint, type EndpointSpec, type EndpointStatus, type Truth } from './endpoint.ts';
import { createEvolution } from './evolution.ts';

/** A world without endpoints, moved by hand, by `step`, or by itself with `run`; equal seeds and moves give equal worlds. */
export function createWorld(options: WorldOptions = {}): World {
  return new World(options);
}

/** The truth that the simulator shows in AWS' words: endpoints, and the clients connected to them. */
export class World {
  readonly now: () => number;
  readonly random: Random;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #connections = new Map<string, Connection>();
  readonly #evolve: ReturnType<typeof createEvolution>;
  readonly #drawRank: () => number;

  constructor({ seed = 1, now = Date.now }: WorldOptions) {
    this.now = now;
    this.random = createRandom(seed);
    this.#drawRank = createRanks(this.random);
    this.#evolve = createEvolution(this.random, this);
  }

  /** Adds an endpoint and returns its id. */
  addEndpoint(spec: EndpointSpec = {}): string {
    const id = spec.id ?? `cvpn-endpoint-${this.random.hex(17)}`;
    if (this.#endpoints.has(id)) throw new Error(`there is an endpoint ${id} already`);
    this.#endpoints.set(id, new Endpoint(id, this.#drawRank(), spec, this.now()));
    return id;
  }

  setEndpointStatus(endpointId: string, status: EndpointStatus): void {
    this.#endpoint(endpointId).status = status;
  }

  /** AWS knows the endpoint no more; its truth stays to be asked. */
  removeEndpoint(endpointId: string): void {
    this.#endpoint(endpointId).removed = true;
  }

  /** Opens a connection and returns its id. */
  connect(endpointId: string, client: Client = {}): string {
    const endpoint = this.#endpoint(endpointId);
    const id = client.id ?? `cvpn-connection-${this.random.hex(17)}`;
    if (this.#connections.has(id)) throw new Error(`there is a connection ${id} already`);
    const clientIp = client.clientIp ?? nthAddress(endpoint.cidrBlock, endpoint.opened + 2);
    const connection = new Connection(id, endpointId, this.#drawRank(), { ...client, clientIp }, this.now());
    this.#connections.set(id, connection);
    endpoint.add(connection);
    return id;
  }

  /** Adds to the counters of a connection that has not ended. */
  talk(connectionId: string, traffic: Traffic): void {
    const connection = this.#connection(connectionId);
    if (connection.endedAt !== undefined) throw new Error(`${connectionId} is terminated and cannot talk`);
    this.#endpoint(connection.endpointId).talk(connection, traffic, this.now());
  }

  /** Overrides what the wire shows of a connection; its truth stays. */
  set(connectionId: string, raw: RawRow): void {
    this.#connection(connectionId).override(raw);
  }

  beginTerminate(connectionId: string): void {
    this.#connection(connectionId).enter('terminating', this.now());
  }

  hang(connectionId: string): void {
    const message = 'The connection could not be terminated.';
    this.#connection(connectionId).enter('failed-to-terminate', this.now(), message);
  }

  /** Terminates a connection, at `endedAt` (milliseconds since 1970) or now. */
  disconnect(connectionId: string, endedAt: number = this.now()): void {
    const connection = this.#connection(connectionId);
    this.#endpoint(connection.endpointId).end(connection, endedAt);
  }

  /** Lets chance move the world on by `seconds`, all at `now()`; returns how many connections began or changed their status. */
  step(seconds: number): number {
    let moved = 0;
    for (const endpoint of this.#endpoints.values()) {
      if (!endpoint.removed) moved += this.#evolve(endpoint, this.connections(endpoint.id), seconds);
    }
    return moved;
  }

  /** Steps every `intervalMs` by the time that passed, until the returned function is called. */
  run(intervalMs: number): () => void {
    return keepStepping(this, intervalMs);
  }

  truth(endpointId: string): Truth {
    return this.#endpoint(endpointId).truth(this.connections(endpointId));
  }

  /** The endpoints of one account and region in the order of listings. */
  endpoints(accountId: string, region: string): readonly Endpoint[] {
    return this.everywhere()
      .filter((endpoint) => endpoint.accountId === accountId && endpoint.region === region)
      .sort((a, b) => a.rank - b.rank);
  }

  /** The endpoints of every account and region, in the order in which they were added. */
  everywhere(): readonly Endpoint[] {
    return [...this.#endpoints.values()].filter(({ removed }) => !removed);
  }

  /** The connections that an endpoint lists now, in the order of listings. */
  connections(endpointId: string): readonly Connection[] {
    return this.#endpoint(endpointId).listed(this.now(), ({ id }) => this.#connections.delete(id));
  }

  #endpoint(id: string): Endpoint {
    const endpoint = this.#endpoints.get(id);
    if (!endpoint) throw new Error(`there is no endpoint ${id}`);
    return endpoint;
  }

  #connection(id: string): Connection {
    const connection = this.#connections.get(id);
    if (!connection) throw new Error(`there is no connection ${id}`);
    return connection;
  }
}

/** The n-th address of an IPv4 block, round again past its end. */
function nthAddress(cidrBlock: string, n: number): string {
  const [base = '', bits = '32'] = cidrBlock.split('/');
  const first = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const address = first + (n % 2 ** (32 - Number(bits)));
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
