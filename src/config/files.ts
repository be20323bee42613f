import { resolve } from 'node:path';
import { toPath } from './problems.ts';
import { type Config, type FileKey, fileKeys } from './schema.ts';

/** The whole of a file as UTF-8; throws when it cannot be read. */
export type ReadFile = (path: string) => string;

/** A file that the text of a configuration names. */
export interface NamedFile extends FileKey {
  /** Where it is named, in the configuration. */
  readonly at: readonly PropertyKey[];
  readonly path: string;
}

/** Makes the files that `data` names absolute, in place, and returns them. */
export function resolveFiles(data: unknown, folder: string): readonly NamedFile[] {
  return filePlaces(data).map(({ file, at, around, key, name }) => {
    const path = resolve(folder, name);
    around[key] = path;
    return { ...file, at, path };
  });
}

/** The files that are read when this configuration is put in force; ids are not among them, which are read whenever they change. */
export function neededFiles(config: Config): readonly string[] {
  return filePlaces(config).flatMap(({ file, name }) => (file.needed ? [name] : []));
}

/** The files of ids that the endpoints of this configuration are read from, each with the key that names it. */
export function awaitedFiles(config: Config): readonly { readonly key: string; readonly path: string }[] {
  if (!config.websocket.enabled) return [];
  return filePlaces(config).flatMap(({ file, at, name }) =>
    // That of discovered stages stands for many, which are not known here.
    file.needed || at[1] === 'discover_source' ? [] : [{ key: toPath(at), path: name }],
  );
}

/** What is wrong with a file, in words that follow its name; undefined for nothing. */
export function fileProblem({ path, problem }: NamedFile, readFile: ReadFile): string | undefined {
  const file = read(path, readFile);
  if ('problem' in file) return file.problem;
  return file.text.trim() === '' ? 'is empty' : problem?.(file.text);
}

/** What a file holds, or why that cannot be known, in words that follow its name. */
export function read(path: string, readFile: ReadFile): { text: string } | { problem: string } {
  try {
    return { text: readFile(path) };
  } catch (error) {
    // `ENOENT: no such file or directory, open '…'`: the path is told anyway.
    const [reason] = String(error instanceof Error ? error.message : error).split(', ');
    return { problem: `cannot be read: ${reason}` };
  }
}

/** Each place of `data` that names a file. */
function filePlaces(data: unknown) {
  return fileKeys.flatMap((file) => {
    const key = file.keys.at(-1) ?? '';
    return [...valuesAt(data, file.keys.slice(0, -1))].flatMap(({ at, value }) => {
      const name = isMapping(value) ? value[key] : undefined;
      if (!isMapping(value) || typeof name !== 'string' || name === '') return [];
      return [{ file, at: [...at, key], around: value, key, name }];
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
