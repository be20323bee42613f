import { type ClientRequest, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { proxyOf, type Scheme } from './proxies.ts';
import { Tunnels } from './tunnels.ts';

/**
 * How long a socket may idle, in milliseconds. Firewalls and NATs forget a silent connection after 30 seconds or more,
 * and then reset or swallow what comes over it. Between the requests of a pass sockets idle for far less.
 */
export const IDLE_MS = 15_000;

const RESETS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);
const FORGOTTEN = new WeakSet<object>();

/** Whether a request failed because its socket had died while it idled: it was reset before a byte of the answer came. */
export function diedIdle(error: unknown): boolean {
  return typeof error === 'object' && error !== null && FORGOTTEN.has(error);
}

/** Sockets without TLS, through proxies as the environment says, kept for `idleMs`. */
export class HttpSockets extends HttpAgent {
  readonly #tunnels = new Tunnels();

  constructor(idleMs: number) {
    super({ keepAlive: true, timeout: idleMs });
  }

  override createConnection(options: ClientRequestArgs, done?: Done): Duplex | null | undefined {
    const way = openWay(this.#tunnels, 'http', options);
    if (!way) return super.createConnection(options, done);
    return hand(way, done);
  }

  override reuseSocket(socket: Socket, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    watch(this, socket, request);
  }

  override destroy(): void {
    super.destroy();
    this.#tunnels.close();
  }
}

/** Sockets with TLS, through proxies as the environment says, kept for `idleMs`. */
export class HttpsSockets extends HttpsAgent {
  readonly #tunnels: Tunnels;

  constructor(idleMs: number, options: AgentOptions & { readonly ca?: string } = {}) {
    super({ ...options, keepAlive: true, timeout: idleMs });
    this.#tunnels = new Tunnels(options.ca);
  }

  override createConnection(options: RequestOptions, done?: Done): Duplex | null | undefined {
    const way = openWay(this.#tunnels, 'https', options);
    if (!way) return super.createConnection(options, done);
    // Node.js takes a socket here for what TLS is spoken over, though its types know that of TLS alone.
    const over = (socket: Socket) => super.createConnection({ ...options, socket } as RequestOptions);
    return hand(way.then(over), done);
  }

  override reuseSocket(socket: Socket, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    watch(this, socket, request);
  }

  override destroy(): void {
    super.destroy();
    this.#tunnels.close();
  }
}

type Done = (error: Error | null, socket: Duplex) => void;

/** A way through the proxy of a host; undefined where it is asked directly. */
function openWay(
  tunnels: Tunnels,
  scheme: Scheme,
  { host, port }: ClientRequestArgs,
): Promise<Socket> | undefined {
  const to = { host: host ?? 'localhost', port: Number(port ?? (scheme === 'https' ? 443 : 80)) };
  const proxy = proxyOf(scheme, to.host, to.port);
  return proxy && tunnels.open(proxy, to.host, to.port);
}

/** Hands a socket to the agent as soon as there is one, or why there is none. */
function hand(way: Promise<Duplex | null | undefined>, done: Done | undefined): undefined {
  way.then(
    (socket) => socket && done?.(null, socket),
    // With an error there is no socket, whatever the types say.
    (error: Error) => (done as ((error: Error) => void) | undefined)?.(error),
  );
}

/** Marks the error of a request whose socket had died while it idled, and closes all that idle, for they share its fate. */
function watch(agent: HttpAgent, socket: Socket, request: ClientRequest): void {
  const readBefore = socket.bytesRead;
  request.once('error', (error: Error & { readonly code?: unknown }) => {
    if (!RESETS.has(error.code) || socket.bytesRead !== readBefore) return;
    FORGOTTEN.add(error);
    for (const idle of Object.values(agent.freeSockets).flat()) idle?.destroy();
  });
}
