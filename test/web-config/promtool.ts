import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { programPath } from '../support/programs.ts';
import { webFolder } from './folder.ts';

/** Whether promtool calls these texts good, as files of a web configuration beside the certificates; undefined for one that it does not judge. */
export function promtoolVerdicts(texts: readonly string[]): readonly (boolean | undefined)[] {
  const folder = webFolder(Object.fromEntries(texts.map((text, index) => [`${index}.yml`, text])));
  const paths = texts.map((_, index) => join(folder, `${index}.yml`));
  const options = { encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  const { stdout, stderr } = spawnSync(programPath('promtool'), ['check', 'web-config', ...paths], options);
  const verdicts = new Map<string, boolean>();
  for (const [, path = '', verdict] of `${stdout}\n${stderr}`.matchAll(/^(\S+) (SUCCESS|FAILED)/gm))
    verdicts.set(path, verdict === 'SUCCESS');
  return paths.map((path) => verdicts.get(path));
}
