import { dirname } from 'node:path';
import type { z } from 'zod';
import { nearest } from '../fields/nearest.ts';
import { type Document, toDocument } from './document.ts';
import { fileProblem, type ReadFile, read, resolveFiles } from './files.ts';
import { keysAt } from './json-schema.ts';
import { lostKeys } from './lost-keys.ts';
import { toMessage } from './messages.ts';
import { nothingButOne, type Problem, toPath } from './problems.ts';
import { type Config, configSchema } from './schema.ts';

/** Where a configuration comes from. */
export interface ConfigSource {
  /** The file; without it and without `text` every key has its default. */
  readonly path?: string | undefined;
  /** Stands for what the file holds. */
  readonly text?: string | undefined;
  readonly readFile: ReadFile;
  /** Says what is wrong with a file in the format of `--web.config.file`, in sentences that name it; without it such files are not read. */
  readonly judgeWebFile?: (path: string) => readonly string[];
}

/** A configuration that can be used, and whether a file was given that says nothing at all; or everything that is wrong with it. */
export type LoadResult =
  | { readonly config: Config; readonly isEmpty: boolean }
  | { readonly problems: readonly Problem[] };

/** Far more than any configuration; so much is read within a second or two, in which nothing else is done. */
export const MOST_CHARACTERS = 1 << 20;

/** Reads and checks a configuration; never throws, and tells every problem at once, in the order of the file. */
export function loadConfig({ path, text, readFile, judgeWebFile }: ConfigSource): LoadResult {
  let content = text ?? '';
  if (path !== undefined && text === undefined) {
    const file = read(path, readFile);
    if ('problem' in file) return { problems: [{ path: '', message: file.problem + file.remedy }] };
    content = file.text;
  }
  if (content.length > MOST_CHARACTERS)
    return { problems: [{ path: '', message: 'it is larger than 1 MiB, which no configuration is' }] };
  const document = toDocument(content);
  if (document.data === undefined && document.problems.length > 0) return { problems: document.problems };

  const data = document.data ?? {};
  if (typeof data !== 'object') return { problems: [...document.problems, nothingButOne(typeof data)] };
  const files = resolveFiles(data, path === undefined ? '.' : dirname(path));
  const parsed = configSchema.safeParse(data, { error: toMessage });
  const faults = (parsed.error?.issues ?? []).flatMap((issue) => toFaults(issue, data));
  const told = new Set(faults.map(({ keys }) => toPath(keys)));
  const lost = [...lostKeys(data)].filter((keys) => !told.has(toPath(keys)));
  const found = [
    ...faults,
    ...lost.map((keys) => ({ keys, message: 'no key and no tag can have this name here; leave it out' })),
    ...files.flatMap((file): Fault[] => {
      const { at: keys, path: name, is } = file;
      if (is === 'web') return (judgeWebFile?.(name) ?? []).map((message) => ({ keys, message }));
      const problem = is === 'needed' ? fileProblem(file, readFile) : undefined;
      return problem === undefined ? [] : [{ keys, message: `${name} ${problem}` }];
    }),
  ];
  const problems = [
    ...document.problems,
    ...found.map(({ keys, message }) => toProblem(keys, message, document)),
  ];
  if (parsed.success && problems.length === 0)
    return { config: parsed.data, isEmpty: document.data === undefined && (path ?? text) !== undefined };
  return { problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

interface Fault {
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}

function toProblem(keys: readonly PropertyKey[], message: string, { lineOf }: Document): Problem {
  const line = lineOf(keys);
  return { path: toPath(keys), ...(line !== undefined && { line }), message };
}

function toFaults(issue: z.core.$ZodIssue, data: unknown): Fault[] {
  const { path, message } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ keys: path, message }];
  return issue.keys.map((key) => ({
    keys: [...path, key],
    message: `unknown key, did you mean ${nearest(key, keysAt(path, data))}?`,
  }));
}
