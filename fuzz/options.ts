import { parseArgs } from 'node:util';

/** What a run is asked for on the command line. */
export interface Options {
  /** For all targets together. */
  readonly seconds: number;
  readonly seed: number;
  /** The target that alone is fuzzed. */
  readonly only: string | undefined;
  /** A file with an input that failed, which alone is given. */
  readonly replay: string | undefined;
}

const DEFAULT_SECONDS = 60;

/** Reads `--seconds=60 --seed=1 --only=NAME --replay=FILE`; throws a sentence for anything else. */
export function toOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: String(DEFAULT_SECONDS) },
      // A run by night finds something new each time; the table says which it was.
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      only: { type: 'string' },
      replay: { type: 'string' },
    },
  });
  return {
    seconds: toNumber('seconds', values.seconds),
    seed: toNumber('seed', values.seed),
    only: values.only,
    replay: values.replay,
  };
}

function toNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} must be a whole number, not ${text}`);
  return Number(text);
}
