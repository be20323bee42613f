import { createHash } from 'node:crypto';
import { lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Clock, sleep } from '../core/clock.ts';
import { openFile, UnfitFile } from '../files/unfit.ts';

/** Who holds a folder. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly token: string;
}

/** How often a holder shows that it is alive. */
export const HEARTBEAT_MS = 2_000;

/**
 * Makes the lock file hold this text, which names a holder, or rejects with the name of whoever holds it. Of several that find the lock of a
 * dead one, one takes it: whoever makes the file that is named after what they all found. That file is a lock itself, so that a taker who dies
 * over it gives way too. Resolves to false, changing nothing, as soon as it is not wanted any more.
 */
export async function acquire(
  path: string,
  text: string,
  clock: Clock,
  isWanted: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  let dead: string | undefined;
  while (await isWanted()) {
    if (await create(path, text)) return true;
    const found = await readText(path);
    if (found === undefined) {
      if (await isLink(path)) throw new Error(`${path} is a symbolic link that leads nowhere; remove it`);
      continue;
    }
    // Who took it from the dead one meanwhile is alive.
    if (dead !== undefined && found !== dead) throw heldBy(found);
    await refuseWhileAlive(path, found, clock);
    dead = found;
    const claim = `${path}.after-${createHash('sha256').update(found).digest('hex').slice(0, 16)}`;
    const isThere = async () => (await readText(path)) === found;
    if (!(await acquire(claim, text, clock, isThere))) continue;
    // Only who holds the claim may replace what is there; if it is something else by now, somebody was faster.
    try {
      if (await isThere()) await rename(claim, path);
    } finally {
      if ((await readText(claim)) === text) await rm(claim, { force: true });
    }
    if ((await readText(path)) === text) return true;
  }
  return false;
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

/** Makes a file of this text; false, changing nothing, if it is there already. Nothing is left of one that the disk did not take whole. */
export async function create(path: string, text: string): Promise<boolean> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    await file.appendFile(text);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

/** Removes what takers left that died, or that an earlier version left; to be called by the holder. */
export async function tidyClaims(path: string): Promise<void> {
  const folder = dirname(path);
  for (const file of await readdir(folder))
    if (file.startsWith(`${basename(path)}.`)) await rm(join(folder, file), { force: true });
}

/** The text of a file; undefined if there is none. Rejects in words for what is no file. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    const file = await openFile(path);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UnfitFile)
      throw new Error(`${path} is no lock, ${error.message}; remove it`, { cause: error });
    if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

/** The holder whom people can be told of. */
export function nameOf(text: string): string {
  const holder = toHolder(text);
  return holder ? `process ${holder.pid} on ${holder.host} (since ${holder.since})` : 'an unknown process';
}

async function refuseWhileAlive(path: string, text: string, clock: Clock): Promise<void> {
  const holder = toHolder(text);
  const local = holder?.host === hostname() && holder.pid !== process.pid;
  if (local && !isRunning(holder.pid)) return;
  const before = await pulseAt(path);
  if (local && Math.abs(clock.now() - before) < 2 * HEARTBEAT_MS) throw heldBy(text);
  await sleep(clock, 2.5 * HEARTBEAT_MS);
  const after = await readText(path);
  // Gone, it has been given back.
  if (after !== undefined && (after !== text || (await pulseAt(path)) !== before)) throw heldBy(after);
}

function heldBy(text: string): Error {
  return new Error(`it is held by ${nameOf(text)}; stop that one first, or use another folder`);
}

function toHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return typeof holder?.pid === 'number' ? (holder as Holder) : undefined;
  } catch {
    return undefined; // half written: nobody can be named
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
