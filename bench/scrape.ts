import { Agent, get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { type Child, startChild } from './children.ts';
import type { PassCost } from './measured.ts';
import { startSimulated } from './simulated.ts';

const IDLE_SCRAPES = 300;
const SERIES_PER_CONNECTION = 4;
/** What decides the answer, of the headers that Prometheus sends. */
const AS_PROMETHEUS = { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'gzip' };

interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

/** Scrapes of one size as the table shows them; times in milliseconds. */
export interface ScrapeRow {
  readonly series: number;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly idle: Latencies;
  readonly busy: Latencies;
  readonly cpuMs: number;
}

/** Scrapes of about so many series each, while idle and while a pass over every connection runs. */
export async function benchScrape(sizes: readonly number[]): Promise<readonly ScrapeRow[]> {
  const { url, simulated } = await startSimulated();
  const rows: ScrapeRow[] = [];
  for (const size of sizes) {
    const { child, first } = await startChild<string>('measured', [
      url,
      String(size / SERIES_PER_CONNECTION),
    ]);
    await child.ask<PassCost>('pass');
    rows.push(await measure(child, `${first}/metrics`));
    child.stop();
  }
  simulated.stop();
  return rows;
}

async function measure(child: Child, url: string): Promise<ScrapeRow> {
  const agent = new Agent({ keepAlive: true });
  const { body } = await scrape(url, agent);
  const text = gunzipSync(body).toString();
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  const before = await child.ask<number>('cpu');
  const idle = await scrapes(url, agent, (count) => count >= IDLE_SCRAPES);
  const cpuMs = ((await child.ask<number>('cpu')) - before) / IDLE_SCRAPES;
  let ended = false;
  const pass = child.ask<PassCost>('pass').then(() => {
    ended = true;
  });
  const busy = await scrapes(url, agent, () => ended);
  await pass;
  agent.destroy();
  return { series, bytes: text.length, gzipBytes: body.length, idle, busy, cpuMs };
}

async function scrapes(url: string, agent: Agent, isEnough: (count: number) => boolean): Promise<Latencies> {
  const times: number[] = [];
  while (!isEnough(times.length)) times.push((await scrape(url, agent)).ms);
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(Math.floor(share * times.length), times.length - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), count: times.length };
}

function scrape(url: string, agent: Agent): Promise<{ ms: number; body: Buffer }> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: AS_PROMETHEUS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ ms: performance.now() - begin, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    }).on('error', reject);
  });
}
