import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request on its way. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  /** Read from JSON; undefined where there is none. */
  readonly body: unknown;
}

/** What stands between the program and the simulator: it remembers what passes, and may change or hold it. */
export interface Between {
  readonly url: string;
  /** All that passed, oldest first. */
  readonly passed: readonly Passing[];
}

/** Starts it; it ends with the test. What these resolve to is sent on as the body, or back as the answer; undefined leaves it as it is. */
export async function startBetween(
  url: string,
  change: (passing: Passing) => Promise<unknown> = async () => undefined,
  changeAnswer: (passing: Passing) => unknown = () => undefined,
): Promise<Between> {
  const passed: Passing[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const given = await text(incoming);
    const passing = { method, path, body: given.startsWith('{') ? JSON.parse(given) : undefined };
    passed.push(passing);
    const changed = await change(passing);
    const body = changed === undefined ? given : JSON.stringify(changed);
    const { host: _host, connection: _connection, 'content-length': _length, ...others } = headers;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: others as Record<string, string>,
      ...(body !== '' && { body }),
    }).catch(() => undefined);
    if (!answer) return void response.destroy();
    const bytes = Buffer.from(await answer.arrayBuffer());
    const another = changeAnswer(passing);
    const { 'content-type': type = 'application/json', 'x-amzn-errortype': error } = Object.fromEntries(
      answer.headers,
    );
    response
      .writeHead(answer.status, { 'Content-Type': type, ...(error && { 'x-amzn-errortype': error }) })
      .end(another === undefined ? bytes : JSON.stringify(another));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  onTestFinished(() => server.closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, passed };
}
