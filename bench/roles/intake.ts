import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Exporter } from '../../src/app/exporter.ts';
import { createLogger } from '../../src/app/log.ts';
import { Registries } from '../../src/collectors/websocket/registry/registries.ts';
import { loadConfig } from '../../src/config/load.ts';
import { inSteps, sleep, systemClock } from '../../src/core/clock.ts';
import { INTAKE_LIMITS } from '../../src/server/limits.ts';
import { listen } from '../../src/server/listen.ts';
import { openStorage } from '../../src/storage/open.ts';
import { slowStorage } from '../../test/support/slow-storage.ts';
import { answering } from '../frame/processes.ts';
import { API, TOKEN } from './intake-names.ts';
import { useKeys } from './keys.ts';

const ENDPOINT = `${API}.execute-api.eu-west-1.amazonaws.com/prod`;
/** A write takes half a second to two seconds. */
const [FASTEST_MS, SLOWEST_MS] = [500, 2000];
/** By then everything is on disk: what is being written, two seconds of waiting, and what came meanwhile. */
const SETTLED_MS = 2 * SLOWEST_MS + 2_000 + 1_000;

/** What an exporter that takes events in is made of. */
export interface ExportingOptions {
  /** Holds `token`, and the storage in `data`. */
  readonly folder: string;
  /** Where AWS is asked. */
  readonly awsUrl: string;
  readonly maxConnections: number;
  readonly isDiskSlow: boolean;
}

/** What an exporter used since it was asked last, and all the memory that it ever used. */
export interface Usage {
  readonly cpuMs: number;
  readonly longestBlockMs: number;
  readonly peakMegabytes: number;
}

const logger = createLogger({ level: 'error', format: 'logfmt', stream: { write: () => {} } });

/** In the child: an exporter as `serve` starts it, a pass every ten seconds; first says where its intake is and after how long. `close` ends it. */
export async function exporting({
  folder,
  awsUrl,
  maxConnections,
  isDiskSlow,
}: ExportingOptions): Promise<void> {
  useKeys();
  const clock = systemClock;
  const beganAt = clock.monotonic();
  const wait = () => sleep(clock, FASTEST_MS + Math.random() * (SLOWEST_MS - FASTEST_MS));
  const disk = await openStorage(join(folder, 'data'), { clock, logger });
  const storage = isDiskSlow ? slowStorage(disk, wait) : disk;
  const exporter = new Exporter({
    clock,
    logger,
    storage,
    random: Math.random,
    onProgress: () => {},
    listen: (app) => listen(app, [{ host: '127.0.0.1', port: 0 }], { limits: INTAKE_LIMITS }),
  });
  await exporter.apply(toConfig(folder, awsUrl, maxConnections));
  const startMs = clock.monotonic() - beganAt;
  exporter.schedule();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let before = process.cpuUsage();
  await answering(
    { url: exporter.intakeUrls[0], startMs },
    {
      usage: async (): Promise<Usage> => {
        const { user, system } = process.cpuUsage(before);
        before = process.cpuUsage();
        const longestBlockMs = delay.max / 1e6;
        delay.reset();
        const peakMegabytes = process.resourceUsage().maxRSS / 1024;
        return { cpuMs: (user + system) / 1000, longestBlockMs, peakMegabytes };
      },
      close: async () => {
        // Closing does not wait for a disk as slow as this one.
        await sleep(clock, SETTLED_MS);
        await exporter.close();
        await storage.close();
      },
    },
  );
}

function toConfig(folder: string, awsUrl: string, maxConnections: number) {
  const text = `
targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${awsUrl}"}
client_vpn: {enabled: false}
websocket:
  enabled: true
  schedule: "*/10 * * * * *"
  timeout: 8s
  endpoints: [{url: "https://${ENDPOINT}", source: {type: intake}}]
intake: {enabled: true, token_file: "${join(folder, 'token')}", max_connections: ${maxConnections}}
`;
  const loaded = loadConfig({ text, readFile: () => TOKEN });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** How many connections a folder is filled with, that can be alive and that are dead. */
export interface FillingOptions {
  readonly folder: string;
  readonly open: number;
  readonly dead: number;
}

/** In the child: fills the folder. */
export async function filling({ folder, open, dead }: FillingOptions): Promise<void> {
  await withRegistry(folder, async ({ registry }, flush) => {
    const now = systemClock.now();
    for (let n = 0; n < open + dead; n += 1) {
      const event = { connectionId: `${n.toString(36).padStart(15, 'L')}=`, connectedAt: now - 60_000 };
      registry.take({ ...event, type: n < open ? 'connect' : 'disconnect' }, now, () => true);
    }
    await flush();
  });
  await answering(null, {});
}

/** In the child: says first which ids in the folder can be alive. */
export async function readingIds({ folder }: { readonly folder: string }): Promise<void> {
  const all = Number.POSITIVE_INFINITY;
  await answering(
    await withRegistry(
      folder,
      async ({ registry }) => (await inSteps(registry.drawing(all, all, Math.random))).ids,
    ),
    {},
  );
}

async function withRegistry<T>(
  folder: string,
  use: (keeper: Awaited<ReturnType<Registries['open']>>, flush: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(join(folder, 'data'), { clock: systemClock, logger });
  try {
    const registries = new Registries({ storage, clock: systemClock, logger });
    const keeper = await registries.open({ endpointId: ENDPOINT, source: 'intake', detail: '' });
    return await use(keeper, () => registries.flush());
  } finally {
    await storage.close();
  }
}
