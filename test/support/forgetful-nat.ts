import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What becomes of a packet of a connection that the NAT has forgotten. */
export type Fate = 'reset' | 'swallow';

/** A NAT, firewall or load balancer between a client and a server; it passes bytes on until it forgets a connection. */
export interface Nat {
  readonly url: string;
  /** How many connections have come through it. */
  readonly opened: number;
  /** Forgets every connection that there is; nobody hears of it until the client sends something. */
  forget(): void;
  /** Resolves when the client has closed every connection, or else `afterMs` from now, when all are forgotten. */
  idle(afterMs: number): Promise<void>;
}

/** Starts one in front of the server at `target`; it ends with the test. */
export async function startNat(target: string, fate: Fate): Promise<Nat> {
  const { protocol, hostname, port } = new URL(target);
  const known = new Set<Socket>();
  const forgotten = new Set<Socket>();
  const sockets = new Set<Socket>();
  let opened = 0;
  let quiet = () => {};
  const server = createServer((client) => {
    opened += 1;
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    known.add(client);
    client.on('data', (bytes) => {
      if (!forgotten.has(client)) upstream.write(bytes);
      else if (fate === 'reset') client.resetAndDestroy();
    });
    upstream.on('data', (bytes) => client.write(bytes));
    upstream.on('close', () => known.has(client) && client.destroy());
    client.on('close', () => {
      upstream.destroy();
      known.delete(client);
      if (known.size === 0) quiet();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const forget = () => {
    for (const client of known) forgotten.add(client);
    known.clear();
  };
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    get opened() {
      return opened;
    },
    forget,
    idle: (afterMs) =>
      new Promise((resolve) => {
        if (known.size === 0) return resolve();
        const timer = setTimeout(() => {
          forget();
          resolve();
        }, afterMs);
        quiet = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
