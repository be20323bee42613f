import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';

/** What can stand where a file should, and what is said of it. */
export const ODD_FILES = [
  { kind: 'pipe', words: 'it is a pipe or a device' },
  { kind: 'device', words: 'it is a pipe or a device' },
  { kind: 'folder', words: 'it is a folder' },
] as const;

/** Puts it at this path, in place of what is there: a pipe that nobody writes to, a device that never ends, or an empty folder. */
export function putOdd(kind: (typeof ODD_FILES)[number]['kind'], path: string): void {
  rmSync(path, { recursive: true, force: true });
  if (kind === 'pipe') execFileSync('mkfifo', [path]);
  else if (kind === 'device') symlinkSync('/dev/zero', path);
  else mkdirSync(path);
}
