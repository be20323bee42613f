import { loadConfig } from '../config/load.ts';
import { formatProblems } from '../config/problems.ts';
import type { Config } from '../config/schema.ts';
import { warningsOf } from '../config/warnings.ts';
import { readSmallFile, toLook } from '../files/small-file.ts';
import { readWebConfig } from '../web-config/read.ts';

/** A configuration that can be used. */
export interface Read {
  readonly config: Config;
  /** What is probably not meant, a line each. */
  readonly warnings: readonly string[];
  /** The files that say nothing at all. */
  readonly empty: readonly string[];
  readonly looks: Looks;
}

/** What is wrong with a configuration, one line each, and how many problems there are; the last line can stand for many. */
export interface Refused {
  readonly problems: readonly string[];
  readonly count: number;
  readonly looks: Looks;
}

/** What each file that was read looked like then, by its path. */
export type Looks = ReadonlyMap<string, string>;

/** The configuration of this file (all defaults without one), or its problems. */
export function readConfig(path: string | undefined): Read | Refused {
  const looks = new Map<string, string>();
  const readFile = (file: string): string => {
    try {
      const content = readSmallFile(file);
      looks.set(file, toLook(content));
      return content.toString();
    } catch (error) {
      looks.set(file, toLook(error));
      throw error;
    }
  };
  const webWarnings: string[] = [];
  const empty: string[] = [];
  const judgeWebFile = (file: string): readonly string[] => {
    const read = readWebConfig(file);
    for (const [name, look] of read.looks) looks.set(name, look);
    if ('problems' in read) return read.problems;
    if (read.isEmpty) empty.push(file);
    webWarnings.push(...read.warnings.map((warning) => `intake.web_config_file: ${warning}`));
    return [];
  };
  const result = loadConfig({ path, readFile, judgeWebFile });
  const name = path ?? 'configuration';
  if ('problems' in result) {
    const { problems } = result;
    return { problems: formatProblems(problems, name).split('\n'), count: problems.length, looks };
  }
  const { config, isEmpty } = result;
  const emptyWarnings = isEmpty ? [`${name} is empty: every key has its default`] : [];
  if (isEmpty) empty.unshift(name);
  return { config, warnings: [...emptyWarnings, ...warningsOf(config), ...webWarnings], empty, looks };
}

/**
 * The same, to replace a configuration in force: an empty file is refused here, for it is sooner cut short, or read while it is
 * written, than meant.
 */
export function readNextConfig(path: string | undefined): Read | Refused {
  const read = readConfig(path);
  if ('problems' in read || read.empty.length === 0) return read;
  const problems = read.empty.map(
    (file) => `${file}: is empty; write {} into it where every key is meant to have its default`,
  );
  return { problems, count: problems.length, looks: read.looks };
}

/** The same for a command that cannot go on without it: the problems go to stderr. */
export function readConfigOrExplain(path: string | undefined): Config | undefined {
  const result = readConfig(path);
  if ('config' in result) return result.config;
  process.stderr.write(`${result.problems.join('\n')}\n`);
  return undefined;
}
