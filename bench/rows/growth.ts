import { memoryOf } from '../frame/figures.ts';
import { family } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';
import type { AwsUrls } from '../roles/aws.ts';
import type { PassCost } from '../roles/exporter.ts';
import { CONNECTIONS } from './pass.ts';

const BASELINE = '1 × 126,000';

/** Whether eight times as many connections cost eight times as much. */
export const growth = family({
  name: 'growth',
  rows: {
    cpu: {
      what: 'CPU a connection of a later pass over 10 endpoints with 100,000 connections each',
      unit: 'µs',
      baseline: BASELINE,
      must: { of: 'ratio', most: 1.1 },
    },
    peak: {
      what: 'Most memory that was ever resident in three such passes',
      unit: 'MB',
      baseline: BASELINE,
      must: { of: 'figure', most: 600 },
    },
  },
  async measure(run) {
    const one = await passes(run, 1, run.size(CONNECTIONS, 1_260));
    const ten = await passes(run, 10, run.size(100_000, 1_000));
    return {
      cpu: { figure: ten.each, baseline: one.each },
      peak: { figure: ten.peak, baseline: one.peak },
    };
  },
});

async function passes(run: Run, endpoints: number, connections: number) {
  const { child: aws, first: urls } = await run.start<AwsUrls>('aws', { endpoints, connections });
  const { child } = await run.start('exporter', { url: urls.http, folder: await run.folder() });
  let last = Number.NaN;
  for (let pass = 1; pass <= 3; pass += 1) {
    run.say(`${endpoints} × ${connections.toLocaleString('en-US')}, pass ${pass} of 3`);
    last = (await child.ask<PassCost>('pass')).cpuMs;
    await aws.ask('step');
  }
  const { peak } = memoryOf(child.pid);
  await Promise.all([child.stop(), aws.stop()]);
  return { each: (last * 1_000) / (endpoints * connections), peak };
}
