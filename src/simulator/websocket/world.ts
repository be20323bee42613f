import { createLogsWorld, type LogsWorld } from '../logs/world.ts';
import { createRandom, type Random } from '../wire/random.ts';
import { keepStepping, type WorldOptions } from '../wire/steps.ts';
import { AccessLog, type AccessLogOptions } from './access-log.ts';
import { Announcer, type ManagementCall } from './announcer.ts';
import { type Api, type ApiSpec, createApi } from './api.ts';
import {
  createConnection,
  type Departure,
  limitOf,
  type Visitor,
  type WebSocketConnection,
} from './connection.ts';
import { type ChangeTimes, changeTimes, LoggingRoles } from './control/account.ts';
import { createWebSocketEvolution } from './evolution.ts';
import { createId, type ProxyEvent } from './proxy-event.ts';

export interface WebSocketWorldOptions extends WorldOptions {
  /** Whether connections end as they do at AWS: after 2 hours, or 10 minutes in which nobody spoke. */
  readonly isLimited?: boolean;
  /** Where access logs go; a world of logs of its own if not given. */
  readonly logs?: LogsWorld;
  readonly accessLog?: AccessLogOptions;
  readonly times?: Partial<ChangeTimes>;
}

/** How long an id that has ended is told from one that never was; AWS does not say. */
const rememberedMs = 24 * 60 * 60 * 1000;

/** A world without APIs, moved by hand, by `step`, or by itself with `run`; equal seeds and moves give equal worlds. */
export function createWebSocketWorld(options: WebSocketWorldOptions = {}): WebSocketWorld {
  return new WebSocketWorld(options);
}

/** The truth about WebSocket APIs and who is connected to them, of which AWS shows one connection at a time. */
export class WebSocketWorld {
  readonly now: () => number;
  readonly random: Random;
  readonly logs: LogsWorld;
  readonly accessLog: AccessLog;
  readonly times: ChangeTimes;
  readonly loggingRoles = new LoggingRoles();
  readonly #announcer: Announcer;
  readonly #isLimited: boolean;
  readonly #apis = new Map<string, Api>();
  readonly #living = new Map<string, WebSocketConnection>();
  readonly #ended = new Map<string, { readonly apiId: string; readonly endedAt: number }>();
  readonly #evolve: ReturnType<typeof createWebSocketEvolution>;

  constructor({ seed = 1, now = Date.now, isLimited = false, ...options }: WebSocketWorldOptions) {
    this.now = now;
    this.random = createRandom(seed);
    this.logs = options.logs ?? createLogsWorld({ seed, now });
    this.times = { ...changeTimes, ...options.times };
    this.accessLog = new AccessLog(this.logs, seed, options.accessLog ?? {});
    this.#announcer = new Announcer(createRandom(~seed), this.accessLog, (apiId) => this.#apis.get(apiId));
    this.#isLimited = isLimited;
    this.#evolve = createWebSocketEvolution(this.random, this);
  }

