import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { type Clock, sleep } from '../core/clock.ts';

/** Who holds a folder. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly token: string;
}

/** A folder held by this process. */
export interface Lock {
  /** Rejects when another process has taken the folder since. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

const HEARTBEAT_MS = 2_000;

/**
 * Takes the folder through a file that names the holder and shows its pulse (the file's modification time), or rejects with the holder's name.
 * A holder on this machine that is gone gives way at once. Where that cannot be told (another host, a container with the same pid) its pulse is
 * watched for a while: process ids mean nothing across containers, and clocks nothing across hosts.
 */
export async function takeLock(path: string, clock: Clock): Promise<Lock> {
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date(clock.now()).toISOString(),
    token: randomUUID(),
  };
  const text = `${JSON.stringify(mine)}\n`;
  const fresh = await writeFile(path, text, { flag: 'wx', mode: 0o600 }).then(() => true, ignoreExisting);
  if (!fresh) {
    await refuseWhileAlive(path, clock);
    const next = `${path}.${mine.token}`;
    await writeFile(next, text, { mode: 0o600 });
    await rename(next, path);
  }
  const assertHeld = async () => {
    // A file that somebody tidied away is put back; one that somebody else wrote is theirs.
    await writeFile(path, text, { flag: 'wx', mode: 0o600 }).catch(ignoreExisting);
    const holder = await readHolder(path);
    if (holder?.token !== mine.token) throw new Error(`the folder was taken over by ${nameOf(holder)}`);
  };
  await assertHeld();
  let beat: Promise<unknown> = Promise.resolve();
  let stopPulse = () => {};
  const pulse = () => {
    const now = new Date(clock.now());
    // A pulse that fails shows at the next write, which asserts and reports.
    beat = beat
      .then(assertHeld)
      .then(() => utimes(path, now, now))
      .catch(() => {});
    stopPulse = clock.after(HEARTBEAT_MS, pulse);
  };
  stopPulse = clock.after(HEARTBEAT_MS, pulse);
  return {
    assertHeld,
    async release() {
      stopPulse();
      await beat;
      // What somebody else holds by now is theirs to give back.
      if ((await readHolder(path))?.token === mine.token) await rm(path, { force: true });
    },
  };
}

function ignoreExisting(error: NodeJS.ErrnoException): false {
  if (error.code === 'EEXIST') return false;
  throw error;
}

async function refuseWhileAlive(path: string, clock: Clock): Promise<void> {
  const holder = await readHolder(path);
  const local = holder?.host === hostname() && holder.pid !== process.pid;
  if (local && !isRunning(holder.pid)) return;
  const before = await pulseAt(path);
  if (local && Math.abs(clock.now() - before) < 2 * HEARTBEAT_MS) throw heldBy(holder);
  await sleep(clock, 2.5 * HEARTBEAT_MS);
  if ((await pulseAt(path)) !== before) throw heldBy(await readHolder(path));
}

function heldBy(holder: Holder | undefined): Error {
  return new Error(`it is held by ${nameOf(holder)}; stop that one first, or use another folder`);
}

function nameOf(holder: Holder | undefined): string {
  return holder ? `process ${holder.pid} on ${holder.host} (since ${holder.since})` : 'an unknown process';
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined; // half written or gone: nobody can be named
  }
}

async function pulseAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
