import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { World } from './client-vpn/world.ts';
import { createEc2 } from './ec2/ec2.ts';
import { createSts, type StsOptions } from './sts/sts.ts';
import { writeTruth } from './truth.ts';
import { createApiGateway, type LookupOptions } from './websocket/api-gateway.ts';
import { createApiGatewayControl } from './websocket/api-gateway-control.ts';
import { createWebSocketWorld, type WebSocketWorld } from './websocket/world.ts';
import { AccessKeys } from './wire/access-keys.ts';
import { Delivery } from './wire/delivery.ts';
import { type Fault, Faults, isPageFault, isRefusalFault, type Where } from './wire/faults.ts';
import { type Answer, type Call, Refusal, type Service, type WireRequest } from './wire/service.ts';

export interface SimulatorOptions {
  readonly world: World;
  /** WebSocket APIs; none if not given. */
  readonly websockets?: WebSocketWorld;
  /** How looking up one WebSocket connection goes. */
  readonly lookups?: LookupOptions;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Account by access key id; a key that is not named belongs to 111122223333. */
  readonly accounts?: Readonly<Record<string, string>>;
  readonly roles?: StsOptions['roles'];
  readonly credentialsSeconds?: number;
}

/** One call that arrived, whatever became of it. */
interface Arrival extends Pick<Call, 'action' | 'params' | 'region' | 'accountId'> {
  /** Milliseconds since 1970, on the world's clock. */
  readonly at: number;
}

export interface Simulator {
  readonly url: string;
  readonly world: World;
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
/** Beside AWS' own paths; it takes no signature. */
const TRUTH = '/truth';

/** Starts one HTTP port that answers as EC2, STS and API Gateway of every region. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { world, port = 0, host = '127.0.0.1', accounts = {}, roles = {}, credentialsSeconds } = options;
  const { websockets = createWebSocketWorld({ now: world.now }), lookups = {} } = options;
  const keys = new AccessKeys(accounts);
  const services: Readonly<Record<string, Service>> = {
    ec2: createEc2(world),
    sts: createSts({ keys, roles, credentialsSeconds }),
    'execute-api': createApiGateway(websockets, lookups),
    apigateway: createApiGatewayControl(websockets),
  };
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
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(writeTruth(world, websockets));
      return;
    }
    const scope = readScope(request);
    const service = services[scope?.service ?? guessService(request)];
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
      at: world.now(),
    });
    if (arrivals.length >= 2 * arrivalsKept) arrivals = arrivals.slice(-arrivalsKept);

    const asked = { ...call, item: call.params.apiId ?? call.params.domain };
    const fault = faults.denies(asked) ? 'denied' : faults.take(asked);
    const wireFault = fault === undefined || isRefusalFault(fault) || isPageFault(fault) ? undefined : fault;
    const latency = service.latencyMs ? { slow: service.latencyMs } : undefined;
    delivery.send(response, answer(service, call, fault), wireFault ?? latency);
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
    world,
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

function answer(service: Service, call: Call, fault: Fault | undefined): Answer {
  try {
    if (fault !== undefined && isRefusalFault(fault)) {
      const refusal = service.refusals[fault];
      throw typeof refusal === 'function' ? refusal(call) : refusal;
    }
    return service.answer(fault !== undefined && isPageFault(fault) ? { ...call, fault } : call);
  } catch (error) {
    if (error instanceof Refusal) return service.refuse(error);
    throw error;
  }
}

/** Who signed, where and for which service: the credential scope of AWS Signature Version 4. The signature itself is not checked. */
function readScope({ headers }: WireRequest) {
  const scope = /^AWS4-HMAC-SHA256 +Credential=([^/,]+)\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request\b/;
  const [, accessKeyId, region, service] = scope.exec(headers.authorization ?? '') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

/** Which service a request without a signature is meant for. */
function guessService({ target }: WireRequest): string {
  if (target.includes('/@connections/')) return 'execute-api';
  return target.startsWith('/v2/') ? 'apigateway' : 'ec2';
}
