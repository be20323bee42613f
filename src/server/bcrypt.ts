import { Worker } from 'node:worker_threads';
import type { Question } from './bcrypt-worker.ts';

interface Asked {
  readonly resolve: (isRight: boolean) => void;
  readonly reject: (cause: Error) => void;
}

/**
 * Makes what tells whether a password is that of a bcrypt hash, in a thread of its own, which begins with the first question and keeps no
 * process alive. It rejects when the thread fails; the next question begins another.
 */
export function createBcrypt(script: URL): (password: string, hash: string) => Promise<boolean> {
  let ask: ((question: Question, asked: Asked) => void) | undefined;
  const begin = () => {
    const worker = new Worker(script, { name: 'bcrypt' });
    worker.unref();
    const waiting: Asked[] = [];
    const fail = (reason: unknown) => {
      ask = undefined;
      const error = new Error('the thread that compares passwords failed', { cause: reason });
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
