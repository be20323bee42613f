import { type Agent, get } from 'node:http';

/** What decides the answer, of the headers that Prometheus sends. */
const AS_PROMETHEUS = { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'gzip' };

/** An answer as a client saw it. */
export interface Seen {
  readonly ms: number;
  readonly body: Buffer;
}

/** Asks as Prometheus does; rejects when the answer is not 200. */
export function scrape(url: string, agent: Agent): Promise<Seen> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: AS_PROMETHEUS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject).once('end', () => {
        if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
        resolve({ ms: performance.now() - begin, body: Buffer.concat(chunks) });
      });
    }).once('error', reject);
  });
}
