import { once } from 'node:events';
import { request as ask, createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createWorld } from '../../src/simulator/client-vpn/world.ts';
import { contentType } from '../../src/simulator/ec2/answers.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { CERTIFICATE, KEY } from '../../test/support/certificate.ts';
import { Pages, toPageNumber } from '../aws/pages.ts';
import { answering } from '../frame/processes.ts';

/** What AWS has. */
export interface AwsOptions {
  readonly endpoints: number;
  /** Of each endpoint. */
  readonly connections: number;
}

/** Where it is asked. */
export interface AwsUrls {
  readonly http: string;
  /** By who trusts the certificate that it signed itself. */
  readonly https: string;
  readonly ca: string;
}

/** A body that is not known in full when it begins is sent in pieces of this size. */
const CHUNK_BYTES = 8_192;
const LISTING = 'DescribeClientVpnConnections';

/** In the child: the simulator, with large endpoints whose pages are kept as bytes, so that it is never what is waited for; `step` moves all connections on. */
export async function aws({ endpoints, connections }: AwsOptions): Promise<void> {
  const world = createWorld();
  for (let n = 0; n < endpoints; n += 1)
    world.addEndpoint({ id: `cvpn-endpoint-0123456789abcdef${n.toString(16)}`, name: `bench ${n}` });
  const pages = new Pages(connections);
  const simulator = await startSimulator({ world });
  const answer: RequestListener = async (request, response) => {
    const body = await text(request);
    const params = new URLSearchParams(body);
    if (params.get('Action') !== LISTING) {
      const { method, headers } = request;
      const asked = ask(simulator.url, { method, headers }, (answered) => {
        response.writeHead(answered.statusCode ?? 500, answered.headers);
        answered.pipe(response);
      });
      asked.end(body);
      return;
    }
    const number = toPageNumber(params.get('NextToken') ?? undefined);
    const page = pages.page(params.get('ClientVpnEndpointId') ?? '', number);
    response.writeHead(200, { 'Content-Type': contentType });
    for (let at = 0; at < page.length; at += CHUNK_BYTES) response.write(page.subarray(at, at + CHUNK_BYTES));
    response.end();
  };
  const [http, https] = [createServer(answer), createTlsServer({ key: KEY, cert: CERTIFICATE }, answer)];
  for (const server of [http, https]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const at = (server: typeof http) => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urls: AwsUrls = { http: `http://${at(http)}`, https: `https://${at(https)}`, ca: CERTIFICATE };
  await answering(urls, { step: () => pages.step() });
}
