import type { LogsWorld } from '../logs/world.ts';
import { createRandom } from '../wire/random.ts';
import { type ContextValues, writeRow } from './access-log-format.ts';
import type { Stage } from './stage.ts';

export interface AccessLogOptions {
  /** How long after its event a row can be read, at least and at most; 20.1 to 20.3 s if not given. */
  readonly delayMs?: readonly [least: number, most: number];
}

/** What becomes of a row on demand; `late` is so many milliseconds beside the usual delay. */
export type RowFault = 'lost' | 'doubled' | 'malformed' | { readonly late: number };

/** What writes the rows of access logs into their log groups, late as at AWS, and spoils them on demand. */
export class AccessLog {
  readonly #logs: LogsWorld;
  /** Chance of its own, so that a world goes the same way whether or not anything is logged. */
  readonly #random;
  readonly #delayMs: readonly [number, number];
  #planned: { left: number; readonly fault: RowFault }[] = [];

  constructor(logs: LogsWorld, seed: number, { delayMs = [20_100, 20_300] }: AccessLogOptions) {
    this.#logs = logs;
    this.#random = createRandom(seed);
    this.#delayMs = delayMs;
  }

  /** Spoils the next rows; of several plans, the one made first goes first. */
  spoil(fault: RowFault, rows = 1): void {
    this.#planned.push({ left: rows, fault });
  }

  /** Writes a row of what happened at a stage at `at`, if it logs; what goes into a group that is not there is lost. */
  write(stage: Stage, at: number, values: ContextValues): void {
    const logging = stage.loggingAt(at);
    if (!logging) return;
    const fault = this.#take();
    if (fault === 'lost') return;
    const row = writeRow(logging.format, values);
    const message = fault === 'malformed' ? row.slice(0, row.length >>> 1) : row;
    const late = typeof fault === 'object' ? fault.late : 0;
    for (let copies = fault === 'doubled' ? 2 : 1; copies > 0; copies--)
      this.#logs.putAt(logging.destinationArn, {
        timestamp: at,
        ingestionTime: at + this.#delay() + late,
        message,
      });
  }

  #delay(): number {
    const [least, most] = this.#delayMs;
    return least + this.#random.below(most - least + 1);
  }

  #take(): RowFault | undefined {
    const planned = this.#planned.find(({ left }) => left > 0);
    if (!planned) return undefined;
    planned.left--;
    return planned.fault;
  }
}
