import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { takeLock } from '../../src/storage/lock.ts';
import { openStorage } from '../../src/storage/open.ts';
import { createHandClock, type HandClock } from '../support/hand-clock.ts';
import { createLogBook } from '../support/log-book.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a lock that is a link to nowhere is told, not waited for', async () => {
  const path = join(temporaryFolder(), 'lock');
  symlinkSync('nowhere', path);
  await expect(takeLock(path, createHandClock(), { onGone() {}, onBeat() {} })).rejects.toThrow(
    `${path} is a symbolic link that leads nowhere; remove it`,
  );
});

const deaf = { onGone() {}, onBeat() {} };
const SINCE = '2025-12-31T10:00:00.000Z';
/** Two beats fit into the time for which a holder is watched, and some more. */
const TWO_BEATS_MS = 4_000;
const WATCH_MS = 5_000;

interface Desk {
  readonly path: string;
  readonly clock: HandClock;
  /** How many timers are set. */
  timers(): number;
}

/** A folder without a lock, and a clock that counts its timers. */
function createDesk(): Desk {
  const hand = createHandClock();
  const set = new Set<object>();
  const after: Clock['after'] = (ms, fn) => {
    const timer = {};
    set.add(timer);
    const cancel = hand.after(ms, () => {
      set.delete(timer);
      fn();
    });
    return () => {
      set.delete(timer);
      cancel();
    };
  };
  return { path: join(temporaryFolder(), 'lock'), clock: { ...hand, after }, timers: () => set.size };
}

/** A lock as another process would have left it, with a pulse so long ago. */
function heldBy({ path, clock }: Desk, holder: { pid: number; host?: string }, pulseAgoMs = 0): void {
  writeFileSync(path, JSON.stringify({ host: hostname(), since: SINCE, token: 'theirs', ...holder }));
  beat({ path, clock }, pulseAgoMs);
}

function beat({ path, clock }: Pick<Desk, 'path' | 'clock'>, agoMs = 0): void {
  const at = new Date(clock.now() - agoMs);
  utimesSync(path, at, at);
}

/** Tries to take the lock, whose holder is watched for a while, during which `meanwhile` happens; gives it back. */
async function takeWatching(desk: Desk, meanwhile: () => void | Promise<void> = () => {}) {
  const outcome = takeLock(desk.path, desk.clock, deaf).then(
    (lock) => lock.release().then(() => 'taken'),
    (error: Error) => error.message,
  );
  await vi.waitUntil(() => desk.timers() === 1);
  await desk.clock.advance(TWO_BEATS_MS);
  expect(desk.timers()).toBe(1);
  await meanwhile();
  await desk.clock.advance(WATCH_MS - TWO_BEATS_MS);
  return outcome;
}

/** A process that lives until the test ends. */
async function living(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('sleep did not start');
  return Object.assign(child, { pid: child.pid });
}

test('a free folder is taken at once, and free again after its release', async () => {
  const { path, clock, timers } = createDesk();
  const lock = await takeLock(path, clock, deaf);
  await lock.assertHeld();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    pid: process.pid,
    host: hostname(),
    since: '2026-01-01T00:00:00.000Z',
  });
  await lock.release();
  expect([existsSync(path), timers()]).toEqual([false, 0]);
  await expect(takeLock(path, clock, deaf)).resolves.toBeDefined();
});

test('while a process of this machine holds it, another is refused at once, by the name of the holder', async () => {
  const desk = createDesk();
  const { pid } = await living();
  heldBy(desk, { pid });
  const folder = join(desk.path, '..');
  await expect(openStorage(folder, { clock: desk.clock, logger: createLogBook() })).rejects.toThrow(
    `cannot use the folder ${folder} (--storage.path): it is held by process ${pid} on ${hostname()} (since ${SINCE}); ` +
      'stop that one first, or use another folder',
  );
  expect(JSON.parse(readFileSync(desk.path, 'utf8'))).toMatchObject({ token: 'theirs' });
});

test('a holder of this machine that is dead gives way at once, however fresh its pulse', async () => {
  const desk = createDesk();
  heldBy(desk, { pid: spawnSync('true').pid });
  const lock = await takeLock(desk.path, desk.clock, deaf);
  await lock.assertHeld();
});

test('a process of this machine that shows no pulse is not the holder: its number was given anew', async () => {
  const desk = createDesk();
  const { pid } = await living();
  heldBy(desk, { pid }, 60_000);
  expect(await takeWatching(desk)).toBe('taken');
});

