import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { createWorld, type World } from '../../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { createWebSocketWorld } from '../../src/simulator/websocket/world.ts';
import { type Exposition, toExposition } from '../../test/support/exposition.ts';
import { type Running, scrape, startExporter } from '../exporter.ts';
import { type Bytes, type Change, changed, changesOf, toBuffer } from '../mutations.ts';
import { pause } from '../sockets.ts';
import { withKeys } from '../surroundings.ts';
import { createTarget } from '../target.ts';

const API = 'a1b2c3d4e5';
const PIECES = [
  '\n',
  '0',
  '9',
  '[',
  ']',
  '"',
  ',',
  'sha256 ',
  '{}',
  'null',
  '\0\0\0\0',
  '[1,"a",2]\n',
  '-',
  '1e999',
  '["u4",0]',
  '["f8"]',
  '"rows":4096',
];

interface Input {
  /** What happens to the files of the folder, each counted round its sorted list. */
  readonly files: readonly {
    readonly file: number;
    readonly to: readonly Change[] | 'gone' | 'empty' | number;
  }[];
  /** What the lock says that is found there; null for none. */
  readonly lock: string | null;
}

const LOCKS: readonly string[] = ['', '{"pid":0}', '{"pid":1e99}', 'null', '\xff', '{"pid":-1,"host":"\n"}'];
/** Seldom: a lock of nobody known is watched for five seconds. */
const lock = fc.oneof(
  { weight: 150, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(...LOCKS) },
);

function inputOf(to: fc.Arbitrary<Input['files'][number]['to']>): fc.Arbitrary<Input> {
  const file = fc.record({ file: fc.nat(20), to });
  return fc.record({ files: fc.array(file, { minLength: 1, maxLength: 2 }), lock });
}

const changing = Object.entries(changesOf(PIECES)).map(
  ([kind, changes]) => [kind, inputOf(changes)] as const,
);

/** What an exporter finds on disk when it starts. */
export const stateFiles = createTarget<Input>({
  name: 'state-files',
  inputs: {
    ...Object.fromEntries(changing),
    'gone or empty': inputOf(fc.constantFrom('gone', 'empty')),
    exchanged: inputOf(fc.nat(20)),
  },
  async open() {
    const release = withKeys();
    const { yaml, folder, files, truth, close } = await createState();
    const nameOf = (file: number) => files[file % files.length] ?? '';
    return {
      async judge({ files: changes, lock: found }) {
        const own = mkdtempSync(join(tmpdir(), 'fuzz-'));
        const data = join(own, 'data');
        cpSync(folder, data, { recursive: true });
        for (const { file, to } of changes) {
          const path = join(data, nameOf(file));
          if (to === 'gone') rmSync(path, { force: true });
          else writeFileSync(path, toContent(path, to, folder, files));
        }
        if (found !== null) writeFileSync(join(data, 'lock'), toBuffer(found));
        try {
          const first = await live(own, yaml);
          // A ledger that is gone is one that never was: nothing else tells of it.
          const isForgotten = changes.some(
            ({ file, to }) => to === 'gone' && nameOf(file).endsWith('.ledger'),
          );
          if (!isForgotten) judgeTotals(first, truth);
          const second = await live(own, yaml);
          if (lost(second) > 0) throw new Error(`what is lost is said twice: ${second.log.join('\n')}`);
          judgeGrowth(first, second);
        } finally {
          rmSync(own, { recursive: true, force: true });
        }
      },
      async close() {
        await close();
        release();
      },
    };
  },
});

function toContent(
  path: string,
  to: readonly Change[] | 'empty' | number,
  folder: string,
  files: readonly string[],
) {
  if (to === 'empty') return '';
  if (typeof to === 'number') return readFileSync(join(folder, files[to % files.length] ?? ''));
  let bytes: Bytes = '';
  try {
    bytes = readFileSync(path, 'latin1');
  } catch {
    // It is gone by now: what comes is all there is.
  }
  return toBuffer(changed(bytes, to));
}

interface Life {
  readonly metrics: Exposition;
  readonly log: readonly string[];
}

