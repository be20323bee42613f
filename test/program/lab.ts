import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createWorld, type World } from '../../src/simulator/client-vpn/world.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { createVpnWorld, type VpnWorld } from '../../src/simulator/site-to-site-vpn/world.ts';
import { createQueueWorld, type QueueWorld } from '../../src/simulator/sqs/world.ts';
import {
  createWebSocketWorld,
  type WebSocketWorld,
  type WebSocketWorldOptions,
} from '../../src/simulator/websocket/world.ts';
import { type Series, toSeries } from './exposition.ts';
import { type Ended, eventually, type LaunchOptions, type Running, run, start } from './program.ts';

/** Sections of a configuration file as YAML flow mappings without their braces. */
export interface Sections {
  readonly targets?: string;
  readonly aws?: string;
  readonly clientVpn?: string;
  readonly websocket?: string;
  readonly siteToSiteVpn?: string;
  readonly intake?: string;
}

/** A daemon that listens. */
export interface Daemon extends Running {
  readonly url: string;
  /** Where it takes events in; empty if nowhere. */
  readonly intakeUrl: string;
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** The exposition, read by a real scrape. */
  scrape(): Promise<Series>;
}

/** A simulated AWS, and a folder with a configuration that reaches it. */
export interface Lab {
  readonly world: World;
  readonly websockets: WebSocketWorld;
  readonly vpns: VpnWorld;
  readonly queues: QueueWorld;
  readonly simulator: Simulator;
  readonly folder: string;
  readonly configFile: string;
  /** The storage folder that `serve` and `once` use here. */
  readonly storage: string;
  /** Replaces the configuration file. */
  configure(sections: Sections): void;
  /** Runs a command with `--config.file`, and more flags, to its end. */
  run(command: string, ...more: readonly string[]): Promise<Ended>;
  /** `once` with the storage folder. */
  once(...more: readonly string[]): Promise<Ended>;
  /** Starts `serve` on any free port and waits until it listens. */
  serve(more?: readonly string[], options?: LaunchOptions): Promise<Daemon>;
  /** The flags that `serve` gets. */
  readonly serveFlags: readonly string[];
}

/** A lab that is gone when the test ends. */
export async function openLab(
  sections: Sections = {},
  options: Omit<WebSocketWorldOptions, 'logs'> = {},
): Promise<Lab> {
  const world = createWorld(options);
  const websockets = createWebSocketWorld(options);
  const vpns = createVpnWorld(options);
  const queues = createQueueWorld(options);
  const simulator = await startSimulator({ world, websockets, vpns, queues });
  const folder = temporaryFolder();
  onTestFinished(() => simulator.close());
  const configFile = join(folder, 'exporter.yaml');
  const storage = join(folder, 'data');
  const configure = (given: Sections) => {
    const { targets, aws = 'max_attempts: 1', clientVpn = '', websocket = '', siteToSiteVpn = '' } = given;
    const lines = [
      `targets: [${targets ?? '{name: lab, regions: [eu-west-1], account_id: "111122223333"}'}]`,
      `aws: {endpoint_url: "${simulator.url}", ${aws}}`,
      `client_vpn: {${clientVpn}}`,
      `websocket: {${websocket}}`,
      `site_to_site_vpn: {${siteToSiteVpn}}`,
      `intake: {${given.intake ?? ''}}`,
    ];
    writeFileSync(configFile, `${lines.join('\n')}\n`);
  };
  configure(sections);
  const config = `--config.file=${configFile}`;
  const serveFlags = [config, `--storage.path=${storage}`, '--web.listen-address=127.0.0.1:0'];
  return {
    world,
    websockets,
    vpns,
    queues,
    simulator,
    folder,
    configFile,
    storage,
    configure,
    serveFlags,
    run: (command, ...more) => run([command, config, ...more]),
    once: (...more) => run(['once', config, `--storage.path=${storage}`, ...more]),
    serve: (more = [], launchOptions = {}) =>
      listening(start(['serve', ...serveFlags, ...more], launchOptions)),
  };
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Waits until a daemon says where it listens. */
export async function listening(running: Running): Promise<Daemon> {
  const url = await eventually(() => {
    const found = /\bmsg=Listening urls="?(https?:\/\/[^/]+)/.exec(running.stderr())?.[1];
    if (found === undefined) throw new Error(`it does not listen yet:\n${running.stderr()}`);
    return found;
  });
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return {
    ...running,
    url,
    intakeUrl: /msg="Taking in events" urls=(https?:\/\/[^/]+)/.exec(running.stderr())?.[1] ?? '',
    get,
    async scrape() {
      const { status, text } = await get('/metrics');
      if (status !== 200) throw new Error(`/metrics answers ${status}: ${text}`);
      return toSeries(text);
    },
  };
}

/** Waits until the first pass has ended, well or badly. */
export async function ready(daemon: Daemon): Promise<void> {
  await eventually(async () => {
    const { status, text } = await daemon.get('/-/ready');
    if (status !== 200) throw new Error(`it is not ready: ${text}`);
  });
}
