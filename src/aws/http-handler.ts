import { NodeHttpHandler } from '@smithy/node-http-handler';
import { abortError, brokenAnswer } from './answers.ts';
import { noteTrouble } from './errors.ts';
import { nameOf, proxyOf, type Scheme } from './proxies.ts';
import { withTunnels } from './tunnels.ts';

/**
 * The largest honest answers are pages of 1,000 Client VPN connections, of about 1.5 kB each, and pages of DynamoDB, which
 * end at 1 MB before they are written as JSON: ten times as much is none of AWS' answers.
 */
export const MAX_MIB = 16;

type Signal = { readonly aborted: boolean };

/** Requests whose answers are read as they come. */
const leftOpen = new WeakSet<object>();

/** Has the answer to this request come with a body that is still to be read, when it is a good one; for whoever is next to the handler. */
export function leaveOpen<Args extends { readonly request: unknown }>(args: Args): Args {
  if (typeof args.request === 'object' && args.request !== null) leftOpen.add(args.request);
  return args;
}
type Asked = Parameters<NodeHttpHandler['handle']>[0];

/** The SDK's HTTP, except that an answer comes with its whole body, of bounded size, and that redirects and unknown statuses are errors. */
export class HttpHandler extends NodeHttpHandler {
  override async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    try {
      return await this.#ask(request, options);
    } catch (error) {
      throw noteProxy(error, request);
    }
  }

  async #ask(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    const { response } = await withTunnels(() => super.handle(request, options));
    const { statusCode, headers } = response;
    const body = bounded(response.body, options?.abortSignal);
    const isLeftOpen = leftOpen.has(request) && statusCode === 200;
    response.body = isLeftOpen ? noted(body, request) : await collect(body);
    if (statusCode >= 300 && statusCode < 400) throw redirect(statusCode, headers.location);
    if (statusCode < 200 || statusCode >= 600)
      throw brokenAnswer(`the status of the answer, ${statusCode}, is none of AWS`);
    return { response };
  }
}

/** A body as it comes; throws when it is cut, times out, is aborted, or grows too long. */
async function* bounded(
  body: AsyncIterable<Uint8Array>,
  signal: Signal | undefined,
): AsyncIterable<Uint8Array> {
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      // Thrown out of the loop, this also closes the socket.
      if (length > MAX_MIB * 2 ** 20)
        throw brokenAnswer(`the answer is longer than ${MAX_MIB} MiB, as none of AWS is`);
      yield chunk;
    }
  } catch (cause) {
    // Giving the call up resets the connection, which is then nobody's fault.
    throw signal?.aborted ? abortError(cause) : cause;
  }
}

/** The same, with the proxy in the error. */
async function* noted(body: AsyncIterable<Uint8Array>, request: Asked): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw noteProxy(cause, request);
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Remembers of the error which proxy the request went through; what is said of a proxy itself names it already. */
function noteProxy(error: unknown, { protocol, hostname, port }: Asked): unknown {
  if (error instanceof Error && error.name.includes('Proxy')) return error;
  const scheme: Scheme = protocol === 'http:' ? 'http' : 'https';
  const proxy = proxyOf(scheme, hostname, port ?? (scheme === 'http' ? 80 : 443));
  return proxy ? noteTrouble(error, { hint: `it was asked through the proxy ${nameOf(proxy)}` }) : error;
}

function redirect(httpStatusCode: number, location: string | undefined): Error {
  // Without what a query may hold.
  const to = location === undefined ? 'nowhere' : location.replace(/[?#].*$/s, '');
  const message = `the answer is a redirect to ${to}, as none of AWS is`;
  return Object.assign(new Error(message), { name: 'Redirect', $metadata: { httpStatusCode } });
}