test.each([
  ['another host', { pid: 1, host: 'elsewhere' }, `process 1 on elsewhere`],
  ['this host, with our own number', { pid: process.pid }, `process ${process.pid} on ${hostname()}`],
])('a holder on %s is watched: silence lets us in, a pulse refuses us', async (_, holder, name) => {
  const desk = createDesk();
  heldBy(desk, holder, 1);
  expect(await takeWatching(desk)).toBe('taken');
  heldBy(desk, holder, 1);
  const refusal = `it is held by ${name} (since ${SINCE}); stop that one first, or use another folder`;
  expect(await takeWatching(desk, () => beat(desk))).toBe(refusal);
});

test('a lock that names nobody, half written in a crash, is watched too', async () => {
  const desk = createDesk();
  writeFileSync(desk.path, '{"pid":');
  const refusal = 'it is held by an unknown process; stop that one first, or use another folder';
  expect(await takeWatching(desk, () => beat(desk, 1))).toBe(refusal);
  expect(await takeWatching(desk)).toBe('taken');
});

test('a holder shows its pulse every two seconds, so that a second taker sees it', async () => {
  const desk = createDesk();
  await takeLock(desk.path, desk.clock, deaf);
  beat(desk, 60_000);
  const pulseAt = () => statSync(desk.path).mtimeMs;
  const before = pulseAt();
  const outcome = await takeWatching({ ...createDesk(), path: desk.path }, async () => {
    await desk.clock.advance(2_000);
    await vi.waitUntil(() => pulseAt() !== before);
  });
  expect(outcome).toMatch(`it is held by process ${process.pid} on ${hostname()}`);
});

test('the loser of a takeover notices, names the winner and leaves its lock alone', async () => {
  const desk = createDesk();
  const lock = await takeLock(desk.path, desk.clock, deaf);
  heldBy(desk, { pid: 4711, host: 'elsewhere' });
  const lost = `the folder was taken over by process 4711 on elsewhere (since ${SINCE})`;
  await expect(lock.assertHeld()).rejects.toThrow(lost);
  await lock.release();
  expect(JSON.parse(readFileSync(desk.path, 'utf8'))).toMatchObject({ token: 'theirs' });
});

test('a takeover is noticed by the next beat, also one that leaves the time of the last', async () => {
  const desk = createDesk();
  const beats: (string | undefined)[] = [];
  await takeLock(desk.path, desk.clock, { onGone() {}, onBeat: (error) => beats.push(error?.message) });
  for (const count of [1, 2, 3]) {
    await desk.clock.advance(2_000);
    await vi.waitUntil(() => beats.length === count && desk.timers() === 1);
  }
  expect(beats).toEqual([undefined, undefined, undefined]);
  const theirs = { ...desk, path: `${desk.path}.theirs` };
  heldBy(theirs, { pid: 4711, host: 'elsewhere' });
  renameSync(theirs.path, desk.path);
  expect(statSync(desk.path).mtimeMs).toBe(desk.clock.now());
  await desk.clock.advance(2_000);
  await vi.waitUntil(() => beats.length === 4);
  expect(beats[3]).toBe(`the folder was taken over by process 4711 on elsewhere (since ${SINCE})`);
});

test('a holder puts back a lock that somebody tidied away, at its next pulse or before it writes', async () => {
  const desk = createDesk();
  const lock = await takeLock(desk.path, desk.clock, deaf);
  const before = readFileSync(desk.path, 'utf8');
  rmSync(desk.path);
  await lock.assertHeld();
  expect(readFileSync(desk.path, 'utf8')).toBe(before);
  rmSync(desk.path);
  await desk.clock.advance(2_000);
  await vi.waitUntil(() => existsSync(desk.path) && readFileSync(desk.path, 'utf8') === before);
  await lock.release();
  expect(existsSync(desk.path)).toBe(false);
});

test('writes go on without the lock that somebody tidied away, and the folder is given back', async () => {
  const desk = createDesk();
  const folder = join(desk.path, '..');
  const storage = await openStorage(folder, { clock: desk.clock, logger: createLogBook() });
  rmSync(desk.path);
  await storage.write('ledgers/one', 'test 1', ['line']);
  expect(await storage.read('ledgers/one', 'test 1', 'what it held')).toEqual(['line']);
  expect(existsSync(desk.path)).toBe(true);
  rmSync(desk.path);
  await storage.close();
  expect(readdirSync(folder)).toEqual(['ledgers']);
});

test('a release without a lock file leaves none', async () => {
  const desk = createDesk();
  const lock = await takeLock(desk.path, desk.clock, deaf);
  rmSync(desk.path);
  await lock.release();
  expect([existsSync(desk.path), desk.timers()]).toEqual([false, 0]);
});

test('a release waits for the beats under way, so that none puts the lock back', async () => {
  const { path, clock, timers } = createDesk();
  const lock = await takeLock(path, clock, deaf);
  await clock.advance(20_000);
  await lock.release();
  expect([existsSync(path), timers()]).toEqual([false, 0]);
  for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  expect([existsSync(path), timers()]).toEqual([false, 0]);
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
