import { dirname, resolve } from 'node:path';
import { toDocument } from '../config/document.ts';
import { formatProblems, nothingButOne, type Problem, toPath } from '../config/problems.ts';
import { Spelled } from '../config/spelled.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { readSmallFile, toLook } from '../files/small-file.ts';
import { toUnreadable } from '../files/unreadable.ts';
import { judge } from './judge.ts';
import type { WebConfigRead } from './model.ts';
import type { Remark } from './remark.ts';

const EMPTY = 'is empty: everybody may come in, over plain HTTP; {} says that this is meant';

/** Reads and checks a file of `--web.config.file` and the files that it names, as Prometheus' exporter-toolkit does; never throws. */
export function readWebConfig(path: string, clock: Clock = systemClock): WebConfigRead {
  const looks = new Map<string, string>();
  const read = (file: string) => {
    try {
      const content = readSmallFile(file);
      looks.set(file, toLook(content));
      return { path: file, text: content.toString() };
    } catch (error) {
      looks.set(file, toLook(error));
      const { problem, remedy } = toUnreadable(error);
      return { path: file, problem: problem + remedy };
    }
  };
  const refuse = (problems: readonly Problem[]) => ({
    looks,
    problems: formatProblems(problems, path).split('\n'),
  });

  const file = read(path);
  if ('problem' in file) return refuse([{ path: '', message: file.problem ?? '' }]);
  const document = toDocument(file.text, { version: '1.1', isSpelled: true });
  const toProblem = ({ keys, message }: Remark): Problem => {
    const line = document.lineOf(keys);
    return { path: toPath(keys), ...(line !== undefined && { line }), message };
  };
  const { data } = document;
  if (data === undefined && document.problems.length > 0) return refuse(document.problems);
  const scalar = data instanceof Spelled ? data.value : data;
  if (data != null && typeof scalar !== 'object')
    return refuse([...document.problems, nothingButOne(typeof scalar)]);
  const readNamed = (name: string) => read(resolve(dirname(path), name));
  const judged = judge(data ?? {}, readNamed, clock.now());
  const problems = [...document.problems, ...judged.problems.map(toProblem)];
  if (!judged.config || problems.length > 0)
    return refuse(problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  const isEmpty = data == null;
  const warnings = [...(isEmpty ? [{ path: '', message: EMPTY }] : []), ...judged.warnings.map(toProblem)];
  return {
    looks,
    config: judged.config,
    isEmpty,
    warnings: formatProblems(warnings, path).split('\n').filter(Boolean),
  };
}
