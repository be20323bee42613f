import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import { toSentence } from '../core/error-text.ts';
import { Context } from './context.ts';
import { type NamedProxy, nameOf } from './proxies.ts';

/** One call, and the way that it waits for. */
interface Call {
  opening?: { readonly what: string; readonly giveUp: () => void };
}

const calls = new Context<Call>();

/** Does `send`; a way that it opens through a proxy and that is not open when it ends is given up, and told of if that took too long. */
export async function withTunnels<T>(send: () => Promise<T>): Promise<T> {
  const call: Call = {};
  try {
    return await calls.run(call, send);
  } catch (cause) {
    const { opening } = call;
    opening?.giveUp();
    const isLate = opening !== undefined && cause instanceof Error && cause.name === 'TimeoutError';
    throw isLate ? proxyError('ProxyTimeout', `${opening.what} was not opened in time`, cause) : cause;
  }
}

/** Ways through proxies (CONNECT) for the sockets of one agent. */
export class Tunnels {
  readonly #ca: string | undefined;
  readonly #opening = new Set<ClientRequest>();

  /** With `ca`, these authorities are trusted instead of those built in, where a proxy is spoken to over TLS. */
  constructor(ca?: string) {
    this.#ca = ca;
  }

  /** Opens a way to a host, over which nothing was sent yet. */
  open(proxy: NamedProxy, host: string, port: number): Promise<Socket> {
    const { url } = proxy;
    const to = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    const proxyHost = url.hostname.replace(/[[\]]/g, '');
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      host: proxyHost,
      port: url.port || (isSecure ? 443 : 80),
      path: to,
      agent: false,
      headers: { host: to, ...authorization(url) },
      ...(isSecure && {
        // An address is no server name.
        servername: isIP(proxyHost) === 0 ? proxyHost : '',
        ...(this.#ca !== undefined && { ca: this.#ca }),
      }),
    });
    const call = calls.value;
    const what = `the way to ${to} through the proxy ${nameOf(proxy)}`;
    this.#opening.add(request);
    if (call) call.opening = { what, giveUp: () => void request.destroy() };
    return new Promise<Socket>((resolve, reject) => {
      request.once('error', (cause) =>
        reject(proxyError('ProxyUnreachable', `${what} could not be opened: ${toSentence(cause)}`, cause)),
      );
      request.once('connect', ({ statusCode = 0, statusMessage = '' }, socket, head) => {
        if (statusCode >= 200 && statusCode < 300) {
          if (head.length > 0) socket.unshift(head);
          return resolve(socket);
        }
        socket.destroy();
        const name = statusCode === 407 ? 'ProxyAuthentication' : 'ProxyRefused';
        reject(proxyError(name, `${what} was refused: HTTP ${statusCode} ${statusMessage}`.trim()));
      });
      request.end();
    }).finally(() => {
      this.#opening.delete(request);
      if (call) delete call.opening;
    });
  }

  /** Gives up what is being opened. */
  close(): void {
    for (const request of this.#opening) request.destroy(new Error('the connection to AWS was closed'));
  }
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const both = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(both).toString('base64')}` };
}

/** But for a refusal, the SDK's retry strategy takes its mark and asks again, as it does where no proxy is between. */
function proxyError(name: string, message: string, cause?: unknown): Error {
  const isRefusal = name === 'ProxyAuthentication' || name === 'ProxyRefused';
  const mark = isRefusal ? {} : { $retryable: { throttling: false } };
  return Object.assign(new Error(message, { cause }), { name, ...mark });
}
