import { randomUUID } from 'node:crypto';
import { rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { makeFolder } from './folder.ts';
import { acquire, create, HEARTBEAT_MS, type Holder, nameOf, readText, tidyClaims } from './lock-file.ts';

/** A folder held by this process. */
export interface Lock {
  /** Rejects when another process has taken the folder since. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/** What a holder hears. */
export interface LockHears {
  /** The lock, and perhaps the folder, was removed by somebody; it has been put back. */
  onGone(): void;
  /** Every two seconds: the folder is held still; or why not. */
  onBeat(error: Error | undefined): void;
}

/** Another process has taken the folder. */
export class TakenOver extends Error {}

/**
 * Takes the folder through a file that names the holder and shows its pulse (the file's modification time), or rejects with the holder's name.
 * A holder on this machine that is gone gives way at once. Where that cannot be told (another host, a container with the same pid) its pulse is
 * watched for a while: process ids mean nothing across containers, and clocks nothing across hosts.
 */
export async function takeLock(path: string, clock: Clock, hears: LockHears): Promise<Lock> {
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date(clock.now()).toISOString(),
    token: randomUUID(),
  };
  const text = `${JSON.stringify(mine)}\n`;
  await acquire(path, text, clock);
  await tidyClaims(path);
  const assertHeld = async () => {
    let found = await readText(path);
    if (found === undefined) {
      // Somebody tidied it away, or the folder with it.
      await makeFolder(dirname(path));
      if (await create(path, text)) return hears.onGone();
      found = await readText(path);
    }
    if (found !== text) throw new TakenOver(`the folder was taken over by ${nameOf(found ?? '')}`);
  };
  await assertHeld();
  let beat: Promise<unknown> = Promise.resolve();
  let beatAt = 0;
  let inode: number | undefined;
  let stopPulse = () => {};
  const showPulse = async () => {
    const found = await stat(path).catch(() => undefined);
    // As the last beat left it, nobody has touched it since: it need not be read. Whoever takes it over puts another file there.
    if (found === undefined || found.ino !== inode || Math.round(found.mtimeMs) !== beatAt) {
      await assertHeld();
      inode = found?.ino;
    }
    // Later than before whatever the wall clock does, or who watches would see nobody.
    beatAt = Math.max(clock.now(), beatAt + 1);
    const at = new Date(beatAt);
    await utimes(path, at, at);
  };
  const pulse = () => {
    beat = beat.then(showPulse).then(
      () => hears.onBeat(undefined),
      (error: Error) => hears.onBeat(error),
    );
    stopPulse = clock.after(HEARTBEAT_MS, pulse);
  };
  stopPulse = clock.after(HEARTBEAT_MS, pulse);
  return {
    assertHeld,
    async release() {
      stopPulse();
      await beat;
      // What somebody else holds by now is theirs to give back.
      if ((await readText(path)) === text) await rm(path, { force: true });
    },
  };
}
