import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld } from '../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { createWebSocketWorld } from '../src/simulator/websocket/world.ts';
import { createBursts, createSender } from '../test/support/intake-load.ts';
import { startChild } from './children.ts';
import { API, type ExportingOptions, readIds, TOKEN, type Usage } from './exporting.ts';

const EVENTS = 20_000;
const BURST = 100;
const BURST_EVERY_MS = 200;

/** In which state an exporter is when the load begins. */
interface Situation {
  readonly name: string;
  /** Whether AWS hangs and the disk is slow. */
  readonly isBad: boolean;
  /** Connections known before, that can be alive and that are dead. */
  readonly open: number;
  readonly dead: number;
  readonly maxConnections: number;
}

const SITUATIONS: readonly Situation[] = [
  { name: 'all is well', isBad: false, open: 0, dead: 0, maxConnections: 1_000_000 },
  { name: 'AWS hangs, the disk is slow', isBad: true, open: 0, dead: 0, maxConnections: 1_000_000 },
  { name: 'and `max_connections` are open', isBad: true, open: 5_000, dead: 0, maxConnections: 5_000 },
  {
    name: 'and 1,000,000 are known, half of them dead',
    isBad: true,
    open: 500_000,
    dead: 500_000,
    maxConnections: 1_000_000,
  },
];

/** How fast events were answered, in milliseconds, and with which statuses. */
interface Load {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers by status; `failed` for those that never came. */
  readonly statuses: ReadonlyMap<number | 'failed', number>;
}

/** The table's figures. */
export interface IntakeRow extends Load, Usage {
  readonly name: string;
  readonly startMs: number;
  /** Ids of the load that were on disk as open afterwards, and how many of them were not, or should not have been. */
  readonly ids: number;
  readonly wrongIds: number;
}

/** 20,000 events, 500 a second in bursts of 100, at an exporter in each situation. */
export async function benchIntake(): Promise<readonly IntakeRow[]> {
  const rows: IntakeRow[] = [];
  for (const situation of SITUATIONS) rows.push(await measure(situation));
  return rows;
}

async function measure({ name, isBad, open, dead, maxConnections }: Situation): Promise<IntakeRow> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-connections-exporter-bench-'));
  const websockets = createWebSocketWorld();
  websockets.addApi({ apiId: API });
  const simulator = await startSimulator({ world: createWorld(), websockets });
  if (isBad) simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
  try {
    await writeFile(join(folder, 'token'), TOKEN);
    const filled = await startChild('filling', [folder, String(open), String(dead)]);
    filled.child.stop();
    const options: ExportingOptions = { folder, awsUrl: simulator.url, maxConnections, isDiskSlow: isBad };
    const { child, first } = await startChild<{ url: string; startMs: number }>('exporting', [
      JSON.stringify(options),
    ]);
    await child.ask<Usage>('usage');
    const load = await sendLoad(first.url, websockets);
    const usage = await child.ask<Usage>('usage');
    await child.ask('close');
    child.stop();
    const isFull = open >= maxConnections;
    const expected = new Set(isFull ? [] : websockets.connections(API).map(({ id }) => id));
    const ids = new Set((await readIds(folder)).filter((id) => id.endsWith('==')));
    const wrongIds = [...expected, ...ids].filter((id) => !expected.has(id) || !ids.has(id)).length;
    return { name, ...load, ...usage, startMs: first.startMs, ids: ids.size, wrongIds };
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function sendLoad(url: string, world: ReturnType<typeof createWebSocketWorld>): Promise<Load> {
  const sender = createSender(url, TOKEN);
  const times: number[] = [];
  const statuses = new Map<number | 'failed', number>();
  const sends: Promise<void>[] = [];
  const beganAt = performance.now();
  for (const burst of createBursts({ world, apiId: API, events: EVENTS, burst: BURST })) {
    const dueAt = beganAt + (sends.length / BURST) * BURST_EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()));
    for (const event of burst) {
      const sentAt = performance.now();
      const answered = sender.send(event).then((status) => {
        times.push(performance.now() - sentAt);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      });
      sends.push(answered);
    }
  }
  await Promise.all(sends);
  sender.close();
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(Math.floor(share * times.length), times.length - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1), statuses };
}
