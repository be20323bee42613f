import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { KEYS } from '../roles/keys.ts';
import { end } from './processes.ts';
import type { Run } from './run.ts';

/** How the program is started. */
export interface ProgramOptions {
  /** Holds its configuration and what it stores; another start may take both up again. */
  readonly folder: string;
  readonly config: string;
  /** A module that is loaded into it before it starts, and may answer messages. */
  readonly preload?: string;
  /** Any free one if not given. */
  readonly port?: number;
}

/** The exporter as it is shipped, running. */
export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves, once it listens, with where its metrics are. */
  readonly url: Promise<string>;
  /** As a service manager stops it; rejects when it says that not all was well. */
  stop(): Promise<void>;
}

/** Starts dist/main.js, which must have been built, with nothing of this machine's AWS. */
export async function startProgram(
  run: Run,
  { folder, config, preload, port = 0 }: ProgramOptions,
): Promise<Program> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'exporter.yaml');
  await writeFile(file, config);
  const child = run.spawn(
    process.execPath,
    [
      ...(preload ? ['--import', `data:text/javascript,${encodeURIComponent(preload)}`] : []),
      'dist/main.js',
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.format=json',
    ],
    {
      env: { PATH: process.env.PATH, HOME: folder, ...KEYS },
      stdio: ['ignore', 'ignore', 'pipe', preload ? 'ipc' : 'ignore'],
    },
  );
  const url = listening(child);
  // Who never asks where it listens need not hear that it was ended before.
  url.catch(() => {});
  return {
    pid: child.pid ?? 0,
    child,
    url,
    async stop() {
      const code = await end(child, 'SIGTERM');
      if (code !== 0) throw new Error(`the exporter ended with ${code}`);
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += chunk;
      const [, url] = /"urls":"(\S+?)"/.exec(text) ?? [];
      if (url) resolve(url);
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`the exporter ended with ${code ?? signal}: ${text}`)),
    );
  });
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
