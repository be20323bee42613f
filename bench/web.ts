import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from './children.ts';
import { FLOODS, type Flood } from './flooding.ts';
import { type Guarded, type Guarding, LOGIN } from './guarded.ts';

const MEASURED_MS = 8_000;
const EVERY_MS = 25;
/** A flood has so long to rise. */
const RISE_MS = 1_000;

/** How long answers took, in milliseconds. */
interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The table's figures. */
export interface WebRow extends Guarding {
  readonly name: string;
  readonly perSecond: number;
  /** Over a connection that is kept, and over one of its own. */
  readonly scrape: Times;
  readonly newScrape: Times;
  readonly event: Times;
}

/** Scrapes and events of a user who is known, over TLS, while each flood comes to the port of the metrics. */
export async function benchWeb(): Promise<readonly WebRow[]> {
  const rows: WebRow[] = [];
  for (const flood of [undefined, ...(Object.keys(FLOODS) as Flood[])]) rows.push(await measure(flood));
  return rows;
}

async function measure(flood: Flood | undefined): Promise<WebRow> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-connections-exporter-bench-'));
  const { child, first } = await startChild<Guarded>('guarded', [folder]);
  const { metricsUrl, intakeUrl } = first;
  const kept = new Agent({ keepAlive: true });
  let flooding: Child | undefined;
  try {
    await ask(metricsUrl, kept);
    await ask(`${intakeUrl}/websocket/connect`, kept);
    if (flood) flooding = (await startChild('flooding', [flood, metricsUrl])).child;
    await new Promise((resolve) => setTimeout(resolve, RISE_MS));
    await child.ask('usage');
    const before = (await flooding?.ask<number>('count')) ?? 0;
    const [scrape, newScrape, event] = await Promise.all([
      timesOf(() => ask(metricsUrl, kept)),
      timesOf(() => ask(metricsUrl, false)),
      timesOf(() => ask(`${intakeUrl}/websocket/connect`, kept)),
    ]);
    const after = (await flooding?.ask<number>('count')) ?? 0;
    const usage = await child.ask<Guarding>('usage');
    const perSecond = ((after - before) / MEASURED_MS) * 1_000;
    return {
      name: flood ? FLOODS[flood].name : 'nothing else',
      perSecond,
      scrape,
      newScrape,
      event,
      ...usage,
    };
  } finally {
    flooding?.stop();
    kept.destroy();
    child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timesOf(asked: () => Promise<void>): Promise<Times> {
  const times: number[] = [];
  for (const end = performance.now() + MEASURED_MS; performance.now() < end; ) {
    const begin = performance.now();
    await asked();
    times.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(Math.floor(share * times.length), times.length - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function ask(url: string, agent: Agent | false): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { ConnectionId: 'aaaaaaaaaaaaaaa=' };
    request(url, { agent, headers, auth: LOGIN, rejectUnauthorized: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume().once('end', resolve).once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
