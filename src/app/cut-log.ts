import type { Logger } from '../core/logger.ts';

/** Makes what warns of values that were cut, once per label: it hears of every one. */
export function createCutLog(logger: Logger): (family: string, label: string) => void {
  const said = new Set<string>();
  return (family, label) => {
    if (said.has(label)) return;
    said.add(label);
    logger.warn(
      'A label is longer than 256 characters and was cut; its end tells it from others (said once per label)',
      { label, family },
    );
  };
}
