import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorld } from '../../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { createWebSocketWorld } from '../../src/simulator/websocket/world.ts';
import { createBursts, createSender } from '../../test/support/intake-load.ts';
import type { Study } from '../frame/row.ts';
import { percentile, type Run } from '../frame/run.ts';
import type { ExportingOptions, FillingOptions, Usage } from '../roles/intake.ts';
import { API, TOKEN } from '../roles/intake-names.ts';

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

/** 10,000 events, 500 a second in bursts of 100, at an exporter in each situation. */
export const intakeInTrouble: Study = {
  name: 'intake',
  async measure(run) {
    const rows: (readonly string[])[] = [];
    for (const situation of run.size(SITUATIONS, SITUATIONS.slice(0, 1)))
      rows.push(await measure(run, situation));
    return {
      title:
        'The intake: 10,000 events, 500 a second in bursts of 100, half of them over connections of their own',
      header: [
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
      rows,
    };
  },
};

async function measure(run: Run, { name, isBad, open, dead, maxConnections }: Situation) {
  run.say(name);
  const folder = await run.folder();
  const websockets = createWebSocketWorld();
  websockets.addApi({ apiId: API });
  const simulator = await startSimulator({ world: createWorld(), websockets });
  if (isBad) simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
  try {
    await writeFile(join(folder, 'token'), TOKEN);
    const filling: FillingOptions = { folder, open, dead };
    await run.start('filling', filling).then(({ child }) => child.stop());
    const options: ExportingOptions = { folder, awsUrl: simulator.url, maxConnections, isDiskSlow: isBad };
    const { child, first } = await run.start<{ url: string; startMs: number }>('exporting', options);
    await child.ask<Usage>('usage');
    const events = run.size(10_000, 500);
    const { times, statuses } = await sendLoad(run, first.url, websockets, events);
    const { cpuMs, longestBlockMs, peakMegabytes } = await child.ask<Usage>('usage');
    await child.ask('close');
    await child.stop();
    const reading = await run.start<readonly string[]>('reading-ids', { folder });
    await reading.child.stop();
    const isFull = open >= maxConnections;
    const expected = new Set(isFull ? [] : websockets.connections(API).map(({ id }) => id));
    const ids = new Set(reading.first.filter((id) => id.endsWith('==')));
    const wrong = [...expected, ...ids].filter((id) => !expected.has(id) || !ids.has(id)).length;
    return [
      name,
      [...statuses].map(([status, count]) => `${status}: ${count}`).join(', '),
      ...[0.5, 0.99].map((share) => `${percentile(times, share).toFixed(1)} ms`),
      `${percentile(times, 1).toFixed(0)} ms`,
      `${longestBlockMs.toFixed(0)} ms`,
      String(ids.size),
      String(wrong),
      `${((cpuMs * 1000) / events).toFixed(0)} µs`,
      `${peakMegabytes.toFixed(0)} MB`,
      `${(first.startMs / 1000).toFixed(1)} s`,
    ];
  } finally {
    await simulator.close();
  }
}

async function sendLoad(
  run: Run,
  url: string,
  world: ReturnType<typeof createWebSocketWorld>,
  events: number,
) {
  const sender = createSender(url, TOKEN);
  const times: number[] = [];
  const statuses = new Map<number | 'failed', number>();
  const sends: Promise<void>[] = [];
  const beganAt = performance.now();
  for (const burst of createBursts({ world, apiId: API, events, burst: BURST })) {
    const dueAt = beganAt + (sends.length / BURST) * BURST_EVERY_MS;
    await run.wait(dueAt - performance.now());
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
  return { times, statuses };
}
