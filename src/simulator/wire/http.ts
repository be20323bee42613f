import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AccessKeys } from './access-keys.ts';
import { answer } from './answer.ts';
import { Delivery } from './delivery.ts';
import { type Fault, Faults, isPageFault, isRefusalFault, type Where } from './faults.ts';
import type { Call, Service, WireRequest } from './service.ts';

interface WireOptions {
  /** By the name that signatures give them. */
  readonly services: Readonly<Record<string, Service>>;
  /** The service of a request without a signature that none of them takes for its own. */
  readonly unsigned: string;
  /** What is true at this moment, as JSON. */
  readonly truth: () => unknown;
  readonly keys: AccessKeys;
  /** The time, milliseconds since 1970. */
  readonly now: () => number;
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

/** One call that arrived, whatever became of it. */
interface Arrival extends Pick<Call, 'action' | 'params' | 'region' | 'accountId'> {
  /** Milliseconds since 1970, on the world's clock. */
  readonly at: number;
}

/** A port that is served, and what tests do to it. */
export interface Wire {
  readonly url: string;
  /** Lets the next `calls` matching calls fail; `Infinity` until `clearFaults`. */
  failNext(calls: number, fault: Fault, where?: Where): void;
  /** Forgets every planned fault and breaks off the answers that are held back. */
  clearFaults(): void;
  /** Takes a permission away until the returned function is called. */
  deny(action: string, where?: Omit<Where, 'action'>): () => void;
  /** Deletes an access key: calls that are signed with it are refused. */
  revoke(accessKeyId: string): void;
  /** The signed calls that arrived, oldest first; the last 10,000. */
  requests(): readonly Arrival[];
  /** Stops, breaking every open connection; closing twice is closing once. */
  close(): Promise<void>;
}

const arrivalsKept = 10_000;
/** Beside AWS' own paths; it takes no signature: what AWS shows in pieces or not at all, to hold an exporter against. */
const TRUTH = '/truth';

/** Serves AWS services of every region on one HTTP port. */
export async function serve({ services, unsigned, truth, keys, now, ...at }: WireOptions): Promise<Wire> {
  const { port = 0, host = '127.0.0.1' } = at;
  const faults = new Faults();
  const delivery = new Delivery();
  let arrivals: Arrival[] = [];

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request: WireRequest = {
      method: incoming.method ?? 'GET',
      target: incoming.url ?? '/',
      url: new URL(incoming.url ?? '/', 'http://simulator'),
      headers: incoming.headers,
      body: await text(incoming),
    };
    if (request.target === TRUTH) {
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(`${JSON.stringify(truth(), undefined, 2)}\n`);
      return;
    }
    const scope = readScope(request);
    const service = services[scope?.service ?? guess(request.target)];
    if (!service) {
      response.writeHead(404).end(`there is no service ${scope?.service} here\n`);
      return;
    }
    if (!scope) return delivery.send(response, service.refuse(service.refusals['auth-failure']));

    const token = request.headers['x-amz-security-token'];
    const identity = keys.identify(scope.accessKeyId, Array.isArray(token) ? token[0] : token);
    if (typeof identity === 'string')
      return delivery.send(response, service.refuse(service.refusals[identity]));

    const { accountId, arn, userId } = identity;
    const call: Call = { ...service.read(request), region: scope.region, accountId, arn, userId };
    arrivals.push({
      action: call.action,
      params: call.params,
      region: call.region,
      accountId,
      at: now(),
    });
    if (arrivals.length >= 2 * arrivalsKept) arrivals = arrivals.slice(-arrivalsKept);

    const left = new AbortController();
    response.once('close', () => left.abort());
    const { apiId, domain, logGroupName, queue } = call.params;
    const asked = { ...call, item: apiId ?? domain ?? logGroupName ?? queue };
    const fault = faults.denies(asked) ? 'denied' : faults.take(asked);
    const wireFault = fault === undefined || isRefusalFault(fault) || isPageFault(fault) ? undefined : fault;
    const latency = service.latencyMs ? { slow: service.latencyMs } : undefined;
    const answered = await answer(service, call, fault, left.signal);
    if (!left.signal.aborted) delivery.send(response, answered, wireFault ?? latency);
  }

  /** Which service a request without a signature is meant for. */
  function guess(target: string): string {
    return Object.keys(services).find((name) => services[name]?.takes?.(target)) ?? unsigned;
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // A request that breaks off has nobody to answer; anything else is a fault of the simulator and should be seen.
      if (incoming.complete) response.writeHead(500).end(`simulator: ${String(error)}\n`);
      else response.destroy();
    });
  });
  // Longer than any pause between passes: a socket closed just as a client reuses it would look like a fault.
  server.keepAliveTimeout = 120_000;
  await once(server.listen(port, host), 'listening');
  const { address, port: boundPort, family } = server.address() as AddressInfo;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}`,
    failNext: (calls, fault, where) => faults.failNext(calls, fault, where),
    clearFaults() {
      faults.clear();
      delivery.release();
    },
    deny: (action, where) => faults.deny({ ...where, action }),
    revoke: (accessKeyId) => keys.revoke(accessKeyId),
    requests: () => arrivals.slice(-arrivalsKept),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Who signed, where and for which service: the credential scope of AWS Signature Version 4. The signature itself is not checked. */
function readScope({ headers }: WireRequest) {
  const scope = /^AWS4-HMAC-SHA256 +Credential=([^/,]+)\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request\b/;
  const [, accessKeyId, region, service] = scope.exec(headers.authorization ?? '') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}
