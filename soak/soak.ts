import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../src/simulator/wire/random.ts';
import type { Exposition } from '../test/support/exposition.ts';
import { openAws } from './aws.ts';
import { type Clients, createClients } from './clients.ts';
import { BROKEN, toYaml } from './configuration.ts';
import { type Held, type Machine, startMachine } from './machine.ts';
import { createTroubles } from './trouble.ts';
import { untruths } from './truth.ts';

/** What a soak is. */
export interface SoakOptions {
  /** Of real time; each is an hour of the program's. */
  readonly minutes: number;
  readonly seed: number;
  /** The built program. */
  readonly program: string;
  /** Hears of each minute. */
  readonly onMinute?: (row: Row) => void;
}

/** How it stood at the end of a minute. */
export interface Row extends Held {
  readonly minute: number;
  /** Since the start. */
  readonly passes: number;
  readonly failedPasses: number;
  readonly reloads: number;
  readonly series: number;
  readonly checked: number;
  readonly troubles: string;
}

interface Look {
  readonly held: Held;
  readonly series: number;
}

/** Everything that went wrong, a sentence each. */
export interface Soaked {
  readonly rows: readonly Row[];
  readonly faults: readonly string[];
}

const SPEED = 60;
const TICK_MS = 250;
/** In ticks. */
const EVERY = { churn: 4, scrape: 4, disturb: 3, reload: 26, look: 8 };
/** AWS lists for an hour what has ended, and the program remembers it for two: from then on as much goes as comes. */
const STEADY_MINUTES = 3.5;
const SAMPLES = 10;
/** What may be more at the end than before. */
const MORE = { heap: 1.05, heapBytes: 2_000_000, series: 1.1, others: 5 };

