import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { whyRefused } from './refusals.ts';

/** The folder above it is there, or it would have been named instead. */
const NO_FOLDERS = 'no folder can be made on this file system; choose another';

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
    const reason = code === 'ENOENT' ? NO_FOLDERS : (whyRefused(cause) ?? code);
    throw new Error(`${folder} cannot be made: ${reason}`, { cause });
  }
}

/** Whether it is a folder; false when it is not there. Rejects in words when something else is. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
    throw new Error(`${path} is a file, not a folder; choose another path`);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    // Named by the step above, where the file is.
    if (code === 'ENOTDIR') return false;
    if (code !== 'ENOENT')
      throw new Error(`${path} cannot be reached: ${whyRefused(cause) ?? code}`, { cause });
    const isLink = await lstat(path).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    if (isLink)
      throw new Error(`${path} is a symbolic link that leads nowhere; make what it leads to`, { cause });
    return false;
  }
}