/** Starts an exporter, lets it pass over everything twice, and ends it. */
async function live(folder: string, yaml: string, during = async (_: Running) => {}): Promise<Life> {
  const running = await startExporter(folder, yaml);
  try {
    const before = toExposition(await scrape(running));
    await during(running);
    if (!(await running.exporter.runOnce())) throw new Error(`a pass failed: ${running.log.join('\n')}`);
    const metrics = toExposition(await scrape(running));
    judgeGrowth({ metrics: before, log: [] }, { metrics, log: running.log });
    return { metrics, log: running.log };
  } finally {
    await running.close();
  }
}

/** A folder as an exporter left it that ended in peace, and what is true of it. */
async function createState() {
  const world = createWorld();
  const websockets = createWebSocketWorld();
  websockets.addApi({ apiId: API });
  const simulator = await startSimulator({ world, websockets });
  const yaml = `
targets: [{name: home, regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${simulator.url}", max_attempts: 1}
client_vpn: {schedule: "0 0 0 1 1 *", stale_after: 3y, requests_per_second: 1000, users: {enabled: true}}
websocket:
  enabled: true
  schedule: "0 0 0 1 1 *"
  stale_after: 3y
  requests_per_second: 1000
  endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]
intake: {enabled: true, allow_unauthenticated: true, listen_address: "127.0.0.1:0"}
`;
  const own = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const endpoints = [world.addEndpoint({ name: 'a' }), world.addEndpoint({ name: 'b' })];
  const life = await live(own, yaml, async ({ intakePort, exporter }) => {
    for (let n = 0; n < 6; n += 1) {
      talk(world, endpoints[n % 2] ?? '', n);
      const id = websockets.connect(API);
      await tell(intakePort, 'connect', id);
      if (n % 3 !== 0) continue;
      // A batch of its own in the journal.
      await pause(1_200);
      websockets.disconnect(id);
      await tell(intakePort, 'disconnect', id);
      await exporter.runOnce();
    }
  });
  if (lost(life) > 0) throw new Error(life.log.join('\n'));
  const folder = join(own, 'data');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'lock')
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort();
  return {
    yaml,
    folder,
    files,
    truth: life.metrics,
    async close() {
      await simulator.close();
      rmSync(own, { recursive: true });
    },
  };
}

function talk(world: World, endpointId: string, n: number): void {
  const id = world.connect(endpointId, { username: `user${n}` });
  world.talk(id, { ingressBytes: 1_000 * n + 7, egressBytes: 10, ingressPackets: 3, egressPackets: 1 });
}

async function tell(port: number, type: string, connectionId: string): Promise<void> {
  const body = JSON.stringify({ connectionId, apiId: API, stage: 'prod' });
  const response = await fetch(`http://127.0.0.1:${port}/websocket/${type}`, { method: 'POST', body });
  if (response.status !== 200) throw new Error(`the intake answers ${response.status}`);
}

function lost({ metrics }: Life): number {
  return metrics.value('aws_connections_exporter_storage_files_set_aside_total') ?? 0;
}

/** What is counted of connections, and survives a restart. */
const COUNTERS = /^aws_(client_vpn|websocket)_.*(_total|_bucket|_sum|_count)$/;
/** They go on from pass to pass. */
const GROWING = /^aws_websocket_(lookups_total|connection_(age|idle)_seconds)/;

/** Throws unless every counter is as before, or loss is told; more than before is never true. */
function judgeTotals(life: Life, truth: Exposition): void {
  for (const { name, labels, value } of truth.series) {
    if (!COUNTERS.test(name) || GROWING.test(name)) continue;
    const now = life.metrics.value(name, labels);
    const what = `${name} ${JSON.stringify(labels)} was ${value} and is ${now}`;
    if (now !== value && lost(life) === 0) throw new Error(`${what}, and nothing is said to be lost`);
    if ((now ?? 0) > value) throw new Error(`${what}, which is more than there was`);
  }
}

function judgeGrowth(before: Life, after: Life): void {
  for (const { name, labels, value } of before.metrics.series) {
    if (!COUNTERS.test(name)) continue;
    const now = after.metrics.value(name, labels);
    if (now === undefined || now < value)
      throw new Error(`${name} ${JSON.stringify(labels)} fell from ${value} to ${now}`);
  }
}
