import { connect, type Socket } from 'node:net';
import { answering } from '../frame/processes.ts';
import { percentile } from '../frame/run.ts';
import { API, TOKEN } from './intake-names.ts';

const ENDS_AFTER = 2_000;

/** To where, over how many connections at once, and how many events each time. */
export interface SendersOptions {
  readonly url: string;
  readonly connections: number;
  readonly events: number;
}

/** How it went. */
export interface Sent {
  readonly p99Ms: number;
  readonly perSecond: number;
}

/** In the child: with each `send` so many events, each connection its next as soon as the last was answered. */
export async function senders({ url, connections, events }: SendersOptions): Promise<void> {
  const { hostname: host, port } = new URL(url);
  let sent = 0;
  await answering(null, {
    send: async (): Promise<Sent> => {
      const end = sent + events;
      const times: number[] = [];
      const beganAt = performance.now();
      await Promise.all(
        Array.from({ length: connections }, async () => {
          const socket = connect({ host, port: Number(port), noDelay: true });
          while (sent < end) {
            sent += 1;
            const sentAt = performance.now();
            await post(socket, toRequest(sent));
            times.push(performance.now() - sentAt);
          }
          socket.destroy();
        }),
      );
      const seconds = (performance.now() - beganAt) / 1_000;
      return { p99Ms: percentile(times, 0.99), perSecond: times.length / seconds };
    },
  });
}

/** As AWS' own clients send them: of three, two from API Gateway itself and one from a function. Each connection ends after so many others have come. */
function toRequest(n: number): string {
  const isConnect = n % 2 === 1;
  const number = (n + 1) >> 1;
  const connectionId = toId(isConnect ? number : Math.max(number - ENDS_AFTER, 1));
  const eventType = isConnect ? 'CONNECT' : 'DISCONNECT';
  const connectedAt = Date.now();
  if (n % 3 === 0) {
    const requestContext = {
      connectionId,
      apiId: API,
      stage: 'prod',
      domainName: `${API}.execute-api.eu-west-1.amazonaws.com`,
      eventType,
      connectedAt,
    };
    return toPost({ 'content-type': 'application/json' }, JSON.stringify({ requestContext }));
  }
  return toPost(
    {
      ConnectionId: connectionId,
      ApiId: API,
      Stage: 'prod',
      EventType: eventType,
      ConnectedAt: connectedAt,
      'x-amzn-apigateway-api-id': API,
    },
    '',
  );
}

function toPost(headers: Readonly<Record<string, string | number>>, body: string): string {
  const all = {
    Host: 'intake.example.com',
    'User-Agent': `AmazonAPIGateway_${API}`,
    Accept: '*/*',
    'Accept-Encoding': 'gzip, deflate',
    Connection: 'Keep-Alive',
    'X-Intake-Token': TOKEN,
    ...headers,
    'Content-Length': body.length,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return ['POST /websocket HTTP/1.1', ...lines, '', body].join('\r\n');
}

function toId(number: number): string {
  return `L${number.toString(36).padStart(10, '0')}xAc=`;
}

/** Raw, because a client of Node.js costs more than what is measured. */
function post(socket: Socket, request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const hear = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const [head, body] = text.split('\r\n\r\n');
      if (body === undefined || body.length < Number(/content-length: (\d+)/i.exec(head ?? '')?.[1])) return;
      socket.off('data', hear).off('error', reject);
      if (text.startsWith('HTTP/1.1 200')) resolve();
      else reject(new Error(`an event was answered: ${text}`));
    };
    socket.on('data', hear).once('error', reject).write(request);
  });
}
