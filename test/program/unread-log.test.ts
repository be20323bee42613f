import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toSeries } from './exposition.ts';
import { type Lab, openLab } from './lab.ts';
import { cleanEnv, DEADLINE_MS, eventually, keys, main } from './program.ts';

const DROPPED = 'aws_connections_exporter_log_lines_dropped_total';
/** Its problems make a line of some 15 KiB, a hundred of which fit no buffer. */
const BAD = Array.from({ length: 40 }, (_, n) => `  ${'k'.repeat(180)}${n}: 1`).join(',\n');

/** stderr as a pipe that is read only when the test says so, in the two ways in which programs make one. */
function openPipe(kind: 'socket pair' | 'FIFO') {
  if (kind === 'socket pair') return { stdio: 'pipe' as const, take: undefined, release: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'fifo-'));
  const path = join(folder, 'stderr');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  onTestFinished(() => {
    closeSync(reader);
    rmSync(folder, { recursive: true });
  });
  const bytes = Buffer.alloc(2 ** 16);
  const take = () => {
    let text = '';
    try {
      for (let n = readSync(reader, bytes); n > 0; n = readSync(reader, bytes))
        text += bytes.toString('utf8', 0, n);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    return text;
  };
  return { stdio: writer, take, release: () => closeSync(writer) };
}

async function serve(lab: Lab, kind: 'socket pair' | 'FIFO') {
  const pipe = openPipe(kind);
  const args = [main, 'serve', ...lab.serveFlags, '--web.enable-lifecycle'];
  const child = spawn(process.execPath, args, {
    env: { ...cleanEnv, ...keys },
    stdio: ['ignore', 'ignore', pipe.stdio],
  });
  pipe.release();
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let read = '';
  const log = () => {
    read += pipe.take?.() ?? String(child.stderr?.read() ?? '');
    return read;
  };
  const url = await eventually(() => {
    const found = /msg=Listening urls="?(http:\/\/[^/]+)/.exec(log())?.[1];
    if (found === undefined) throw new Error(`it does not listen yet: ${read}`);
    return found;
  });
  const fetched = async (path: string, method = 'GET') =>
    (await fetch(`${url}${path}`, { method, signal: AbortSignal.timeout(DEADLINE_MS) })).text();
  const dropped = async () => toSeries(await fetched('/metrics')).get(DROPPED) ?? Number.NaN;
  return { child, ended, log, fetched, dropped };
}

async function refuse({ fetched }: Awaited<ReturnType<typeof serve>>, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) expect(await fetched('/-/reload', 'POST')).toContain('kkk');
}

test.each(['socket pair', 'FIFO'] as const)(
  'a log that nobody reads (%s) holds up nothing; what is dropped is counted, and told when somebody reads again',
  async (kind) => {
    const lab = await openLab();
    const daemon = await serve(lab, kind);
    expect(await daemon.dropped()).toBe(0);
    lab.configure({ clientVpn: `\n${BAD}` });
    await refuse(daemon, 300);
    const dropped = await daemon.dropped();
    expect(dropped).toBeGreaterThan(0);
    expect(dropped).toBeLessThan(300);

    const told = () => [...daemon.log().matchAll(/msg="Log lines were dropped[^"]*" lines=(\d+)/g)];
    await eventually(() => expect(told()).toHaveLength(1));
    expect(Number(told()[0]?.[1])).toBe(dropped);
    await refuse(daemon, 1);
    await eventually(() => expect(daemon.log().match(/was not reloaded/g)?.length).toBe(300 - dropped + 1));

    await refuse(daemon, 300);
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toEqual([0, null]);
  },
);

test('a log in a file has every line, the last before the exit too', async () => {
  const lab = await openLab();
  const path = join(lab.folder, 'log');
  const file = openSync(path, 'w');
  const child = spawn(process.execPath, [main, 'serve', ...lab.serveFlags], {
    env: { ...cleanEnv, ...keys },
    stdio: ['ignore', 'ignore', file],
  });
  closeSync(file);
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  await eventually(() => expect(readFileSync(path, 'utf8')).toContain('msg="Pass succeeded"'));
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(readFileSync(path, 'utf8')).toMatch(/msg="Shutting down" signal=SIGTERM\n/);
});

test('a log whose reader is gone is dropped and counted, and the exporter goes on', async () => {
  const lab = await openLab();
  const daemon = await serve(lab, 'socket pair');
  daemon.child.stderr?.destroy();
  lab.configure({ clientVpn: `\n${BAD}` });
  await refuse(daemon, 3);
  expect(await daemon.dropped()).toBeGreaterThan(0);
  daemon.child.kill('SIGTERM');
  expect(await daemon.ended).toEqual([0, null]);
});
