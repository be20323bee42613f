import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { programPath } from '../support/programs.ts';

/** Starts moto's server, a fake of AWS that others wrote, and returns its address; it ends with the test. */
export async function startMoto(): Promise<string> {
  const port = await freePort();
  const server = spawn(programPath('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  onTestFinished(() => end(server));
  const url = `http://127.0.0.1:${port}`;
  while (server.exitCode === null && !(await answers(url)))
    await new Promise((resolve) => setTimeout(resolve, 100));
  if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`);
  return url;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/moto-api/`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill();
  await ended;
}
