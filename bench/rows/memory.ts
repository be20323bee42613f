import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { memoryOf } from '../frame/figures.ts';
import { family } from '../frame/row.ts';
import { median } from '../frame/run.ts';
import type { Blocks, PassCost } from '../roles/exporter.ts';
import { startAws } from './pass.ts';

/** What the largest endpoint takes, in memory and on disk, and what a restart costs. */
export const memory = family({
  name: 'memory',
  rows: {
    peak: {
      what: 'Most memory that was ever resident in ten passes over 126,000 connections',
      unit: 'MB',
      baseline: 'the same process before its first pass',
      must: { of: 'figure', most: 200 },
    },
    file: { what: 'The ledger of 126,000 connections on disk', unit: 'MB', must: { of: 'figure', most: 12 } },
    writing: {
      what: 'Longest block of the event loop while it is written, the median of ten passes',
      unit: 'ms',
      must: { of: 'figure', most: 10 },
    },
    restart: {
      what: 'CPU of the first pass of a fresh process with that ledger on disk',
      unit: 'ms',
      baseline: 'its third pass',
      must: { of: 'ratio', most: 1.5 },
    },
  },
  async measure(run) {
    const { aws, urls } = await startAws(run);
    const folder = await run.folder();
    const start = () => run.start('exporter', { url: urls.http, folder });
    const { child } = await start();
    const idle = memoryOf(child.pid).resident;
    await child.ask('watch');
    const blocks: number[] = [];
    const passes = run.size(10, 2);
    for (let pass = 1; pass <= passes; pass += 1) {
      run.say(`pass ${pass} of ${passes}`);
      await child.ask('pass');
      blocks.push((await child.ask<Blocks>('blocks')).writingMs);
      await aws.ask('step');
    }
    const { peak } = memoryOf(child.pid);
    await child.stop();
    const { restart } = await run.inTurn(run.size(5, 1), {
      restart: async () => {
        const again = await start();
        const costs: number[] = [];
        for (let pass = 0; pass < 3; pass += 1) {
          costs.push((await again.child.ask<PassCost>('pass')).cpuMs);
          await aws.ask('step');
        }
        await again.child.stop();
        const [first = Number.NaN, , third = Number.NaN] = costs;
        return { first, third };
      },
    });
    return {
      peak: { figure: peak, baseline: idle },
      file: { figure: bytesOf(folder) / 1e6 },
      writing: { figure: median(blocks) },
      restart: { figure: restart.first, baseline: restart.third },
    };
  },
});

function bytesOf(folder: string): number {
  return readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
