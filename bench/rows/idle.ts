import { spawnSync } from 'node:child_process';
import { Agent } from 'node:http';
import { startBare } from '../frame/bare.ts';
import { scrape } from '../frame/client.ts';
import { cpuMsOf, memoryOf } from '../frame/figures.ts';
import { startProgram } from '../frame/program.ts';
import { family } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';
import { toText } from '../frame/units.ts';
import type { AwsUrls } from '../roles/aws.ts';

const HOUR_MS = 3_600_000;
const BASELINE = 'bare node:http with the same scrapes';
/** Debian calls it otherwise than its makers. */
const NODE_EXPORTERS = ['prometheus-node-exporter', 'node_exporter'];

/** What it costs to be there. */
export const idle = family({
  name: 'idle',
  rows: {
    cpu: {
      what: 'Idle (three endpoints of 20 connections, the default schedule, a scrape every 15 s): CPU an hour, reckoned from three minutes',
      unit: 's',
      baseline: BASELINE,
      must: { of: 'figure', most: 6 },
    },
    memory: { what: 'Memory then', unit: 'MB', baseline: BASELINE, must: { of: 'figure', most: 85 } },
  },
  async measure(run) {
    const { first: urls } = await run.start<AwsUrls>('aws', { endpoints: 3, connections: 20 });
    const config = `targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${urls.http}"}
`;
    const exporter = await startProgram(run, { folder: await run.folder(), config });
    const bare = await startBare(run, 0);
    const all = [
      { pid: exporter.pid, url: await exporter.url },
      { pid: bare.pid, url: await bare.url },
      ...startNodeExporter(run),
    ];
    await scraping(run, all, run.size(45_000, 1_500));
    const before = all.map(({ pid }) => cpuMsOf(pid));
    const beganAt = performance.now();
    await scraping(run, all, run.size(180_000, 3_000));
    const hours = (performance.now() - beganAt) / HOUR_MS;
    const [ours, theirs, node] = all.map(({ pid }, index) => ({
      cpu: (cpuMsOf(pid) - (before[index] ?? Number.NaN)) / 1_000 / hours,
      memory: memoryOf(pid).resident,
    }));
    const row = (key: 'cpu' | 'memory', unit: string) => ({
      figure: ours?.[key] ?? Number.NaN,
      baseline: theirs?.[key] ?? Number.NaN,
      ...(node && { beside: `node_exporter: ${toText(node[key])} ${unit}` }),
    });
    return { cpu: row('cpu', 's'), memory: row('memory', 'MB') };
  },
});

/** Scrapes all of them every 15 seconds, or as soon as a short run can wait. */
async function scraping(run: Run, all: readonly { readonly url: string }[], ms: number): Promise<void> {
  const everyMs = run.size(15_000, 1_500);
  for (let goneMs = 0; goneMs < ms; goneMs += everyMs) {
    run.say(`${goneMs / 1_000} s of ${ms / 1_000}`);
    // Prometheus keeps its connection.
    for (const { url } of all) await scrape(url, agent);
    await run.wait(everyMs);
  }
}

const agent = new Agent({ keepAlive: true });

function startNodeExporter(run: Run) {
  const program = NODE_EXPORTERS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (program === undefined) return [];
  const address = '127.0.0.1:19100';
  const { pid = 0 } = run.spawn(program, [`--web.listen-address=${address}`], { stdio: 'ignore' });
  return [{ pid, url: `http://${address}/metrics` }];
}
