import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Watch } from '../../src/cli/watch.ts';
import { lookAt, readSmallFile } from '../../src/files/small-file.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A watch over what a test says that files look like; the reload reads `named`, of which `inForce` is in force. */
function openWatch(
  files: Map<string, string>,
  state: { named: readonly string[]; inForce: readonly string[] },
) {
  const clock = createHandClock();
  const reloads: string[] = [];
  const watch = new Watch(clock, async (path) => files.get(path) ?? 'ENOENT');
  const read = () => watch.read(new Map(state.named.map((path) => [path, files.get(path) ?? 'ENOENT'])));
  read();
  const stop = watch.start({
    inForce: () => state.inForce,
    reload: async (changed) => {
      reloads.push(changed.join(' '));
      read();
    },
  });
  return { clock, reloads, stop };
}

test('each change is one reload, seen after five seconds at most; without a change there is none', async () => {
  const files = new Map([
    ['config', '1'],
    ['token', '1'],
  ]);
  const { clock, reloads, stop } = openWatch(files, {
    named: ['config', 'token'],
    inForce: ['config', 'token'],
  });
  await clock.advance(60_000);
  expect(reloads).toEqual([]);
  files.set('token', '2');
  await clock.advance(5_000);
  expect(reloads).toEqual(['token']);
  files.set('token', '3').set('config', '2');
  await clock.advance(60_000);
  expect(reloads).toEqual(['token', 'config token']);
  stop();
  files.set('token', '4');
  await clock.advance(60_000);
  expect(reloads).toHaveLength(2);
});

test('a file that is gone for a moment is a change twice', async () => {
  const files = new Map([['config', '1']]);
  const { clock, reloads } = openWatch(files, { named: ['config'], inForce: ['config'] });
  files.delete('config');
  await clock.advance(5_000);
  files.set('config', '1');
  await clock.advance(60_000);
  expect(reloads).toEqual(['config', 'config']);
});

test('what was refused is watched beside what is in force, and only that once it is replaced', async () => {
  const files = new Map([
    ['config', '1'],
    ['old', '1'],
    ['new', '1'],
  ]);
  const state = { named: ['config', 'old'], inForce: ['config', 'old'] };
  const { clock, reloads } = openWatch(files, state);
  // It names another token and is refused: the old token is still the one in force.
  state.named = ['config', 'new'];
  files.set('config', '2');
  await clock.advance(5_000);
  files.set('old', '2');
  await clock.advance(60_000);
  files.set('new', '2');
  state.inForce = ['config', 'new'];
  await clock.advance(60_000);
  files.set('old', '3');
  await clock.advance(60_000);
  expect(reloads).toEqual(['config', 'old', 'new']);
});

test('what changes between two looks and back again, or while it is reloaded, is judged by what was read last', async () => {
  const files = new Map([['config', '1']]);
  const clock = createHandClock();
  const watch = new Watch(clock, async (path) => files.get(path) ?? 'ENOENT');
  let reloads = 0;
  watch.read(files);
  watch.start({
    inForce: () => ['config'],
    async reload() {
      reloads += 1;
      watch.read(new Map(files));
      // Written once more after it was read.
      if (reloads === 1) files.set('config', '3');
    },
  });
  files.set('config', '2');
  await clock.advance(5_000);
  expect(reloads).toBe(1);
  await clock.advance(60_000);
  expect(reloads).toBe(2);
});

test('a file system that does not answer is asked once, not every five seconds', async () => {
  const clock = createHandClock();
  let looks = 0;
  const watch = new Watch(clock, () => {
    looks += 1;
    return new Promise(() => {});
  });
  watch.read(new Map([['config', '1']]));
  watch.start({ inForce: () => [], reload: async () => {} });
  await clock.advance(3_600_000);
  expect(looks).toBe(1);
});

test('what a file holds is what it looks like', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'token');
  const looks: string[] = [];
  const look = async () => looks.push(await lookAt(path));
  await look();
  writeFileSync(path, 'one');
  await look();
  const { atime, mtime, size } = statSync(path);
  writeFileSync(path, 'two');
  utimesSync(path, atime, mtime);
  expect(statSync(path)).toMatchObject({ mtime, size });
  await look();
  writeFileSync(`${path}.next`, 'three');
  renameSync(`${path}.next`, path);
  await look();
  expect(new Set(looks).size).toBe(4);

  writeFileSync(path, 'one');
  expect(await lookAt(path)).toBe(looks[1]);
  rmSync(path);
  expect(await lookAt(path)).toBe(looks[0]);
});

test('a link of a link is followed to where it leads now', async () => {
  const folder = temporaryFolder();
  const version = (name: string, token: string) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'token'), token);
    symlinkSync(name, join(folder, '..next'));
    renameSync(join(folder, '..next'), join(folder, '..data'));
  };
  version('..2026_01', 'one');
  symlinkSync('..data/token', join(folder, 'token'));
  const before = await lookAt(join(folder, 'token'));
  version('..2026_02', 'two');
  rmSync(join(folder, '..2026_01'), { recursive: true });
  const after = await lookAt(join(folder, 'token'));
  expect([before === after, readSmallFile(join(folder, 'token')).toString()]).toEqual([false, 'two']);
});

test.each([
  ['/dev/zero', 'it is a pipe or a device'],
  ['pipe', 'it is a pipe or a device'],
  ['large', 'it is larger than 4 MiB'],
  ['.', 'it is a folder'],
  ['nowhere', 'ENOENT'],
])('%s is neither waited for nor read', async (name, message) => {
  const folder = temporaryFolder();
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
  writeFileSync(join(folder, 'large'), Buffer.alloc(4 * 2 ** 20 + 1));
  const path = name.startsWith('/') ? name : join(folder, name);
  expect(() => readSmallFile(path)).toThrow(message);
  expect(await lookAt(path)).toContain(message);
});
