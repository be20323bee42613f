import { resolve } from 'node:path';
import { eachDomain } from '../collectors/index.ts';
import type { Mark } from '../fields/marks.ts';
import { toUnreadable } from '../files/unreadable.ts';
import { caBundleProblem } from './ca-bundle.ts';
import { tokenProblem } from './intake.ts';
import { markedTexts } from './marked.ts';
import { toPath } from './problems.ts';
import type { Config } from './schema.ts';

/** The whole of a file as UTF-8; throws when it cannot be read. */
export type ReadFile = (path: string) => string;

/** A file that the text of a configuration names. */
export interface NamedFile {
  /** Where it is named, in the configuration. */
  readonly at: readonly PropertyKey[];
  readonly path: string;
  readonly is: NonNullable<Mark['file']>;
  /** What is wrong with what it holds. */
  readonly problem?: ((text: string) => string | undefined) | undefined;
}

/** What is wrong with what a file holds, by the key that names it. */
const CONTENTS: ReadonlyMap<string, (text: string) => string | undefined> = new Map([
  ['aws.ca_bundle', caBundleProblem],
  ['intake.token_file', tokenProblem],
]);

/** Makes the files that `data` names absolute, in place, and returns them. */
export function resolveFiles(data: unknown, folder: string): readonly NamedFile[] {
  return markedTexts(data).flatMap(({ mark: { file, keys }, at, around, key, text }) => {
    if (file === undefined) return [];
    const path = resolve(folder, text);
    around[key] = path;
    return [{ at, path, is: file, problem: CONTENTS.get(keys.join('.')) }];
  });
}

/** The files that are read when this configuration is put in force; ids are not among them, which are read whenever they change. */
export function neededFiles(config: Config): readonly string[] {
  return markedTexts(config).flatMap(({ mark, text }) => (mark.file === 'needed' ? [text] : []));
}

/** The files that what is enabled reads whenever they change, each with the key that names it; a name that stands for many is none. */
export function awaitedFiles(config: Config): readonly { readonly key: string; readonly path: string }[] {
  const isOn = new Map<PropertyKey, boolean>(eachDomain((key) => [key, config[key].enabled]));
  return markedTexts(config).flatMap(({ mark, at: [section = '', ...keys], text }) =>
    mark.file === 'optional' && isOn.get(section) && !text.includes('{')
      ? [{ key: toPath([section, ...keys]), path: text }]
      : [],
  );
}

/** What is wrong with a file, in words that follow its name; undefined for nothing. */
export function fileProblem({ path, problem }: NamedFile, readFile: ReadFile): string | undefined {
  const file = read(path, readFile);
  if ('problem' in file) return file.problem + file.remedy;
  return file.text.trim() === '' ? 'is empty' : problem?.(file.text);
}

/** What a file holds, or why that cannot be known, in words that follow its name, and what to do, in words that follow those. */
export function read(
  path: string,
  readFile: ReadFile,
): { text: string } | { problem: string; remedy: string } {
  try {
    return { text: readFile(path) };
  } catch (error) {
    return toUnreadable(error);
  }
}
