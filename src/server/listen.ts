import { createServer, type RequestListener, type Server } from 'node:http';
import { type Clock, systemClock } from '../core/clock.ts';
import { type ConnectionsOptions, type Encryption, serveConnections } from './connections.ts';
import { SCRAPE_LIMITS } from './limits.ts';
import { bracketed, type ListenTarget, nameOf, toListenError } from './listen-target.ts';

export interface Listening {
  /** Where a person on this machine can open each address, as connections are encrypted now. */
  readonly urls: readonly string[];
  /** Ends the connections that are open, idle ones at once and busy ones after their answer; new ones are taken as ever. */
  renew(): void;
  /** Takes no more connections, ends idle ones at once and busy ones after their answer, or after two seconds. */
  close(): Promise<void>;
}

const GRACE_MS = 2_000;
/**
 * Prometheus keeps idle connections for five minutes, a Network Load Balancer for 350 s unless told otherwise;
 * who closes first must not be us, in the middle of a request.
 */
const KEEP_ALIVE_MS = 6 * 60_000;

const PLAIN: Encryption = { isOn: false, settings: () => undefined, onUnusable: () => {} };

/** Serves `app` at all these targets, or rejects and serves at none; plain HTTP unless given otherwise. */
export async function listen(
  app: RequestListener,
  targets: readonly ListenTarget[],
  given: Partial<ConnectionsOptions> = {},
): Promise<Listening> {
  const options = {
    clock: systemClock,
    limits: SCRAPE_LIMITS,
    onUnreadable: () => {},
    encryption: PLAIN,
    ...given,
  };
  const servers: Started[] = [];
  const close = async () => {
    await Promise.all(servers.map((started) => stop(started, options.clock)));
  };
  try {
    for (const target of targets) servers.push(await start(app, target, options));
  } catch (error) {
    await close();
    throw error;
  }
  const renew = () => {
    for (const started of servers) started.renew();
  };
  return {
    get urls() {
      return servers.map((started) => toUrl(started, options.encryption.isOn ? 'https' : 'http'));
    },
    renew,
    close,
  };
}

interface Started {
  readonly server: Server;
  readonly target: ListenTarget;
  renew(): void;
}

function start(app: RequestListener, target: ListenTarget, options: ConnectionsOptions): Promise<Started> {
  const { limits } = options;
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
  const renew = serveConnections(server, app, options);
  return new Promise((resolve, reject) => {
    // It stays for good: once listening, a connection that cannot be accepted must not end the process.
    server.on('error', (error) => reject(toListenError(target, error)));
    server.listen(target, () => resolve({ server, target, renew }));
  });
}

function stop({ server, renew }: Started, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(GRACE_MS, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
    renew();
  });
}

function toUrl({ server, target }: Started, scheme: string): string {
  const bound = server.address();
  // Of a socket that is a file, Node.js does not know where it is.
  if (bound === null || typeof bound === 'string') return nameOf(target);
  const { address, port } = bound;
  const everywhere = address === '::' || address === '0.0.0.0';
  return `${scheme}://${everywhere ? 'localhost' : bracketed(address)}:${port}`;
}