/** Runs the program in trouble, and then in peace; resolves to all that was wrong. */
export async function soak({ minutes, seed, program, onMinute = () => {} }: SoakOptions): Promise<Soaked> {
  const origin = Date.now();
  const now = () => Math.floor(origin + (Date.now() - origin) * SPEED);
  const aws = await openAws(seed, now);
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const file = join(folder, 'exporter.yaml');
  const flags = [
    `--config.file=${file}`,
    `--storage.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ];
  writeFileSync(file, toYaml(aws.simulator.url, 0));
  const machine = await startMachine(program, flags, { speed: SPEED, origin });
  const random = createRandom(seed);
  const clients = createClients(random, aws, machine);
  const troubles = createTroubles(random, aws, machine);
  const rows: Row[] = [];
  const looks: Look[] = [];
  let reloads = 0;
  const reload = () => {
    reloads += 1;
    writeFileSync(file, reloads % 3 === 0 ? BROKEN : toYaml(aws.simulator.url, reloads));
    machine.signal('SIGHUP');
  };
  try {
    await passed(machine, clients, 1);
    const beganAt = Date.now();
    for (let tick = 1; Date.now() - beganAt < minutes * 60_000; tick += 1) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      if (tick % EVERY.churn === 0) aws.churn();
      const minute = (Date.now() - beganAt) / 60_000;
      await troubles.tick(Date.now() - beganAt);
      if (tick % EVERY.disturb === 0) clients.disturb();
      if (tick % EVERY.reload === 0) reload();
      if (tick % EVERY.scrape === 0) await clients.scrape();
      if (tick % EVERY.look !== 0) continue;
      const held = await machine.make({});
      const series = clients.metrics?.series.length ?? 0;
      looks.push({ held, series });
      if (Math.floor(minute) < rows.length + 1) continue;
      rows.push(toRow(rows.length + 1, held, clients, reloads, troubles.made));
      onMinute(rows[rows.length - 1] as Row);
    }
    await troubles.end();
    writeFileSync(file, toYaml(aws.simulator.url, 0));
    machine.signal('SIGHUP');
    await clients.settled();
    await passed(machine, clients, 2);
    const metrics = await clients.scrape();
    const untrue = metrics ? untruths(metrics, aws, clients.told) : [];
    rows.push(toRow(minutes, await machine.make({}), clients, reloads, troubles.made));
    onMinute(rows[rows.length - 1] as Row);
    const leaked = minutes > STEADY_MINUTES ? leaks(looks) : [];
    const ending = await end(machine);
    const again = metrics ? await startAgain(program, flags, now, metrics) : [];
    return { rows, faults: [...clients.faults, ...untrue, ...leaked, ...ending, ...again] };
  } finally {
    machine.signal('SIGKILL');
    await clients.close();
    await aws.simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves when so many passes of each collector have begun and ended well from now on; rejects when they do not come. */
async function passed(machine: Machine, clients: Clients, passes: number): Promise<void> {
  const good = (metrics: Exposition | undefined) =>
    new Map(
      metrics
        ?.all('aws_connections_exporter_passes_total')
        .map(({ labels, value }) => [
          labels.collector ?? '',
          value - (metrics.value('aws_connections_exporter_passes_failed_total', labels) ?? 0),
        ]),
    );
  // The one under way began before now.
  const before = good(await clients.scrape());
  for (let tries = 0; tries < 600; tries += 1) {
    const now = good(await clients.scrape());
    if (now.size > 0 && [...now].every(([name, count]) => count > (before.get(name) ?? 0) + passes)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`passes do not end well in peace:\n${machine.stderr().slice(-5_000)}`);
}

function toRow(
  minute: number,
  held: Held,
  { metrics, checked }: Clients,
  reloads: number,
  made: ReadonlyMap<string, number>,
): Row {
  const sum = (name: string) => metrics?.all(name).reduce((total, { value }) => total + value, 0) ?? 0;
  return {
    minute,
    ...held,
    passes: sum('aws_connections_exporter_passes_total'),
    failedPasses: sum('aws_connections_exporter_passes_failed_total'),
    reloads,
    series: metrics?.series.length ?? 0,
    checked,
    troubles: [...made].map(([kind, count]) => `${kind} ${count}`).join(', '),
  };
}

/** What the program holds more of at the end than when as much went as came. */
function leaks(looks: readonly Look[]): readonly string[] {
  const steady = looks.slice(Math.floor((looks.length * 2) / 5));
  const [first, last] = [steady.slice(0, SAMPLES), steady.slice(-SAMPLES)];
  const found: string[] = [];
  const compare = (
    what: string,
    {
      of,
      typical,
      most,
    }: { of: (look: Look) => number; typical: typeof median; most(before: number): number },
  ) => {
    const [before, after] = [typical(first.map(of)), typical(last.map(of))];
    if (after > most(before)) found.push(`${what} grew from ${before} to ${after}`);
  };
  const heap = (bytes: number) => bytes * MORE.heap + MORE.heapBytes;
  const some = (count: number) => count + MORE.others;
  compare('the heap', { of: ({ held }) => held.heap, typical: median, most: heap });
  // What is under way takes some; what is left of it is there when nothing is.
  compare('descriptors', { of: ({ held }) => held.descriptors, typical: least, most: some });
  compare('timers', { of: ({ held }) => held.timers, typical: least, most: some });
  compare('series', { of: ({ series }) => series, typical: median, most: (count) => count * MORE.series });
  return found;
}

/** Ends the program as systemd does, in its own time. */
async function end(machine: Machine): Promise<readonly string[]> {
  await machine.make({ speed: 1 });
  machine.signal('SIGTERM');
  const { code, signal } = await machine.ended;
  return code === 0 ? [] : [`SIGTERM ended it with ${code ?? signal}:\n${machine.stderr().slice(-2_000)}`];
}

/** Counters are as high as they were, once it is started again. */
async function startAgain(
  program: string,
  flags: readonly string[],
  now: () => number,
  before: Exposition,
): Promise<readonly string[]> {
  const machine = await startMachine(program, flags, { speed: 1, origin: now() });
  try {
    const found: string[] = [];
    const text = await (await fetch(`${machine.url}/metrics`)).text();
    const { toExposition } = await import('../test/support/exposition.ts');
    const after = toExposition(text);
    for (const { name, labels, value } of before.series) {
      if (!/^aws_(client_vpn|websocket)_.*_total$/.test(name) || labels.connection_id !== undefined) continue;
      const next = after.value(name, labels);
      if (next === undefined || next < value)
        found.push(`${name} ${JSON.stringify(labels)} was ${value}, and is ${next} after a restart`);
    }
    return found;
  } finally {
    machine.signal('SIGKILL');
    await machine.ended;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function least(values: readonly number[]): number {
  return Math.min(...values);
}