  /** Adds an API and returns its id. */
  addApi(spec: ApiSpec = {}): string {
    const apiId = spec.apiId ?? Array.from({ length: 10 }, () => this.random.below(36).toString(36)).join('');
    if (this.#apis.has(apiId)) throw new Error(`there is an API ${apiId} already`);
    this.#apis.set(apiId, createApi(apiId, spec, this.now()));
    return apiId;
  }

  /** AWS knows the API no more, nor its connections; nobody is told. */
  removeApi(apiId: string): void {
    for (const [id, connection] of this.#living) if (connection.apiId === apiId) this.#living.delete(id);
    this.#apis.delete(apiId);
  }

  /** Tells `listener` of every event to come, until the returned function is called. */
  listen(listener: (event: ProxyEvent) => void): () => void {
    return this.#announcer.listen(listener);
  }

  /** Opens a connection and returns its id. */
  connect(apiId: string, visitor: Visitor = {}): string {
    const api = this.#api(apiId);
    const id = visitor.id ?? createId(this.random);
    if (this.#living.has(id) || this.#ended.has(id)) throw new Error(`there was a connection ${id} already`);
    const connection = createConnection(api, id, visitor, this.now());
    this.#living.set(id, connection);
    this.#announcer.tell(connection, { type: 'connect' }, connection.connectedAt);
    return id;
  }

  /** A client comes and is not let in: only an access log tells of it, and of the id that it had; returns that. */
  refuse(apiId: string, visitor: Visitor = {}, status = 403): string {
    const id = visitor.id ?? createId(this.random);
    this.#remember(id, apiId, this.now());
    this.#announcer.tellRefused(createConnection(this.#api(apiId), id, visitor, this.now()), status);
    return id;
  }

  /** Somebody called the management API at a stage. */
  manage(apiId: string, call: ManagementCall): void {
    this.#announcer.tellManaged(this.#api(apiId), call, this.now());
  }

  /** The client sends a message. */
  talk(connectionId: string, body = '{"action":"ping"}'): void {
    const connection = this.#connection(connectionId);
    connection.lastActiveAt = this.now();
    this.#announcer.tell(connection, { type: 'message', body }, this.now());
  }

  /** Ends a connection, at once known to AWS, though perhaps told to nobody. */
  disconnect(connectionId: string, departure: Departure = {}): void {
    this.#end(this.#connection(connectionId), departure);
  }

  /** What AWS knows of an id at this API: a connection, `gone` once it has ended, `invalid` when the API never issued it. */
  look(apiId: string, connectionId: string): Readonly<WebSocketConnection> | 'gone' | 'invalid' {
    const connection = this.#find(connectionId);
    if (connection?.apiId === apiId) return connection.openAt <= this.now() ? connection : 'gone';
    return this.#ended.get(connectionId)?.apiId === apiId ? 'gone' : 'invalid';
  }

  /** How many connections an API has: the truth, which AWS tells nobody. */
  alive(apiId: string): number {
    this.#api(apiId);
    return this.connections(apiId).length;
  }

  connections(apiId: string): readonly Readonly<WebSocketConnection>[] {
    return [...this.#living.values()].filter(
      (connection) => connection.apiId === apiId && this.#find(connection.id) !== undefined,
    );
  }

  /** Every API, in the order of listings. */
  apis(): readonly Api[] {
    return [...this.#apis.values()];
  }

  /** Lets chance move the APIs that have a pace on by `seconds`, all at `now()`; returns how many connections began or ended. */
  step(seconds: number): number {
    let moved = 0;
    for (const api of this.#apis.values()) moved += this.#evolve(api, this.connections(api.apiId), seconds);
    return moved;
  }

  /** Steps every `intervalMs` by the time that passed, until the returned function is called. */
  run(intervalMs: number): () => void {
    return keepStepping(this, intervalMs);
  }

  #api(apiId: string): Api {
    const api = this.#apis.get(apiId);
    if (!api) throw new Error(`there is no API ${apiId}`);
    return api;
  }

  #connection(id: string): WebSocketConnection {
    const connection = this.#find(id);
    if (!connection) throw new Error(`there is no connection ${id}`);
    return connection;
  }

  /** The connection if it lives; one that has reached its limit ends by being looked for. */
  #find(id: string): WebSocketConnection | undefined {
    const connection = this.#living.get(id);
    if (!connection || !this.#isLimited || limitOf(connection) > this.now()) return connection;
    this.#end(connection, { at: limitOf(connection), code: 1001, reason: 'Going away' });
    return undefined;
  }

  #end(connection: WebSocketConnection, departure: Departure): void {
    const { isTold = true, at = this.now(), code = 1000, reason = 'Connection Closed Normally' } = departure;
    this.#living.delete(connection.id);
    this.#remember(connection.id, connection.apiId, at);
    if (isTold) this.#announcer.tell(connection, { type: 'disconnect', code, reason }, at);
  }

  #remember(id: string, apiId: string, endedAt: number): void {
    for (const [earlier, ended] of this.#ended) {
      if (ended.endedAt > this.now() - rememberedMs) break;
      this.#ended.delete(earlier);
    }
    this.#ended.set(id, { apiId, endedAt });
  }
}
