import { spawnSync } from 'node:child_process';

/** Of util-linux; tests that need it are skipped where it is not. */
const PRLIMIT = '/usr/bin/prlimit';

/** Sets the size to which this process may write files, as a stand-in for a full disk; false where that cannot be done. */
export function limitFileSize(bytes: number | 'unlimited'): boolean {
  return spawnSync(PRLIMIT, ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]).status === 0;
}
