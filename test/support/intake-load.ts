import { Agent, request } from 'node:http';
import type { ProxyEvent } from '../../src/simulator/websocket/proxy-event.ts';
import type { WebSocketWorld } from '../../src/simulator/websocket/world.ts';

/** What happens to an API in bursts. */
export interface HistoryOptions {
  readonly world: WebSocketWorld;
  readonly apiId: string;
  /** Of the whole history. */
  readonly events: number;
  /** Events of one burst, each of another connection. */
  readonly burst: number;
}

/** Lets clients come (40 %), talk (30 %) and go (30 %, not the oldest third) and gives the events, burst by burst; in the first all come. */
export function* createBursts({ world, apiId, events, burst }: HistoryOptions): Iterable<ProxyEvent[]> {
  const living: string[] = [];
  for (let sent = 0; sent < events; sent += burst) {
    const told: ProxyEvent[] = [];
    const unlisten = world.listen((event) => void told.push(event));
    const share = Math.min(Math.floor(0.3 * burst), Math.floor(living.length / 2));
    for (const id of living.splice(living.length / 3, share)) world.disconnect(id);
    for (const id of living.slice(0, share)) world.talk(id);
    while (told.length < burst) living.push(world.connect(apiId));
    unlisten();
    yield told;
  }
}

/** What is sent to an intake. */
export interface IntakeRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** What sends to an intake; a status is `failed` where no whole answer came. */
export interface Sender {
  post(request: IntakeRequest): Promise<number | 'failed'>;
  /** Sends events in the three shapes by turns. */
  send(event: ProxyEvent): Promise<number | 'failed'>;
  close(): void;
}

/** A sender that makes a new connection for every second request, with at most so many connections of either kind at a time. */
export function createSender(
  url: string,
  token: string,
  maxSockets: number = Number.POSITIVE_INFINITY,
): Sender {
  const agents = [new Agent({ keepAlive: true, maxSockets }), new Agent({ keepAlive: false, maxSockets })];
  let posted = 0;
  let sent = 0;
  const post: Sender['post'] = ({ path, headers, body }) =>
    new Promise((resolve) => {
      const agent = agents[posted++ % 2];
      const options = { method: 'POST', agent, headers: { 'X-Intake-Token': token, ...headers } };
      request(`${url}${path}`, options, (response) => {
        response
          .resume()
          .once('end', () => resolve(response.statusCode ?? 'failed'))
          .once('error', () => resolve('failed'));
      })
        .once('error', () => resolve('failed'))
        .end(body);
    });
  return {
    post,
    send: (event) => post(toRequest(event, sent++ % 3)),
    close() {
      for (const agent of agents) agent.destroy();
    },
  };
}

function toRequest(event: ProxyEvent, shape: number): IntakeRequest {
  const { connectionId, apiId, stage, domainName, eventType, connectedAt } = event.requestContext;
  if (shape === 0) {
    const headers = { ConnectionId: connectionId, ApiId: apiId, Stage: stage, EventType: eventType };
    return { path: '/websocket', headers: { ...headers, ConnectedAt: connectedAt }, body: 'hello' };
  }
  if (shape === 2) return { path: '/websocket', headers: {}, body: JSON.stringify(event) };
  const body = JSON.stringify({ connectionId, domain: domainName, stage, params: '{}' });
  return { path: `/websocket/${eventType.toLowerCase()}`, headers: {}, body };
}
