import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { scrape } from '../frame/client.ts';
import type { Child } from '../frame/processes.ts';
import { family } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';
import type { AwsUrls } from '../roles/aws.ts';
import type { RenderingCost } from '../roles/rendering.ts';

/** Series that a connection with series of its own has; of the connections of the benchmark's AWS three in four have them. */
const [SERIES_EACH, LIVING] = [4, 0.75];

/** A very large exposition: rendered when a pass has ended, sent as it is kept. */
export const rendered = family({
  name: 'rendered',
  rows: {
    render: {
      what: 'CPU of rendering 100,000 series, once a pass',
      unit: 'ms',
      baseline: "prom-client's `metrics()` over the same",
      must: { of: 'ratio', most: 0.1 },
    },
    slice: { what: 'Longest slice of that rendering', unit: 'ms', must: { of: 'figure', most: 10 } },
    scrape: {
      what: 'CPU of a scrape of 100,000 series (gzip)',
      unit: 'ms',
      baseline: "prom-client's `metrics()` over the same",
      must: { of: 'ratio', most: 0.01 },
    },
  },
  async measure(run) {
    const series = run.size(100_000, 2_000);
    const { child: ours } = await run.start('rendering', { series });
    await ours.ask<RenderingCost>('render');
    const theirs = await startPromClient(run, await ours.ask<string>('text'));
    const scraped = await startScraped(run, series);
    await theirs.child.ask('metrics');
    const { kept, whole, renders } = await run.inTurn(run.size(9, 1), {
      renders: async () => {
        const { cpuMs, sliceMs } = await ours.ask<RenderingCost>('render');
        return { cpu: cpuMs, slice: sliceMs };
      },
      kept: async () => ({ cpu: await scraped.each(run.size(50, 5)), slice: 0 }),
      whole: async () => ({ cpu: (await theirs.child.ask<{ cpuMs: number }>('metrics')).cpuMs, slice: 0 }),
    });
    return {
      render: { figure: renders.cpu, baseline: whole.cpu },
      slice: { figure: renders.slice },
      scrape: { figure: kept.cpu, baseline: whole.cpu },
    };
  },
});

/** An ordinary exposition, each scrape on its own: nothing that was made for one is sent to another. */
export const scraped = family({
  name: 'scrape',
  rows: {
    cpu: {
      what: 'CPU of a scrape of 1,900 series (gzip; those of the process and of Node.js as of now), one after the other',
      unit: 'ms',
      baseline: "express and prom-client's `metrics()` over the same, plain",
      must: { of: 'ratio', most: 0.08 },
    },
    wall: {
      what: 'The same scrape as its client waits for it',
      unit: 'ms',
      baseline: 'the same',
    },
  },
  async measure(run) {
    const ours = await startScraped(run, 1_800);
    const theirs = await startPromClient(run, ours.text);
    const scrapes = run.size(400, 20);
    for (const each of [ours, theirs]) await each.each(scrapes);
    const timed = (each: (count: number) => Promise<number>) => async () => {
      const begin = performance.now();
      const cpu = await each(scrapes);
      return { cpu, wall: (performance.now() - begin) / scrapes };
    };
    const medians = await run.inTurn(run.size(9, 1), { ours: timed(ours.each), theirs: timed(theirs.each) });
    return {
      cpu: { figure: medians.ours.cpu, baseline: medians.theirs.cpu },
      wall: { figure: medians.ours.wall, baseline: medians.theirs.wall },
    };
  },
});

/** An exporter with about so many series, after a pass. */
async function startScraped(run: Run, series: number) {
  const shown = series / SERIES_EACH;
  const connections = Math.ceil(shown / LIVING);
  const { first: urls } = await run.start<AwsUrls>('aws', { endpoints: 1, connections });
  const { child, first } = await run.start<string>('exporter', {
    url: urls.http,
    folder: await run.folder(),
    shown,
  });
  await child.ask('pass');
  const agent = new Agent({ keepAlive: true });
  const { body } = await scrape(`${first}/metrics`, agent);
  return { text: gunzipSync(body).toString(), each: scrapes(child, first) };
}

async function startPromClient(run: Run, text: string) {
  const file = join(await run.folder(), 'metrics.txt');
  await writeFile(file, text);
  const { child, first } = await run.start<string>('prom-client', { file });
  return { child, each: scrapes(child, first) };
}

/** CPU milliseconds of one of so many scrapes over one connection, the client's not counted. */
function scrapes(child: Child, url: string) {
  return async (count: number): Promise<number> => {
    const agent = new Agent({ keepAlive: true });
    const before = await child.ask<number>('cpu');
    for (let n = 0; n < count; n += 1) await scrape(`${url}/metrics`, agent);
    const after = await child.ask<number>('cpu');
    agent.destroy();
    return (after - before) / count;
  };
}
