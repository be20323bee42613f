import { parentPort, Worker, workerData } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** What the thread is asked; it answers each question with whether the password is that of the hash, in their order. */
interface Question {
  readonly password: string;
  readonly hash: string;
}

interface Asked {
  readonly resolve: (isRight: boolean) => void;
  readonly reject: (cause: Error) => void;
}

const ROLE = 'bcrypt';

// This file is also what the thread runs: imported with import() alone, it is a file of its own in dist.
if (workerData === ROLE)
  parentPort?.on('message', ({ password, hash }: Question) =>
    parentPort?.postMessage(compareSync(password, hash)),
  );

/**
 * Makes what tells whether a password is that of a bcrypt hash, in a thread of its own, which begins with the first question and keeps no
 * process alive. It rejects when the thread fails; the next question begins another.
 */
export function createBcrypt(): (password: string, hash: string) => Promise<boolean> {
  let ask: ((question: Question, asked: Asked) => void) | undefined;
  const begin = () => {
    const worker = new Worker(new URL(import.meta.url), { name: ROLE, workerData: ROLE });
    worker.unref();
    const waiting: Asked[] = [];
    const fail = (cause: unknown) => {
      ask = undefined;
      const error = new Error('the thread that compares passwords failed', { cause });
      for (const { reject } of waiting.splice(0)) reject(error);
    };
    worker.on('message', (isRight: boolean) => waiting.shift()?.resolve(isRight));
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`it ended with ${code}`)));
    return (question: Question, asked: Asked) => {
      waiting.push(asked);
      worker.postMessage(question);
    };
  };
  return (password, hash) =>
    new Promise((resolve, reject) => {
      ask ??= begin();
      ask({ password, hash }, { resolve, reject });
    });
}
