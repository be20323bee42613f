import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as a test sees it: as it came over the wire, its body also as form fields. */
export interface FormRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** Answers one request, in any way, well or badly. */
export type Answer = (response: ServerResponse, request: FormRequest) => void;

/** An HTTP server on a free port of the loopback interface. */
export interface TestServer {
  readonly url: string;
  readonly requests: FormRequest[];
  close(): Promise<void>;
}

/** Starts a server that answers each request with `answer`; it keeps the requests it saw. With a certificate it speaks TLS. */
export async function startServer(
  answer: Answer,
  tls?: { readonly key: string; readonly cert: string },
): Promise<TestServer> {
  const requests: FormRequest[] = [];
  const take = async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const request = {
      method: incoming.method,
      url: incoming.url,
      body,
      form: new URLSearchParams(body),
      headers: incoming.headers,
    };
    requests.push(request);
    answer(response, request);
  };
  const server = tls ? createTlsServer(tls, take) : createServer(take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
