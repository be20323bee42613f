import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of this bundle in another role, which answers each message with one message. */
export interface Child {
  ask<T>(message: string): Promise<T>;
  stop(): void;
}

/** Starts it; resolves with what it says first. */
export async function startChild<T>(
  role: string,
  args: readonly string[],
): Promise<{ child: Child; first: T }> {
  const process_ = fork(process.argv[1] ?? '', [role, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const first = await answer<T>(process_);
  return {
    first,
    child: {
      ask: async (message) => {
        process_.send(message);
        return answer(process_);
      },
      stop: () => process_.kill('SIGKILL'),
    },
  };
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a measured process ended with ${code}`);
  });
  const [message] = await Promise.race([once(child, 'message'), died]);
  return message as T;
}

/** In the child: says `first`, then answers messages until it is killed. */
export async function answering(
  first: unknown,
  answers: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  process.on('message', (message) => {
    void answers[String(message)]?.().then((result) => process.send?.(result ?? null));
  });
  process.send?.(first);
  await once(process, 'disconnect');
}
