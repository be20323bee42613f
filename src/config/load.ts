import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { type Document, toDocument } from './document.ts';
import { keysAt } from './json-schema.ts';
import { toMessage } from './messages.ts';
import { nearest } from './nearest.ts';
import { type Problem, toPath } from './problems.ts';
import { type Config, configSchema, fileKeys, laterKeys } from './schema.ts';

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
    ...(parsed.error?.issues ?? []).flatMap(toFaults),
    ...files.flatMap((file) => fileFaults(file, readFile)),
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

function toFaults(issue: z.core.$ZodIssue): Fault[] {
  const { path, message } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ keys: path, message }];
  return issue.keys.map((key) => ({ keys: [...path, key], message: unknownKey(path, key) }));
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const later = path.length === 0 ? laterKeys.get(key) : undefined;
  return later ?? `unknown key, did you mean ${nearest(key, keysAt(path))}?`;
}

interface NamedFile {
  readonly keys: readonly [string, string];
  readonly absolute: string;
}

/** Makes the files that `data` names absolute, in place, and returns them. */
function resolveFiles(data: unknown, folder: string): NamedFile[] {
  const files: NamedFile[] = [];
  for (const keys of fileKeys) {
    const section = isMapping(data) ? data[keys[0]] : undefined;
    const name = isMapping(section) ? section[keys[1]] : undefined;
    if (!isMapping(section) || typeof name !== 'string' || name === '') continue;
    const absolute = resolve(folder, name);
    section[keys[1]] = absolute;
    files.push({ keys, absolute });
  }
  return files;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fileFaults({ keys, absolute }: NamedFile, readFile: ConfigSource['readFile']): Fault[] {
  const file = read(absolute, readFile);
  if ('problem' in file) return [{ keys, message: `${absolute} ${file.problem}` }];
  return file.text.trim() === '' ? [{ keys, message: `${absolute} is empty` }] : [];
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
