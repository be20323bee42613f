import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not make a folder there',
  EPERM: 'this user may not make a folder there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'its symbolic links lead in a circle',
  // The folder above it is there, or it would have been named instead.
  ENOENT: 'no folder can be made on this file system',
};

/**
 * Makes a folder that only this user can read, and what is missing above it; nothing if it is there. Rejects in words when it cannot be. Step
 * by step, for Node.js' own recursive way never ends where a file system takes no folders, as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  const folder = resolve(path);
  if (await isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    // Somebody else may have been faster.
    if (code === 'EEXIST' && (await isFolder(folder))) return;
    throw new Error(`${folder} cannot be made: ${REASONS[code] ?? code}`, { cause });
  }
}

/** Whether it is a folder; false when it is not there. Rejects in words when something else is. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
    throw new Error(`${path} is a file, not a folder`);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    // Named by the step above, where the file is.
    if (code === 'ENOTDIR') return false;
    if (code !== 'ENOENT') throw new Error(`${path} cannot be reached: ${REASONS[code] ?? code}`, { cause });
    const isLink = await lstat(path).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    if (isLink) throw new Error(`${path} is a symbolic link that leads nowhere`, { cause });
    return false;
  }
}
