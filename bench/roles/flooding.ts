import { Agent, request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { answering } from '../frame/processes.ts';

/** What comes to a port, from so many clients at a time that begin again at once. */
export const FLOODS = {
  passwords: { name: 'wrong passwords, each another', clients: 100 },
  handshakes: { name: 'TLS handshakes', clients: 100 },
  halves: { name: 'handshakes that stop half way', clients: 500 },
} as const;
export type Flood = keyof typeof FLOODS;

/** Which flood, and to where. */
export interface FloodingOptions {
  readonly flood: Flood;
  readonly url: string;
}

/** From another address than who is measured. */
const FROM = { localAddress: '127.0.0.2' };
const HALF = Buffer.from('1603010200010001fc0303', 'hex');

/** In the child: a flood against a port until it is killed; `count` tells how many attempts ended so far. */
export async function flooding({ flood, url }: FloodingOptions): Promise<void> {
  const { hostname: host, port } = new URL(url);
  const to = { host, port: Number(port), ...FROM };
  const agent = new Agent({ keepAlive: true, ...FROM });
  let [count, sent] = [0, 0];
  const attempts: Readonly<Record<Flood, (ended: () => void) => void>> = {
    passwords: (ended) => {
      sent += 1;
      const asked = request(url, { agent, rejectUnauthorized: false, auth: `carol:${sent}` }, (response) =>
        response.resume().once('close', ended),
      );
      asked.once('error', ended).end();
    },
    handshakes: (ended) => {
      const socket = connect({ ...to, rejectUnauthorized: false }, () => socket.destroy());
      socket.on('error', () => {}).once('close', ended);
    },
    halves: (ended) => {
      const socket = connectTcp(to, () => socket.write(HALF));
      socket.on('error', () => {}).once('close', ended);
    },
  };
  const attempt = attempts[flood];
  const again = () =>
    attempt(() => {
      count += 1;
      setImmediate(again);
    });
  for (let n = 0; n < FLOODS[flood].clients; n += 1) again();
  await answering(null, { count: () => count });
}
