import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../../src/storage/folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a folder and all that is missing above it are made, for this user alone; again it is nothing', async () => {
  const path = join(temporaryFolder(), 'a/b/c/');
  await makeFolder(path);
  await makeFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  await Promise.all([1, 2, 3, 4].map(() => makeFolder(join(path, 'd/e'))));
  expect(existsSync(join(path, 'd/e'))).toBe(true);
});

test('a link to a folder is a folder', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  await makeFolder(join(folder, 'link/inside'));
  expect(existsSync(join(folder, 'real/inside'))).toBe(true);
});

test('a file where a folder should be, a link that leads nowhere and a circle of links are named', async () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('file'), '');
  symlinkSync('nowhere', at('dangling'));
  symlinkSync('circle', at('circle'));
  await expect(makeFolder(at('file'))).rejects.toThrow(`${at('file')} is a file, not a folder`);
  await expect(makeFolder(at('file/below'))).rejects.toThrow(`${at('file')} is a file, not a folder`);
  await expect(makeFolder(at('dangling'))).rejects.toThrow(
    `${at('dangling')} is a symbolic link that leads nowhere`,
  );
  await expect(makeFolder(at('dangling/x'))).rejects.toThrow(`${at('dangling')} is a symbolic link`);
  await expect(makeFolder(at('circle'))).rejects.toThrow('its symbolic links lead in a circle');
  await expect(makeFolder(at('x'.repeat(300)))).rejects.toThrow('the path is too long');
});

test.skipIf(!existsSync('/proc/self'))(
  'where the system takes no folders, that is said at once',
  async () => {
    for (const path of ['/proc/x', '/proc/x/y/z', '/proc/self/x'])
      await expect(makeFolder(path)).rejects.toThrow(
        /^\/proc\/(self\/)?x cannot be made: (no folder can|this user)/,
      );
    await expect(makeFolder('/dev/null/x')).rejects.toThrow('/dev/null is a file, not a folder');
  },
);

test("another user's folder is an error in words", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'theirs'));
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'theirs'), 0o500);
  // Root may write anywhere: it is somebody else meanwhile.
  if (process.getuid?.() === 0) {
    process.seteuid?.(65_534);
    onTestFinished(() => process.seteuid?.(0));
  }
  await expect(makeFolder(join(folder, 'theirs/x'))).rejects.toThrow(
    /: this user \(uid \d+\) may not write there; give it the folder \(chown\)/,
  );
});
