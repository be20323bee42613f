import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { loadDashboards } from '../../src/app/dashboards.ts';
import { documents } from '../../src/app/documents.ts';
import { Exporter } from '../../src/app/exporter.ts';
import { createLogger } from '../../src/app/log.ts';
import { readConfig, readNextConfig } from '../../src/cli/configuration.ts';
import { showConfig } from '../../src/config/show.ts';
import { systemClock } from '../../src/core/clock.ts';
import { toListenAddress } from '../../src/fields/listen-address.ts';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import { createWorld, type World } from '../../src/simulator/client-vpn/world.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import {
  createVpnWorld,
  type VpnWorld,
  type VpnWorldOptions,
} from '../../src/simulator/site-to-site-vpn/world.ts';
import { createQueueWorld, type QueueWorld } from '../../src/simulator/sqs/world.ts';
import { createWebSocketWorld, type WebSocketWorld } from '../../src/simulator/websocket/world.ts';
import { openStorage } from '../../src/storage/open.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type Sections, stubCredentials, toYaml } from './configuration.ts';
import { type Exposition, toExposition } from './exposition.ts';
import { createHandClock, type HandClock } from './hand-clock.ts';

export interface RigOptions extends Sections {
  /** How Site-to-Site VPN connections come and go by themselves. */
  readonly vpns?: Omit<VpnWorldOptions, 'now'>;
  readonly simulator?: Omit<SimulatorOptions, 'world' | 'vpns' | 'websockets' | 'queues'>;
  /** The environment, beside the credentials of HOME; undefined is not set. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** When the clock begins, milliseconds since 1970. */
  readonly startAt?: number;
  /** Keeps nothing on disk; otherwise the ledger is in a folder of its own. */
  readonly diskless?: boolean;
  /** What the exporter gets instead of the storage of its folder. */
  readonly wrapStorage?: (storage: Storage) => Storage;
  /** Called after every page of a listing, before the next page is asked for. */
  readonly onPage?: (endpointId: string, connections: number) => void;
}

/** An exporter that polls the simulator through the real SDK, and that is read over HTTP; one clock for all, moved by hand. */
export interface Rig {
  readonly simulator: Simulator;
  readonly world: World;
  readonly vpns: VpnWorld;
  readonly websockets: WebSocketWorld;
  readonly queues: QueueWorld;
  readonly clock: HandClock;
  /** Holds the configuration file and the storage. */
  readonly folder: string;
  readonly exporter: Exporter;
  /** Where the intake takes events in: on any free port, unless the configuration names an address. */
  readonly intakeUrl: string;
  /** The log lines so far, as people read them. */
  readonly log: readonly string[];
  /** Lets 30 s go by and runs one pass; whether it succeeded. */
  pass(): Promise<boolean>;
  /** Resolves when no pass is under way. */
  idle(): Promise<void>;
  /** Resolves when so many listings of connections have been asked for, since the simulator started. */
  listed(requests: number): Promise<void>;
  get(path: string, init?: RequestInit): Promise<{ readonly status: number; readonly text: string }>;
  metrics(): Promise<Exposition>;
  /** Writes the configuration file: these sections, or this text as it is. */
  configure(sections: Sections | string): Promise<void>;
  /** `configure`, then POST /-/reload, which begins a pass when it succeeds. */
  reload(sections: Sections | string): Promise<{ readonly status: number; readonly text: string }>;
  /** Ends the exporter and starts another with the same file and storage. */
  restart(): Promise<void>;
  /** The same with the storage as it is now: nothing is saved on the way out. */
  crash(): Promise<void>;
}

