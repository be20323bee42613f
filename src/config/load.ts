import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { type Document, toDocument } from './document.ts';
import { keysAt } from './json-schema.ts';
import { toMessage } from './messages.ts';
import { nearest } from './nearest.ts';
import { type Problem, toPath } from './problems.ts';
import { type Config, configSchema, type FileKey, fileKeys } from './schema.ts';

/** Where a configuration comes from. */
export interface ConfigSource {
  /** The file; without it and without `text` every key has its default. */
  readonly path?: string | undefined;
  /** Stands for what the file holds. */
  readonly text?: string | undefined;
  /** The whole of a file as UTF-8; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** A configuration that can be used, or everything that is wrong with it. */
export type LoadResult = { readonly config: Config } | { readonly problems: readonly Problem[] };

/** Reads and checks a configuration; never throws, and tells every problem at once, in the order of the file. */
export function loadConfig({ path, text, readFile }: ConfigSource): LoadResult {
  let content = text ?? '';
  if (path !== undefined && text === undefined) {
    const file = read(path, readFile);
    if ('problem' in file) return { problems: [{ path: '', message: file.problem }] };
    content = file.text;
  }
  const document = toDocument(content);
  if (document.data === undefined && document.problems.length > 0) return { problems: document.problems };

  const data = document.data ?? {};
  const files = resolveFiles(data, path === undefined ? '.' : dirname(path));
  const parsed = configSchema.safeParse(data, { error: toMessage });
  const found = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => toFaults(issue, data)),
    ...files.filter(({ needed }) => needed).flatMap((file) => fileFaults(file, readFile)),
  ];
  const problems = [
    ...document.problems,
    ...found.map(({ keys, message }) => toProblem(keys, message, document)),
  ];
  if (parsed.success && problems.length === 0) return { config: parsed.data };
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

interface NamedFile {
  readonly problem: FileKey['problem'] | undefined;
  readonly keys: readonly PropertyKey[];
  readonly absolute: string;
  readonly needed: boolean;
}

/** Makes the files that `data` names absolute, in place, and returns them. */
function resolveFiles(data: unknown, folder: string): NamedFile[] {
  return fileKeys.flatMap(({ keys, needed, problem }) => {
    const key = keys.at(-1) ?? '';
    return [...valuesAt(data, keys.slice(0, -1))].flatMap(({ at, value }) => {
      const name = isMapping(value) ? value[key] : undefined;
      if (!isMapping(value) || typeof name !== 'string' || name === '') return [];
      const absolute = resolve(folder, name);
      value[key] = absolute;
      return [{ keys: [...at, key], absolute, needed, problem }];
    });
  });
}

/** What stands at these keys, `*` being every item of a list. */
function* valuesAt(
  value: unknown,
  [key, ...rest]: readonly string[],
  at: readonly PropertyKey[] = [],
): Iterable<{ readonly at: readonly PropertyKey[]; readonly value: unknown }> {
  if (key === undefined) yield { at, value };
  else if (key !== '*' && isMapping(value)) yield* valuesAt(value[key], rest, [...at, key]);
  else if (key === '*' && Array.isArray(value))
    for (const [index, item] of value.entries()) yield* valuesAt(item, rest, [...at, index]);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fileFaults({ keys, absolute, problem }: NamedFile, readFile: ConfigSource['readFile']): Fault[] {
  const file = read(absolute, readFile);
  if ('problem' in file) return [{ keys, message: `${absolute} ${file.problem}` }];
  const message = file.text.trim() === '' ? 'is empty' : problem?.(file.text);
  return message === undefined ? [] : [{ keys, message: `${absolute} ${message}` }];
}

function read(path: string, readFile: ConfigSource['readFile']): { text: string } | { problem: string } {
  try {
    return { text: readFile(path) };
  } catch (error) {
    // `ENOENT: no such file or directory, open '…'`: the path is told anyway.
    const [reason] = String(error instanceof Error ? error.message : error).split(', ');
    return { problem: `cannot be read: ${reason}` };
  }
}
