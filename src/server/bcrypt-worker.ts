import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** What the worker is asked; it answers each question with whether the password is that of the hash, in their order. */
export interface Question {
  readonly password: string;
  readonly hash: string;
}

parentPort?.on('message', ({ password, hash }: Question) =>
  parentPort?.postMessage(compareSync(password, hash)),
);
