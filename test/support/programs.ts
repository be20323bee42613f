import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestFunction, type TestOptions, test } from 'vitest';

interface Listed {
  readonly commands: readonly string[];
  readonly debianPackage: string;
}

const listed = new Map<string, Listed>();
for (const line of readFileSync(new URL('programs.txt', import.meta.url), 'utf8').split('\n')) {
  const [command, debianPackage, ...otherNames] = line.replace(/#.*/, '').trim().split(/\s+/);
  if (command && debianPackage) listed.set(command, { commands: [command, ...otherNames], debianPackage });
}

function lookUp(name: string): Listed {
  const found = listed.get(name);
  if (found === undefined) throw new Error(`${name} is not listed in test/support/programs.txt`);
  return found;
}

/** Where scripts/fetch-programs.sh puts what it cannot install: each file there runs as it is, with no environment to set. */
const cacheFolder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'aws-connections-exporter',
  'bin',
);

const PATH = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
/** In place of a Debian package: the folder of test/support/judges from which the script builds the program. */
const BUILT_WITH_GO = 'go:';
/** In place of a Debian package: what the script fetches from PyPI, which not every machine reaches. */
const FROM_PYPI = 'pip:';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a real program, from PATH or else from the cache folder; undefined when this machine has none. */
function program(name: string): string | undefined {
  return find(lookUp(name).commands, [...PATH, cacheFolder]);
}

function find(commands: readonly string[], folders: readonly string[]): string | undefined {
  return folders.flatMap((folder) => commands.map((command) => join(folder, command))).find(isExecutable);
}

/** Whether nothing that a machine for CI must have can bring it: what .ci/run asks for does not include Go. */
function isBeyondReach(name: string): boolean {
  const { debianPackage } = lookUp(name);
  if (debianPackage.startsWith(FROM_PYPI)) return true;
  return debianPackage.startsWith(BUILT_WITH_GO) && find(['go'], PATH) === undefined;
}

/** The path of a real program; throws when this machine has none (a test that `needs` it never sees that). */
export function programPath(name: string): string {
  const path = program(name);
  if (path === undefined) throw new Error(`${name} is not installed: ${howToGet([name])}`);
  return path;
}

/** One sentence: how to get these programs. */
export function howToGet(names: readonly string[]): string {
  const packages = [...new Set(names.map((name) => lookUp(name).debianPackage))];
  const debian = packages.filter((name) => !name.startsWith(BUILT_WITH_GO) && !name.startsWith(FROM_PYPI));
  const script = `run scripts/fetch-programs.sh${debian.length < packages.length ? ' (with Go and Python on PATH)' : ''}`;
  return debian.length > 0 ? `${script}, or on Debian: apt-get install ${debian.join(' ')}` : script;
}

/** `test` of vitest, without its chain of modifiers. */
export interface ProgramTest {
  (name: string, fn: TestFunction, timeoutMs?: number): void;
  (name: string, options: Omit<TestOptions, 'shuffle'>, fn: TestFunction): void;
}

/**
 * A `test` for tests that run these real programs. Where one is missing, the tests are skipped and their names say why;
 * with CI set in the environment they fail instead. Those that want Go where there is none, or what PyPI did not give, are left out there, aloud.
 */
export function needs(...names: readonly string[]): ProgramTest {
  const missing = names.filter((name) => program(name) === undefined);
  if (missing.length === 0) return test;
  const why = `[needs ${missing.join(', ')}]`;
  if (!process.env.CI) return (name: string) => test.skip(`${name} ${why}`, () => {});
  if (missing.every(isBeyondReach)) return (name: string) => console.warn(`Left out: ${name} ${why}`);
  return (name: string) => test(`${name} ${why}`, () => Promise.reject(new Error(howToGet(missing))));
}
