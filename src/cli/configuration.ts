import { readFileSync } from 'node:fs';
import { loadConfig } from '../config/load.ts';
import { formatProblems } from '../config/problems.ts';
import type { Config } from '../config/schema.ts';
import type { Loaded } from '../reloads.ts';

/** The configuration of this file (all defaults without one), or its problems, one line each. */
export function readConfig(path: string | undefined): Loaded {
  const result = loadConfig({ path, readFile: (file) => readFileSync(file, 'utf8') });
  if ('config' in result) return result;
  return { problems: formatProblems(result.problems, path ?? 'configuration').split('\n') };
}

/** The same for a command that cannot go on without it: the problems go to stderr. */
export function readConfigOrExplain(path: string | undefined): Config | undefined {
  const result = readConfig(path);
  if ('config' in result) return result.config;
  process.stderr.write(`${result.problems.join('\n')}\n`);
  return undefined;
}
