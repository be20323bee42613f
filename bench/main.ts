import { benchCoverage } from './coverage.ts';
import { exporting, filling } from './exporting.ts';
import { flooding } from './flooding.ts';
import { guarded } from './guarded.ts';
import { benchIntake } from './intake.ts';
import { type Block, benchListed } from './listed-ids.ts';
import { measured } from './measured.ts';
import { benchParse } from './parse.ts';
import { benchPass } from './pass.ts';
import { benchScrape } from './scrape.ts';
import { simulated } from './simulated.ts';
import { printTable } from './table.ts';
import { benchWeb } from './web.ts';

// Said once by the program too; here it would stand between the tables.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const [role, ...args] = process.argv.slice(2);
if (role === 'measured') await measured(args);
else if (role === 'simulated') await simulated(args);
else if (role === 'exporting') await exporting(args);
else if (role === 'filling') await filling(args);
else if (role === 'guarded') await guarded(args);
else if (role === 'flooding') await flooding(args);
else if (role === 'web') await web();
else if (role === 'listed-ids') await listedIds();
else await main();

/** Prints every figure that the documents claim; each load runs in a process of its own. */
async function main(): Promise<void> {
  console.log(
    `node ${process.version}, loopback HTTP, 126 pages of 1,000 connections, every field present\n`,
  );

  const { sdk, ours } = await benchParse();
  printTable(
    'Reading DescribeClientVpnConnections, without simulator and ledger',
    ['deserialiser', 'CPU per connection'],
    [
      ['the SDK, as it is', `${sdk.toFixed(1)} µs`],
      ['the SDK with ours', `${ours.toFixed(1)} µs`],
      ['ratio', (sdk / ours).toFixed(1)],
    ],
  );

  const passes = await benchPass();
  printTable(
    'One pass: list, post to the ledger, write it to disk, render',
    ['pass', 'CPU per connection', 'wall', 'longest event-loop block', 'peak memory'],
    passes.map(({ name, cpuMicroseconds, wallMs, longestBlockMs, peakMegabytes }) => [
      name,
      `${cpuMicroseconds.toFixed(1)} µs`,
      `${(wallMs / 1000).toFixed(2)} s`,
      `${longestBlockMs.toFixed(0)} ms`,
      `${peakMegabytes.toFixed(0)} MB`,
    ]),
  );

  const scrapes = await benchScrape([1_000, 10_000, 100_000]);
  printTable(
    'One scrape over HTTP, OpenMetrics, gzip, one after another',
    [
      'series',
      'bytes',
      'gzip',
      'idle p50',
      'idle p99',
      'during a pass p50',
      'p99',
      'scrapes',
      'CPU per idle scrape',
    ],
    scrapes.map(({ series, bytes, gzipBytes, idle, busy, cpuMs }) => [
      String(series),
      String(bytes),
      String(gzipBytes),
      `${idle.p50.toFixed(1)} ms`,
      `${idle.p99.toFixed(1)} ms`,
      `${busy.p50.toFixed(1)} ms`,
      `${busy.p99.toFixed(1)} ms`,
      `${idle.count} + ${busy.count}`,
      `${cpuMs.toFixed(2)} ms`,
    ]),
  );

  benchCoverage();

  await listedIds();

  const intake = await benchIntake();
  printTable(
    'The intake: 20,000 events, 500 a second in bursts of 100, half of them over connections of their own',
    [
      'while',
      'answers',
      'p50',
      'p99',
      'max',
      'longest event-loop block',
      'ids afterwards',
      'wrong',
      'CPU per event, passes included',
      'peak memory',
      'start',
    ],
    intake.map(({ name, statuses, p50, p99, max, longestBlockMs, ids, wrongIds, ...row }) => [
      name,
      [...statuses].map(([status, count]) => `${status}: ${count}`).join(', '),
      `${p50.toFixed(1)} ms`,
      `${p99.toFixed(1)} ms`,
      `${max.toFixed(0)} ms`,
      `${longestBlockMs.toFixed(0)} ms`,
      String(ids),
      String(wrongIds),
      `${((row.cpuMs * 1000) / 20_000).toFixed(0)} µs`,
      `${row.peakMegabytes.toFixed(0)} MB`,
      `${(row.startMs / 1000).toFixed(1)} s`,
    ]),
  );

  await web();
}

/** Alone with `node .cache/bench/main.js web`. */
async function web(): Promise<void> {
  const times = ({ p50, p99, max }: { readonly p50: number; readonly p99: number; readonly max: number }) =>
    [p50, p99, max].map((ms) => `${ms.toFixed(0)} ms`).join(' / ');
  const rows = await benchWeb();
  printTable(
    'Two ports with TLS (RSA, 2,048 bits) and a user (cost 10) who is known, while a flood comes to one of them: p50 / p99 / max',
    [
      'flood',
      'attempts per second',
      'scrape',
      'scrape over a connection of its own',
      'event of the intake',
      'longest event-loop block',
      'memory',
    ],
    rows.map(({ name, perSecond, scrape, newScrape, event, longestBlockMs, megabytes }) => [
      name,
      perSecond.toFixed(0),
      times(scrape),
      times(newScrape),
      times(event),
      `${longestBlockMs.toFixed(0)} ms`,
      `${megabytes.toFixed(0)} MB`,
    ]),
  );
}

async function listedIds(): Promise<void> {
  const rows = await benchListed([0, 100_000, 1_000_000]);
  printTable(
    'Ids of WebSocket connections from a file: the program as it is shipped',
    [
      'ids',
      'longest event-loop block while they are posted (of it on the CPU)',
      'while half of them change',
      'after a restart',
      'peak memory',
      'of the restarted program',
      'start to first /metrics',
      'with them on disk',
    ],
    rows.map((row) => [
      String(row.ids),
      toBlock(row.posting),
      toBlock(row.changing),
      toBlock(row.restarting),
      `${row.peakMegabytes.toFixed(0)} MB`,
      `${row.restartMegabytes.toFixed(0)} MB`,
      `${(row.startMs / 1000).toFixed(2)} s`,
      `${(row.restartMs / 1000).toFixed(2)} s`,
    ]),
  );
}

function toBlock({ longestBlockMs, longestCpuMs }: Block): string {
  return `${longestBlockMs.toFixed(1)} ms (${longestCpuMs.toFixed(1)})`;
}
