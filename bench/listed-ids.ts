import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld } from '../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { createWebSocketWorld } from '../src/simulator/websocket/world.ts';

const API = 'a1b2c3d4e5';
const ENDPOINT = `${API}.execute-api.eu-west-1.amazonaws.com/prod`;
const ACCOUNT = '111122223333';
/** How the exporter is asked until its numbers are there, and how long at most. */
const ASK_EVERY_MS = 10;
const LONGEST_MS = 120_000;
/** Ids of the passes before the measured one. */
const FEW = 1_000;

/**
 * Loaded into the exporter before it starts: answers each message with its longest block since the last one, how long the main thread was at most on
 * the CPU from one tick of a millisecond to the next (which other programs on the machine do not lengthen), and the most memory ever used.
 */
const MONITOR = `
import { openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const stat = openSync('/proc/thread-self/schedstat', 'r');
const bytes = Buffer.alloc(128);
const cpuMs = () => parseInt(bytes.toString('latin1', 0, readSync(stat, bytes, 0, 128, 0))) / 1e6;
let before = cpuMs();
let longestCpuMs = 0;
setInterval(() => {
  const now = cpuMs();
  longestCpuMs = Math.max(longestCpuMs, now - before);
  before = now;
}, 1).unref();
process.on('message', () => {
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  process.send({ longestBlockMs: delay.max / 1e6, longestCpuMs, peakMegabytes });
  delay.reset();
  longestCpuMs = 0;
});
process.channel.unref();`;

/** A block as the clock sees it, and what of it was the program's own work. */
export interface Block {
  readonly longestBlockMs: number;
  readonly longestCpuMs: number;
}

interface Seen extends Block {
  readonly peakMegabytes: number;
}

/** The shipped program with so many ids in a file: what its first pass and its next start come to. */
export interface ListedRow {
  readonly ids: number;
  /** While the file is read, posted and saved; and while half of its ids give way to others. */
  readonly posting: Block;
  readonly changing: Block;
  /** All that these took, and what the program takes that has just been started again. */
  readonly peakMegabytes: number;
  readonly restartMegabytes: number;
  /** From the start of the process to the first answer of /metrics, the first time and with all ids on disk. */
  readonly startMs: number;
  readonly restartMs: number;
  /** The longest block of the restarted program, from listening to the end of its first pass. */
  readonly restarting: Block;
}

/** Measures the shipped program (dist/main.js must have been built) with a file of each of so many ids. */
export async function benchListed(sizes: readonly number[]): Promise<readonly ListedRow[]> {
  const websockets = createWebSocketWorld();
  websockets.addApi({ apiId: API });
  const simulator = await startSimulator({ world: createWorld(), websockets });
  try {
    const rows: ListedRow[] = [];
    for (const size of sizes) rows.push(await measure(size, simulator.url));
    return rows;
  } finally {
    await simulator.close();
  }
}

async function measure(ids: number, awsUrl: string): Promise<ListedRow> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-connections-exporter-bench-'));
  try {
    const list = join(folder, 'ids.jsonl');
    await writeFile(join(folder, 'exporter.yaml'), toConfig(awsUrl, list));
    const put = async (from: number, count: number) => {
      await writeFile(`${list}.new`, toLines(from, count));
      await rename(`${list}.new`, list);
    };
    await put(0, Math.min(FEW, ids));
    const first = await start(folder);
    // What every first pass costs, such as loading the SDK, is not what is measured here.
    await first.until(({ passes }) => passes >= 2);
    await put(0, ids);
    await first.look();
    await first.until(({ registered }) => registered >= 0.99 * ids - FEW);
    const posted = await first.look();
    await put(ids / 2, ids);
    // The first of two passes may have begun before.
    await first.until(({ passes }) => passes >= posted.passes + 2);
    const changed = await first.look();
    await first.stop();
    const again = await start(folder);
    await again.until(({ passes }) => passes > 0);
    const restarted = await again.look();
    await again.stop();
    return {
      ids,
      posting: posted,
      changing: changed,
      peakMegabytes: changed.peakMegabytes,
      restartMegabytes: restarted.peakMegabytes,
      startMs: first.startMs,
      restartMs: again.startMs,
      restarting: restarted,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function toConfig(awsUrl: string, list: string): string {
  return `
targets: [{regions: [eu-west-1], account_id: "${ACCOUNT}"}]
aws: {endpoint_url: "${awsUrl}"}
client_vpn: {enabled: false}
websocket:
  enabled: true
  schedule: "*/2 * * * * *"
  timeout: 60s
  sample_size: 10
  endpoints: [{url: "https://${ENDPOINT}", source: {type: file, path: "${list}"}}]
`;
}

/** Ids as AWS gives them, of either length, half of them with a connect time. */
function toLines(from: number, count: number): string {
  const connectedAt = new Date(Date.now() - 60_000).toISOString();
  return Array.from({ length: count }, (_, index) => {
    const number = (from + index).toString(36);
    const id = index % 2 === 0 ? `L${number.padStart(14, '0')}=` : `g${number.padStart(17, '0')}==`;
    return index % 4 < 2 ? `${id}\n` : `${JSON.stringify({ connectionId: id, connectedAt })}\n`;
  }).join('');
}

interface Numbers {
  readonly registered: number;
  readonly passes: number;
}

async function start(folder: string) {
  const beganAt = performance.now();
  const child = fork(
    join(import.meta.dirname, '../../dist/main.js'),
    [
      `--config.file=${join(folder, 'exporter.yaml')}`,
      `--storage.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--log.format=json',
    ],
    {
      execArgv: ['--import', `data:text/javascript,${encodeURIComponent(MONITOR)}`],
      env: { ...process.env, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  const url = await listening(child);
  const first = await (await fetch(url)).text();
  const startMs = performance.now() - beganAt;
  if (!first.includes('aws_connections_exporter_build_info')) throw new Error(`an odd answer: ${first}`);
  await ask(child);
  const numbers = async (): Promise<Numbers> => {
    const text = await (await fetch(url)).text();
    const sum = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'gm'))].reduce(
        (total, [, value]) => total + Number(value),
        0,
      );
    return {
      registered: sum('aws_websocket_registered_connections'),
      passes: sum('aws_connections_exporter_passes_total'),
    };
  };
  return {
    startMs,
    async until(isThere: (now: Numbers) => boolean): Promise<Numbers> {
      const giveUpAt = performance.now() + LONGEST_MS;
      for (;;) {
        const now = await numbers();
        if (isThere(now)) return now;
        if (performance.now() > giveUpAt) throw new Error(`it stands at ${JSON.stringify(now)}`);
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
    },
    /** Since it was looked at before. */
    look: async (): Promise<Seen & Numbers> => ({ ...(await ask(child)), ...(await numbers()) }),
    async stop(): Promise<void> {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`the exporter ended with ${code}`);
    },
  };
}

async function ask(child: ChildProcess): Promise<Seen> {
  // A timer that finds a block must fire before the figure is read.
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.send('look');
  const [seen] = await once(child, 'message');
  return seen as Seen;
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += chunk;
      const [, url] = /"urls":"(\S+?)"/.exec(text) ?? [];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the exporter ended with ${code}: ${text}`)));
  });
}
