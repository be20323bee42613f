import { Agent } from 'node:http';
import { scrape } from '../frame/client.ts';
import { family } from '../frame/row.ts';
import { median, percentile, type Run } from '../frame/run.ts';
import { startAws } from './pass.ts';

/** Connections with series of their own; with the exporter's others it is about the number of the row. */
const SHOWN = 300;
const [SCRAPE_EVERY_MS, PING_EVERY_MS] = [10, 1];

/** Milliseconds: the longest answer of each round, and every scrape. */
interface Seen {
  readonly blocks: number[];
  readonly scrapes: number[];
}

/** Who scrapes while a pass over the largest endpoint runs. */
export const scrapedPass = family({
  name: 'scraped',
  rows: {
    block: {
      what: 'Longest time for which the event loop answered nobody in such a pass, as a client sees it that asks for `/-/healthy` every millisecond while another scrapes',
      unit: 'ms',
      baseline: 'while no pass runs',
      must: { of: 'figure', most: 15 },
    },
    p99: {
      what: 'p99 of a scrape (1,200 series, gzip) during such a pass',
      unit: 'ms',
      baseline: 'while no pass runs',
      must: { of: 'difference', most: 10 },
    },
  },
  async measure(run) {
    const { aws, urls } = await startAws(run);
    const options = { url: urls.http, folder: await run.folder(), shown: SHOWN };
    const { child, first } = await run.start<string>('exporter', options);
    run.say('two passes, which are not measured');
    for (let n = 0; n < 2; n += 1) await child.ask('pass').then(() => aws.ask('step'));
    const busy: Seen = { blocks: [], scrapes: [] };
    const idle: Seen = { blocks: [], scrapes: [] };
    const rounds = run.size(9, 1);
    for (let round = 1; round <= rounds; round += 1) {
      run.say(`round ${round} of ${rounds}`);
      const begin = performance.now();
      const during = await look(run, first, child.ask('pass'));
      const after = await look(run, first, run.wait(performance.now() - begin));
      for (const [all, { pings, scrapes }] of [[busy, during] as const, [idle, after] as const]) {
        all.blocks.push(Math.max(...pings));
        all.scrapes.push(...scrapes);
      }
      await aws.ask('step');
    }
    return {
      block: { figure: median(busy.blocks), baseline: median(idle.blocks) },
      p99: { figure: percentile(busy.scrapes, 0.99), baseline: percentile(idle.scrapes, 0.99) },
    };
  },
});

/** How long answers took until `ended`. */
async function look(run: Run, url: string, ended: Promise<unknown>) {
  const agent = new Agent({ keepAlive: true });
  let isOver = false;
  const times = async (path: string, everyMs: number) => {
    const all: number[] = [];
    do {
      all.push((await scrape(url + path, agent)).ms);
      await run.wait(everyMs);
    } while (!isOver);
    return all;
  };
  const seen = Promise.all([times('/metrics', SCRAPE_EVERY_MS), times('/-/healthy', PING_EVERY_MS)]);
  await ended;
  isOver = true;
  const [scrapes, pings] = await seen;
  agent.destroy();
  return { scrapes, pings };
}
