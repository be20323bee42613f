import type { z } from 'zod';
import type { IsSound } from '../polling/domain.ts';
import { toPath } from './problems.ts';

/** Tells what of a configuration can be judged further, in view of what was found wrong with it; unknown keys leave the known ones as they are. */
export function soundness(issues: readonly z.core.$ZodRawIssue[]): IsSound {
  const wrong = new Set<string>();
  const around = new Set<string>();
  for (const { code, path = [] } of issues) {
    if (code === 'unrecognized_keys') continue;
    wrong.add(toPath(path));
    for (const outer of prefixes(path)) around.add(outer);
  }
  return (...keys) => !around.has(toPath(keys)) && !prefixes(keys).some((outer) => wrong.has(outer));
}

/** From the file as a whole, which is the empty path, to the keys themselves. */
function prefixes(keys: readonly PropertyKey[]): readonly string[] {
  return Array.from({ length: keys.length + 1 }, (_, length) => toPath(keys.slice(0, length)));
}
