import type { Logger } from '../core/logger.ts';
import { readWebConfig } from '../web-config/read.ts';

/** Whether a start can go on with this file of `--web.config.file`, or without one; what is wrong or dangerous there is logged. */
export function judgeWebConfig(path: string | undefined, logger: Logger): boolean {
  if (path === undefined) return true;
  const read = readWebConfig(path);
  if ('config' in read) {
    for (const warning of read.warnings) logger.warn(warning);
    return true;
  }
  for (const problem of read.problems) logger.error('The web configuration cannot be used', { problem });
  return false;
}
