import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const main = join(root, 'dist/main.js');
const lock = join(root, '.cache/build-for-tests');
const LONGEST_BUILD_MS = 180_000;

/**
 * The path of dist/main.js, built first if anything it is made of is newer. Test files run in processes of their own:
 * one of them builds, the others wait. Throws when the build fails.
 */
export function builtProgram(): string {
  takeLock();
  try {
    if (isStale()) {
      const command = ['run', '--silent', 'build', '--', '--logLevel', 'silent'];
      execFileSync('npm', command, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    }
  } finally {
    rmdirSync(lock);
  }
  return main;
}

function takeLock(): void {
  mkdirSync(join(lock, '..'), { recursive: true });
  const lastTryAt = performance.now() + LONGEST_BUILD_MS;
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (performance.now() > lastTryAt)
        throw new Error(`another build for tests has not ended; if there is none, remove ${lock}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

function isStale(): boolean {
  const builtAt = statSync(main, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['src', 'grafana/generated', 'docs', 'config/prometheus'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const inputs = [
    'package.json',
    'package-lock.json',
    'rolldown.config.ts',
    'scripts/documents.ts',
    ...sources,
  ];
  return inputs.some(
    (input) => (statSync(join(root, input), { throwIfNoEntry: false })?.mtimeMs ?? 0) > builtAt,
  );
}
