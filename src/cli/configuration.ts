import { readFileSync } from 'node:fs';
import { loadConfig } from '../config/load.ts';
import { formatProblems } from '../config/problems.ts';
import type { Config } from '../config/schema.ts';

/** The configuration of this file (all defaults without one), or its problems, one line each, and how many there are. */
export function readConfig(
  path: string | undefined,
): { readonly config: Config } | { readonly problems: readonly string[]; readonly count: number } {
  const result = loadConfig({ path, readFile: (file) => readFileSync(file, 'utf8') });
  if ('config' in result) return result;
  const { problems } = result;
  return { problems: formatProblems(problems, path ?? 'configuration').split('\n'), count: problems.length };
}

/** The same for a command that cannot go on without it: the problems go to stderr. */
export function readConfigOrExplain(path: string | undefined): Config | undefined {
  const result = readConfig(path);
  if ('config' in result) return result.config;
  process.stderr.write(`${result.problems.join('\n')}\n`);
  return undefined;
}
