import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

/** How a proxy takes a request for a way through. */
export type Manner =
  | 'let-through'
  | 'hang'
  | 'hang-up'
  /** It says that the way is open, and answers itself with what is no TLS. */
  | 'lie'
  | { readonly status: number; readonly text: string };

/** An HTTP proxy that finds hosts nobody else knows, and notes what it was asked for. */
export interface TestProxy {
  readonly url: string;
  /** Host and port of the proxy. */
  readonly address: string;
  /** Every way that was asked for, as `CONNECT host:port`, and every other request. */
  readonly asked: string[];
  /** The Proxy-Authorization of each of them. */
  readonly authorizations: (string | undefined)[];
  /** Connections to the proxy that are open. */
  readonly open: () => number;
  behave(manner: Manner): void;
  /** Resets every connection to the proxy. */
  cut(): void;
}

/** Starts a proxy that leads every way to the server at `to`; with a certificate it is asked over TLS. It ends with the test. */
export async function startProxy(
  to: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<TestProxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let manner: Manner = 'let-through';
  const server = tls ? createTlsServer(tls) : createServer();
  const note = (request: IncomingMessage) => {
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
  };
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  };
  server.on('connection', keep);
  server.on('tlsClientError', () => {});
  server.on('request', (request, response) => {
    note(request);
    response.writeHead(400).end();
  });
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    note(request);
    client.on('error', () => {});
    if (manner === 'hang') return void client.on('end', () => client.destroy()).resume();
    if (manner === 'hang-up') return void client.destroy();
    if (manner === 'lie') return void client.end('HTTP/1.1 200 OK\r\n\r\n<html>sign in</html>');
    if (manner !== 'let-through')
      return void client.end(`HTTP/1.1 ${manner.status} ${manner.text}\r\ncontent-length: 0\r\n\r\n`);
    const { hostname, port } = new URL(to);
    const target = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    target.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${tls ? 'https' : 'http'}://${address}`,
    address,
    asked,
    authorizations,
    open: () => sockets.size,
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    behave: (next) => {
      manner = next;
    },
  };
}
