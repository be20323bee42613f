import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorld } from '../../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { createWebSocketWorld } from '../../src/simulator/websocket/world.ts';
import { BLOCK_MONITOR, longestBlockMs } from '../frame/blocks.ts';
import { memoryOf } from '../frame/figures.ts';
import { startProgram } from '../frame/program.ts';
import { family, type RowText } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';

const API = 'a1b2c3d4e5';
/** How the exporter is asked until its numbers are there, and how long at most. */
const ASK_EVERY_MS = 10;
const LONGEST_MS = 300_000;
/** Ids of the passes before the measured one. */
const FEW = 1_000;
const BASELINE = 'the same with 100,000';

const IDS = 'WebSocket, 1,000,000 ids from a file';
const texts = {
  posting: {
    what: `${IDS}: longest block of the event loop while they are read, posted and saved`,
    unit: 'ms',
    baseline: BASELINE,
    must: { of: 'figure', most: 25 },
  },
  changing: {
    what: `${IDS}: the same while half of them give way to others`,
    unit: 'ms',
    baseline: BASELINE,
    must: { of: 'figure', most: 25 },
  },
  memory: {
    what: `${IDS}: most memory that was ever resident`,
    unit: 'MB',
    baseline: BASELINE,
    must: { of: 'figure', most: 250 },
  },
  restart: {
    what: `${IDS}: from a start with them on disk to the first answer of \`/metrics\``,
    unit: 's',
    baseline: BASELINE,
    must: { of: 'figure', most: 0.5 },
  },
} satisfies Readonly<Record<string, RowText>>;

/** The program as it is shipped, with very many ids of WebSocket connections. */
export const listedIds = family({
  name: 'ids',
  rows: texts,
  async measure(run) {
    const websockets = createWebSocketWorld();
    websockets.addApi({ apiId: API });
    const simulator = await startSimulator({ world: createWorld(), websockets });
    try {
      const { many, few } = await run.inTurn(run.size(3, 1), {
        many: () => measure(run, run.size(1_000_000, 20_000), simulator.url),
        few: () => measure(run, run.size(100_000, 2_000), simulator.url),
      });
      const row = (key: keyof typeof texts) => ({ figure: many[key], baseline: few[key] });
      return {
        posting: row('posting'),
        changing: row('changing'),
        memory: row('memory'),
        restart: row('restart'),
      };
    } finally {
      await simulator.close();
    }
  },
});

async function measure(run: Run, ids: number, awsUrl: string) {
  const folder = await run.folder();
  const list = join(folder, 'ids.jsonl');
  const put = async (from: number, count: number) => {
    await writeFile(`${list}.new`, toLines(from, count));
    await rename(`${list}.new`, list);
  };
  const begin = () => start(run, folder, toConfig(awsUrl, list));
  await put(0, Math.min(FEW, ids));
  const first = await begin();
  // What every first pass costs, such as loading the SDK, is not what is measured here.
  await first.until(({ passes }) => passes >= 2);
  await put(0, ids);
  await first.longestBlockMs();
  await first.until(({ registered }) => registered >= 0.99 * ids - FEW);
  const posting = await first.longestBlockMs();
  const { passes } = await first.numbers();
  await put(ids / 2, ids);
  // The first of two passes may have begun before.
  await first.until((now) => now.passes >= passes + 2);
  const changing = await first.longestBlockMs();
  const memory = memoryOf(first.pid).peak;
  await first.stop();
  const again = await begin();
  await again.until((now) => now.passes > 0);
  await again.stop();
  return { posting, changing, memory, restart: again.startMs / 1_000 };
}

function toConfig(awsUrl: string, list: string): string {
  return `
targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${awsUrl}"}
client_vpn: {enabled: false}
websocket:
  enabled: true
  schedule: "*/2 * * * * *"
  timeout: 60s
  sample_size: 10
  endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: file, path: "${list}"}}]
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

async function start(run: Run, folder: string, config: string) {
  const beganAt = performance.now();
  const program = await startProgram(run, { folder, config, preload: BLOCK_MONITOR });
  const url = await program.url;
  const first = await (await fetch(url)).text();
  const startMs = performance.now() - beganAt;
  if (!first.includes('aws_connections_exporter_build_info')) throw new Error(`an odd answer: ${first}`);
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
    ...program,
    startMs,
    numbers,
    async until(isThere: (now: Numbers) => boolean): Promise<void> {
      const giveUpAt = performance.now() + LONGEST_MS;
      for (let now = await numbers(); !isThere(now); now = await numbers()) {
        if (performance.now() > giveUpAt) throw new Error(`it stands at ${JSON.stringify(now)}`);
        await run.wait(ASK_EVERY_MS);
      }
    },
    longestBlockMs: () => longestBlockMs(run, program.child),
  };
}