/** Starts all of it; it ends with the test. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  stubCredentials();
  for (const [name, value] of Object.entries(options.env ?? {})) vi.stubEnv(name, value);
  const clock = createHandClock(options.startAt);
  const world = createWorld({ now: () => clock.now() });
  const vpns = createVpnWorld({ ...options.vpns, now: () => clock.now() });
  const websockets = createWebSocketWorld({ now: () => clock.now() });
  const queues = createQueueWorld({ now: () => clock.now() });
  const simulator = await startSimulator({ world, vpns, websockets, queues, ...options.simulator });
  const folder = await mkdtemp(join(tmpdir(), 'exporter-'));
  const file = join(folder, 'exporter.yaml');
  const log: string[] = [];

  const write = (sections: Sections | string) =>
    writeFile(file, typeof sections === 'string' ? sections : toYaml(sections, simulator.url));
  await write(options);
  let running = await start(options, folder, file, clock, log);
  onTestFinished(async () => {
    await running.close();
    await simulator.close();
    await rm(folder, { recursive: true });
  });

  const get: Rig['get'] = async (path, init) => {
    const response = await fetch(`${running.url}${path}`, init);
    return { status: response.status, text: await response.text() };
  };
  const idle = () =>
    until(async () => running.exporter.status().collectors.every(({ startedAt }) => startedAt === undefined));
  return {
    simulator,
    world,
    vpns,
    websockets,
    queues,
    clock,
    folder,
    log,
    get exporter() {
      return running.exporter;
    },
    get intakeUrl() {
      return running.exporter.intakeUrls[0] ?? '';
    },
    idle,
    async pass() {
      await idle();
      await clock.advance(30_000);
      return running.exporter.runOnce();
    },
    listed: (requests) =>
      until(async () => {
        const all = simulator.requests();
        return all.filter(({ action }) => action === 'DescribeClientVpnConnections').length >= requests;
      }),
    get,
    metrics: async () => toExposition((await get('/metrics')).text),
    configure: write,
    async reload(sections) {
      await write(sections);
      return get('/-/reload', { method: 'POST' });
    },
    async restart() {
      await running.close();
      running = await start(options, folder, file, clock, log);
    },
    async crash() {
      const data = join(folder, 'data');
      await cp(data, `${data}-at-crash`, { recursive: true, filter: (path) => !path.endsWith('/lock') });
      await running.close();
      await rm(data, { recursive: true });
      await rename(`${data}-at-crash`, data);
      running = await start(options, folder, file, clock, log);
    },
  };
}

/** The lines of a log that say `message`. */
export function said(log: readonly string[], message: string): readonly string[] {
  return log.filter((line) => line.includes(message));
}

/** Resolves when `condition` holds; the test's own timeout ends a wait that is in vain. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

const DEFAULT_INTAKE = ':10177';

/** As `serve` does it, with a clock that is moved by hand, and without a schedule until the first reload. */
async function start(
  { diskless = false, onPage, wrapStorage = (storage) => storage }: RigOptions,
  folder: string,
  file: string,
  clock: HandClock,
  log: string[],
) {
  const logger = createLogger({
    level: 'debug',
    format: 'logfmt',
    clock,
    stream: { write: (line) => log.push(line.trimEnd()) },
  });
  const loaded = readConfig(file);
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  // The lock of the folder shows its pulse in real time.
  const storage = await openStorage(diskless ? '' : join(folder, 'data'), { clock: systemClock, logger });
  const exporter = new Exporter({
    clock,
    logger,
    storage: wrapStorage(storage),
    random: () => 0.5,
    onProgress: (endpointId, connections) => onPage?.(endpointId, connections),
    listen: (listener, address, options) => {
      const given = address === DEFAULT_INTAKE ? '127.0.0.1:0' : address;
      const parsed = toListenAddress(given ?? '');
      if (typeof parsed === 'string') throw new Error(parsed);
      return listen(listener, [parsed], options);
    },
  });
  await exporter.apply(loaded.config);
  const app = createApp({
    clock,
    telemetryPath: '/metrics',
    maxRequests: 0,
    scrape: (form, gzip) => exporter.scrape(form, gzip),
    status: () => exporter.status(),
    dashboards: () => loadDashboards(''),
    documents,
    notReady: () => exporter.notReady(),
    reload: () => reload(),
    config: () => showConfig(exporter.config),
    connections: () => exporter.table('connections'),
    onFull: () => {},
    onError: (path, err) => logger.error('A request could not be answered', { path, err }),
  });
  let isScheduled = false;
  const reload = async () => {
    const problems = await exporter.reload(() => readNextConfig(file));
    if (problems.length === 0 && !isScheduled) {
      isScheduled = true;
      exporter.schedule();
    }
    return problems;
  };
  const { urls, close } = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  return {
    exporter,
    url: urls[0],
    async close() {
      await close();
      await exporter.close();
      await storage.close();
    },
  };
}
