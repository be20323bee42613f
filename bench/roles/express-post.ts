import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { answering } from '../frame/processes.ts';

/** In the child: express with one route and nothing else, which answers 200; says where. */
export async function expressPost(): Promise<void> {
  process.env.NODE_ENV = 'production';
  const app = express();
  app.post('/websocket', (request, response) => {
    request.resume();
    response.status(200).end();
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await answering(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
}
