import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** Packages that are measured, or measured against. */
const PACKAGES = ['@aws-sdk/client-ec2', 'express', 'prom-client'];

/** Where and when figures were taken, and of what. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Versions by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** The day, in UTC. */
  readonly date: string;
  readonly commit: string;
}

/** This machine, now. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
  };
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string })
    .version;
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--', 'src', 'package-lock.json') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (isChanged ? ' and changes' : '');
  } catch {
    return 'unknown'; // no git on this machine, or no commit yet
  }
}
