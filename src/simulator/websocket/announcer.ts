import type { Random } from '../wire/random.ts';
import type { AccessLog } from './access-log.ts';
import { type ContextValues, contextOf } from './access-log-format.ts';
import type { Api } from './api.ts';
import {
  createProxyEvent,
  type Happening,
  type ProxyEvent,
  requestTime,
  type Speaker,
} from './proxy-event.ts';
import type { Stage } from './stage.ts';

/** A call of the management API, `@connections`, as far as access logs tell of it. */
export interface ManagementCall {
  readonly stage: string;
  readonly connectionId: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly status: number;
  /** Who called, as an ARN. */
  readonly userArn: string;
}

/** What tells of connections: to whoever listens, and to the access logs of their stages. */
export class Announcer {
  /** Chance of its own, so that a world goes the same way whether or not anybody listens. */
  readonly #random: Random;
  readonly #accessLog: AccessLog;
  readonly #apiOf: (apiId: string) => Api | undefined;
  readonly #listeners = new Set<(event: ProxyEvent) => void>();

  constructor(random: Random, accessLog: AccessLog, apiOf: (apiId: string) => Api | undefined) {
    this.#random = random;
    this.#accessLog = accessLog;
    this.#apiOf = apiOf;
  }

  listen(listener: (event: ProxyEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Something happened to a connection at `at`, milliseconds since 1970. */
  tell(connection: Speaker, happening: Happening, at: number): void {
    const stage = this.#stageOf(connection);
    const isLogged = stage?.loggingAt(at) !== undefined;
    if (this.#listeners.size === 0 && !isLogged) return;
    const event = createProxyEvent(this.#random, connection, happening, at);
    for (const listener of this.#listeners) listener(event);
    if (isLogged) this.#accessLog.write(stage, at, contextOf(event, { status: 200, integrationLatency: 12 }));
  }

  /** A client was not let in: only the access log tells of it. */
  tellRefused(client: Speaker, status: number): void {
    const stage = this.#stageOf(client);
    const at = client.connectedAt;
    if (!stage?.loggingAt(at)) return;
    const event = createProxyEvent(this.#random, client, { type: 'connect' }, at);
    const error = { 'error.message': 'Forbidden', 'error.messageString': '"Forbidden"' };
    this.#accessLog.write(stage, at, contextOf(event, { status, ...error }));
  }

  /** Somebody asked about a connection, or spoke to it: only the access log tells of it. */
  tellManaged({ apiId, host, settings }: Api, call: ManagementCall, at: number): void {
    const stage = settings.get(call.stage);
    if (!stage?.loggingAt(at)) return;
    const requestId = this.#random.bytes(11).toString('base64');
    const values: ContextValues = {
      apiId,
      stage: call.stage,
      domainName: host,
      eventType: 'CONNECTION_API',
      routeKey: `${call.method} /@connections/{connectionId}`,
      connectionId: call.connectionId,
      status: call.status,
      requestId,
      extendedRequestId: requestId,
      requestTime: requestTime(at),
      requestTimeEpoch: at,
      'identity.sourceIp': '127.0.0.1',
      'identity.userArn': call.userArn,
    };
    this.#accessLog.write(stage, at, values);
  }

  #stageOf({ apiId, stage }: Speaker): Stage | undefined {
    return this.#apiOf(apiId)?.settings.get(stage);
  }
}
