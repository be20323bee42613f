import { type ChildProcess, fork, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** A process of this bundle in another role, which answers each message with one message. */
export interface Child {
  readonly pid: number;
  ask<T>(message: string): Promise<T>;
  stop(): Promise<void>;
}

/** The processes and folders that a run has made, so that it leaves none. */
export class Processes {
  readonly #running = new Set<ChildProcess>();
  readonly #folders: string[] = [];
  readonly #closing = new AbortController();

  /** An empty folder. */
  async folder(): Promise<string> {
    this.#closing.signal.throwIfAborted();
    const folder = await mkdtemp(join(tmpdir(), 'aws-connections-exporter-bench-'));
    this.#folders.push(folder);
    return folder;
  }

  /** Starts this bundle in a role; resolves with what it says first. */
  async start<T>(role: string, options: unknown = {}): Promise<{ child: Child; first: T }> {
    this.#closing.signal.throwIfAborted();
    const args = [role, JSON.stringify(options)];
    const child = this.#keep(
      fork(process.argv[1] ?? '', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
    const first = await answer<T>(child, role);
    return {
      first,
      child: {
        pid: child.pid ?? 0,
        ask: (message) => {
          child.send(message);
          return answer(child, role);
        },
        stop: async () => void (await end(child, 'SIGKILL')),
      },
    };
  }

  /** Starts a program, which ends with the run. */
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    this.#closing.signal.throwIfAborted();
    return this.#keep(spawn(command, args, options));
  }

  /** Lets so many milliseconds go by; rejects when the run ends before. */
  async wait(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#closing.signal });
  }

  /** Ends every process and removes every folder; from then on nothing more can be started. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the run has ended'));
    await Promise.all([...this.#running].map((child) => end(child, 'SIGKILL')));
    await Promise.all(this.#folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  }

  #keep(child: ChildProcess): ChildProcess {
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }
}

/** Ends a process; resolves with its exit code when it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = await ended;
  return code;
}

async function answer<T>(child: ChildProcess, role: string): Promise<T> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    const died = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`the measured process ${role} ended with ${code ?? by}`);
    });
    const [message] = await Promise.race([once(child, 'message', { signal }), died]);
    return message as T;
  } finally {
    waiting.abort();
  }
}

/** In the child: says `first`, then answers messages until it is killed, or the run is gone. */
export async function answering(
  first: unknown,
  answers: Readonly<Record<string, () => unknown>>,
): Promise<void> {
  process.on('message', async (message) => {
    process.send?.((await answers[String(message)]?.()) ?? null);
  });
  process.once('disconnect', () => process.exit());
  process.send?.(first);
  await once(process, 'disconnect');
}
