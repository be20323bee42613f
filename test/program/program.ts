import { type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, cpSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFailed, onTestFinished, vi } from 'vitest';
import { builtProgram } from '../support/build.ts';

/** The program as users start it: `node main …`. */
export const main = builtProgram();

/** A copy of the program below this folder, for a user who cannot go where the checkout lies; it is started like the program. */
export function copyProgram(folder: string): string {
  cpSync(dirname(main), folder, { recursive: true, filter: (path) => !path.endsWith('.map') });
  chmodSync(folder, 0o755);
  return join(folder, 'main.js');
}

/** Long enough for a machine under load: what is waited for comes at once, or it is broken. */
export const DEADLINE_MS = 30_000;
// A test waits several times, so that a deadline fails with what was seen, not with the time that was up.
vi.setConfig({ testTimeout: 5 * DEADLINE_MS });

/** How a process ended, and all that it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that a test started; it is killed when the test ends. */
export interface Running {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface LaunchOptions extends Pick<SpawnOptions, 'cwd'> {
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The environment of a program that must not see the credentials and settings of this machine. */
export const cleanEnv: Readonly<Record<string, string | undefined>> = {
  PATH: process.env.PATH,
  HOME: devNull,
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Static credentials, as the simulator takes them. */
export const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };

/** Starts a command line. */
export function launch(command: string, args: readonly string[], options: LaunchOptions = {}): Running {
  const { cwd, env = { ...cleanEnv, ...keys } } = options;
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...written }));
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  onTestFailed(() => console.error(`${command} ${args.join(' ')}\n${written.stderr}`));
  return {
    pid: child.pid ?? 0,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Starts the program. */
export function start(args: readonly string[], options?: LaunchOptions): Running {
  return launch(process.execPath, [main, ...args], options);
}

/** Runs the program to its end. */
export function run(args: readonly string[], options?: LaunchOptions): Promise<Ended> {
  return start(args, options).ended;
}

/** Resolves to what `look` gives as soon as it no longer throws; rejects with what it threw last. */
export function eventually<T>(look: () => T | Promise<T>, timeoutMs = DEADLINE_MS): Promise<T> {
  return vi.waitFor(look, { timeout: timeoutMs, interval: 20 });
}
