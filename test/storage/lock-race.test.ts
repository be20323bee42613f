import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { type Lock, takeLock } from '../../src/storage/lock.ts';
import { limitFileSize } from '../support/file-size.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AT_ONCE = 8;
const FOLDERS = 40;
const SINCE = '2025-12-31T10:00:00.000Z';
const deaf = { onGone() {}, onBeat() {} };

/** What a process of this machine that is dead would have left. */
function deadHolder(token: string): string {
  return JSON.stringify({ pid: spawnSync('true').pid, host: hostname(), since: SINCE, token });
}

async function take(path: string): Promise<Lock | string> {
  const lock = await takeLock(path, systemClock, deaf).catch((error: Error) => error.message);
  if (typeof lock !== 'string') onTestFinished(() => lock.release());
  return lock;
}

test('of several that start at once on the lock of a dead one, one takes it and the others name it; nothing else is left', {
  timeout: 60_000,
}, async () => {
  const root = temporaryFolder();
  const stale = deadHolder('theirs');
  const rounds = Array.from({ length: FOLDERS }, async (_, round) => {
    const path = join(root, String(round), 'lock');
    mkdirSync(dirname(path));
    writeFileSync(path, stale);
    const all = await Promise.all(Array.from({ length: AT_ONCE }, () => take(path)));
    const winners = all.filter((lock) => typeof lock !== 'string');
    const losers = all.filter((lock) => typeof lock === 'string');
    const files = readdirSync(dirname(path));
    return { winners: winners.length, losers: new Set(losers.map((text) => text.slice(0, 10))), files };
  });
  for (const round of await Promise.all(rounds))
    expect(round).toEqual({ winners: 1, losers: new Set(['it is held']), files: ['lock'] });
});

test('the same for a folder that nobody holds', { timeout: 60_000 }, async () => {
  const path = join(temporaryFolder(), 'lock');
  const all = await Promise.all(Array.from({ length: AT_ONCE }, () => take(path)));
  expect(all.filter((lock) => typeof lock !== 'string')).toHaveLength(1);
});

/** The file that whoever wants to replace this lock has to make first. */
function claimOf(path: string): string {
  return `${path}.after-${createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)}`;
}

test('takers that died in the middle, over each other, give way too, and what they left is tidied away', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'lock');
  writeFileSync(path, deadHolder('first'));
  writeFileSync(claimOf(path), deadHolder('second'));
  writeFileSync(claimOf(claimOf(path)), deadHolder('third'));
  writeFileSync(join(folder, 'lock.0c3cb4a8'), 'left by version 0.1 on a full disk');
  const all = await Promise.all(Array.from({ length: AT_ONCE }, () => take(path)));
  expect(all.filter((lock) => typeof lock !== 'string')).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['lock']);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
});

test('whoever finds a claim of a taker that lives is refused by its name', async () => {
  const path = join(temporaryFolder(), 'lock');
  writeFileSync(path, deadHolder('first'));
  const taker = { pid: process.ppid, host: hostname(), since: SINCE, token: 'taker' };
  writeFileSync(claimOf(path), JSON.stringify(taker));
  expect(await take(path)).toBe(
    `it is held by process ${process.ppid} on ${hostname()} (since ${SINCE}); stop that one first, or use another folder`,
  );
});

test.skipIf(!limitFileSize('unlimited'))(
  'on a full disk nothing is taken, and nothing is left behind',
  async () => {
    for (const before of [undefined, deadHolder('theirs')]) {
      const path = join(temporaryFolder(), 'lock');
      if (before !== undefined) writeFileSync(path, before);
      onTestFinished(() => void limitFileSize('unlimited'));
      limitFileSize(0);
      const refused = await take(path);
      limitFileSize('unlimited');
      expect(refused).toMatch('EFBIG');
      expect(readdirSync(dirname(path))).toEqual(before === undefined ? [] : ['lock']);
      expect(typeof (await take(path))).toBe('object');
    }
  },
);

test('a wall clock that stands still, or is set back at every pulse, hides no holder', {
  timeout: 20_000,
}, async () => {
  const path = join(temporaryFolder(), 'lock');
  let now = Date.UTC(2026, 0, 1);
  const stepping = { ...systemClock, now: () => now };
  const lock = await takeLock(path, stepping, deaf);
  onTestFinished(() => lock.release());
  const back = setInterval(() => {
    now -= 3_600_000;
  }, 2_000);
  onTestFinished(() => clearInterval(back));
  expect(await take(path)).toMatch(`it is held by process ${process.pid}`);
  await lock.assertHeld();
});
