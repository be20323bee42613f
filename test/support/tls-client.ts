import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { pem } from '../web-config/certificates.ts';

/** A TLS connection that is open. */
export async function shakenHands(url: string, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { port, hostname: host } = new URL(url);
  const socket = connect({
    port: Number(port),
    host,
    ca: pem('authority.pem'),
    ...options,
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** What a client of TLS 1.2 begins with. */
export const WHOLE_HELLO = await new Promise<Buffer>((resolve) => {
  const wire = new Duplex({
    read: () => {},
    write: (bytes: Buffer) => resolve(bytes),
  });
  connect({ socket: wire, maxVersion: 'TLSv1.2' }).on('error', () => {});
});

/** And the beginning of that. */
export const HALF_HELLO = Buffer.from('1603010200010001fc0303', 'hex');
