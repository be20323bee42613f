import { finished, type Readable } from 'node:stream';
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

/** A body that is still to be read: hands each chunk of it to `take` as it comes; rejects, and closes the socket, when that throws. */
export type OpenBody = (take: (chunk: Uint8Array) => void) => Promise<void>;

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
    const { statusCode, headers, body } = response;
    const read: OpenBody = (take) => drain(body, options?.abortSignal, take);
    const open: OpenBody = (take) =>
      read(take).catch((error: unknown) => {
        throw noteProxy(error, request);
      });
    response.body = leftOpen.has(request) && statusCode === 200 ? open : await collect(read);
    if (statusCode >= 300 && statusCode < 400) throw redirect(statusCode, headers.location);
    if (statusCode < 200 || statusCode >= 600)
      throw brokenAnswer(`the status of the answer, ${statusCode}, is none of AWS`);
    return { response };
  }
}

/** Reads a body as it comes, as an `OpenBody` says; rejects when it is cut, times out, is aborted, or grows too long. */
function drain(body: Readable, signal: Signal | undefined, take: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let length = 0;
    body.on('data', (chunk: Uint8Array) => {
      // What was read from the socket at once comes on after the end.
      if (body.destroyed) return;
      length += chunk.length;
      try {
        if (length > MAX_MIB * 2 ** 20)
          throw brokenAnswer(`the answer is longer than ${MAX_MIB} MiB, as none of AWS is`);
        take(chunk);
      } catch (error) {
        reject(error);
        // Closes the socket too.
        body.destroy();
      }
    });
    finished(body, (cause) => {
      if (!cause) resolve();
      // Giving the call up resets the connection, which is then nobody's fault.
      else reject(signal?.aborted ? abortError(cause) : cause);
    });
  });
}

async function collect(read: OpenBody): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await read((chunk) => void chunks.push(chunk));
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
