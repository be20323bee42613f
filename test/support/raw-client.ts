import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection of bytes; it ends with the test. */
export interface RawClient {
  readonly socket: Socket;
  /** All that has come so far, in Latin-1. */
  received(): string;
  /** All that came until the connection was closed. */
  readonly closed: Promise<string>;
  /** Resolves to what came as soon as it fits, or else when the connection is closed. */
  until(pattern: RegExp): Promise<string>;
}

/** How a connection is made. */
interface RawOptions {
  /** Another address of the loopback interface. */
  readonly from?: string;
  /** Reads nothing until it is resumed. */
  readonly isPaused?: boolean;
}

/** Opens a connection to the port of a URL, and sends these bytes. */
export async function openRaw(
  url: string,
  sent: string | Uint8Array = '',
  { from = '127.0.0.1', isPaused = false }: RawOptions = {},
): Promise<RawClient> {
  const port = Number(new URL(url).port);
  const socket = connect({ port, host: '127.0.0.1', localAddress: from }).setEncoding('latin1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket
    .on('error', () => {})
    .on('data', (chunk: string) => {
      received += chunk;
    });
  let isClosed = false;
  const closed = once(socket, 'close').then(() => {
    isClosed = true;
    return received;
  });
  await once(socket, 'connect');
  if (isPaused) socket.pause();
  if (sent.length > 0) socket.write(sent);
  return {
    socket,
    received: () => received,
    closed,
    async until(pattern) {
      while (!pattern.test(received) && !isClosed) await Promise.race([once(socket, 'data'), closed]);
      return received;
    },
  };
}

const V2_SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
/** A header of the PROXY protocol v2, byte by byte: version 2, PROXY, TCP over IPv4, 12 bytes of addresses and ports. */
export const PROXY_V2 = Buffer.from(
  `${V2_SIGNATURE}\x21\x11\x00\x0c\x0a\x00\x00\x01\x0a\x00\x00\x02\xc0\x00\x27\xc1`,
  'latin1',
);
/** The same with the command LOCAL, as a load balancer's health checks send it. */
export const PROXY_V2_LOCAL = Buffer.from(`${V2_SIGNATURE}\x20\x00\x00\x00`, 'latin1');
export const PROXY_V1 = 'PROXY TCP4 10.0.0.1 10.0.0.2 49152 10177\r\n';
