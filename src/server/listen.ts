import { createServer, type RequestListener, type Server } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../core/clock.ts';
import { Conversation } from './conversation.ts';
import { type Limits, SCRAPE_LIMITS } from './limits.ts';
import { bracketed, type ListenAddress, type ListenTarget, nameOf, toListenError } from './listen-target.ts';
import type { ConnectionError, Unreadable } from './unreadable.ts';

export interface Listening {
  /** Where a person on this machine can open each address. */
  readonly urls: readonly string[];
  /** Takes no more connections, ends idle ones at once and busy ones after their answer, or after two seconds. */
  close(): Promise<void>;
}

const GRACE_MS = 2_000;
/**
 * Prometheus keeps idle connections for five minutes, a Network Load Balancer for 350 s unless told otherwise;
 * who closes first must not be us, in the middle of a request.
 */
const KEEP_ALIVE_MS = 6 * 60_000;

/** Reads `:10176`, `0.0.0.0:9100`, `[::1]:9100` or `localhost:0`; what cannot be read becomes a sentence. */
export function toListenAddress(text: string): ListenAddress | string {
  const quoted = JSON.stringify(text);
  const [, v6, name, digits = ''] = /^(?:\[(.*)\]|([^:[\]]*)):([^:]*)$/.exec(text) ?? [];
  if (v6 === undefined && name === undefined) {
    return `${quoted} is not a listen address: expected host:port, [IPv6]:port or :port`;
  }
  const port = Number(digits);
  if (!/^[0-9]+$/.test(digits) || port > 65_535) {
    return `${quoted} is not a listen address: the port must be a number from 0 to 65535`;
  }
  if (v6 !== undefined && !isIPv6(v6))
    return `${quoted} is not a listen address: ${v6 || 'nothing'} is no IPv6 address`;
  if (name && !/^[A-Za-z0-9_.-]+$/.test(name))
    return `${quoted} is not a listen address: ${name} is no host name`;
  return { host: v6 ?? (name || undefined), port };
}

/** Hears of what is no request, and from which address it came. */
export type OnUnreadable = (unreadable: Unreadable, from: string | undefined) => void;

/** How it is listened. */
export interface ListenOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Hears at most once per connection of something that is no request, and from which address it came. */
  readonly onUnreadable: OnUnreadable;
}

/** Serves `app` at all these targets, or rejects and serves at none. */
export async function listen(
  app: RequestListener,
  targets: readonly ListenTarget[],
  { clock = systemClock, limits = SCRAPE_LIMITS, onUnreadable = () => {} }: Partial<ListenOptions> = {},
): Promise<Listening> {
  const servers: Started[] = [];
  const close = async () => {
    await Promise.all(servers.map((started) => stop(started, clock)));
  };
  try {
    for (const target of targets) servers.push(await start(app, target, { clock, limits, onUnreadable }));
  } catch (error) {
    await close();
    throw error;
  }
  return { urls: servers.map(toUrl), close };
}

interface Started {
  readonly server: Server;
  readonly target: ListenTarget;
  /** Connections without a request under way, those that have not sent any yet among them. */
  readonly idle: ReadonlySet<Socket>;
}

function start(app: RequestListener, target: ListenTarget, options: ListenOptions): Promise<Started> {
  const { clock, limits, onUnreadable } = options;
  // Slow clients do not pile up: each has so long to send its headers and its request, and to take its answer.
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: limits.checkMs,
    // What Node.js would refuse by itself, uncounted and without a sentence, is refused by the conversation, or let be.
    requireHostHeader: false,
  });
  // Past their number Node.js would drop headers, and with them what they say; their length is bounded.
  server.maxHeadersCount = 0;
  server.timeout = limits.silenceMs;
  server.maxConnections = limits.maxConnections;
  // Closing, Node.js would destroy every socket whose answer was handed over, though most of it may not have been sent.
  server.closeIdleConnections = () => {};
  const idle = new Set<Socket>();
  /** Connections, and those whose answer waits for its reader, in the order in which it began to. */
  const open = new Set<Socket>();
  const waiting = new Set<Socket>();
  const conversations = new WeakMap<Duplex, Conversation>();
  server.on('connection', (socket) => {
    // Whoever has been idle longest makes room, so that idle connections alone lock nobody out.
    const [oldest] = idle;
    if (idle.size >= limits.maxIdle) oldest?.destroy();
    open.add(socket);
    // The last place is kept free for whoever comes next, at the cost of the slowest reader.
    const [slowest] = waiting;
    if (open.size >= limits.maxConnections) slowest?.destroy();
    idle.add(socket);
    socket.once('close', () => {
      for (const set of [open, waiting, idle]) set.delete(socket);
    });
    const onMade = () => void waiting.add(socket);
    const onBusy = (isBusy: boolean) => {
      waiting.delete(socket);
      if (isBusy) idle.delete(socket);
      else if (!server.listening) socket.destroySoon();
      else if (!socket.destroyed) idle.add(socket);
    };
    const { answerMs } = limits;
    conversations.set(
      socket,
      new Conversation(socket, { clock, answer: app, answerMs, onBusy, onMade, onUnreadable }),
    );
  });
  const onRequest: RequestListener = (request, response) =>
    conversations.get(request.socket)?.take(request, response);
  server.on('request', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('clientError', (error: ConnectionError, socket) => conversations.get(socket)?.fail(error));
  return new Promise((resolve, reject) => {
    // It stays for good: once listening, a connection that cannot be accepted must not end the process.
    server.on('error', (error) => reject(toListenError(target, error)));
    server.listen(target, () => resolve({ server, target, idle }));
  });
}

function stop({ server, idle }: Started, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(GRACE_MS, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
    for (const socket of idle) socket.destroy();
  });
}

function toUrl({ server, target }: Started): string {
  const bound = server.address();
  // Of a socket that is a file, Node.js does not know where it is.
  if (bound === null || typeof bound === 'string') return nameOf(target);
  const { address, port } = bound;
  const everywhere = address === '::' || address === '0.0.0.0';
  return `http://${everywhere ? 'localhost' : bracketed(address)}:${port}`;
}
