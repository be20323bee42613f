import { type ClientRequest, Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

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

/** Sockets without TLS, kept for `idleMs`. */
export class HttpSockets extends HttpAgent {
  constructor(idleMs: number, options: HttpAgentOptions = {}) {
    super({ ...options, keepAlive: true, timeout: idleMs });
  }

  override reuseSocket(socket: Socket, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    watch(this, socket, request);
  }
}

/** Sockets with TLS, kept for `idleMs`. */
export class HttpsSockets extends HttpsAgent {
  constructor(idleMs: number, options: AgentOptions = {}) {
    super({ ...options, keepAlive: true, timeout: idleMs });
  }

  override reuseSocket(socket: Socket, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    watch(this, socket, request);
  }
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
