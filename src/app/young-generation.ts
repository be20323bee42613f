import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation as small as it begins, unless whoever starts Node.js says how large it is to be. A pass reads its pages into
 * buffers outside V8's heap, which go when what is young is collected: the more room that has, the later they do, and V8 collects everything.
 */
export function keepYoungGenerationSmall(
  given: readonly string[] = [...process.execArgv, process.env.NODE_OPTIONS ?? ''],
): void {
  if (!given.some((flag) => /semi[-_]space/.test(flag))) setFlagsFromString('--semi-space-growth-factor=1');
}
