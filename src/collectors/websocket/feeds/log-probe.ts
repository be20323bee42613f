import type { Clock } from '../../../core/clock.ts';
import type { Reading } from './log-reading.ts';
import type { LogPage, LogRequest, LogRow } from './source-logs.ts';

/** What other rows are looked at with. */
interface ProbeDeps {
  readonly group: string;
  readonly clock: Clock;
  readonly readPage: (request: LogRequest, signal: AbortSignal) => Promise<LogPage>;
}

const PROBE_EVERY_MS = 10 * 60_000;
const PROBED_ROWS = 50;

/** Where no new row tells of connects, looks now and then whether there are others: of another format, or none at all. */
export class LogProbe {
  readonly #deps: ProbeDeps;
  /** When that was last, on the monotonic clock. */
  #at = Number.NEGATIVE_INFINITY;
  /** Until when others have been looked at, milliseconds since 1970. */
  #until = Number.NEGATIVE_INFINITY;

  constructor(deps: ProbeDeps) {
    this.#deps = deps;
  }

  /** The first rows of any kind that were logged since then, which can be late by `overlapMs`; none where it is not time to look. */
  async look(
    { from, beganAt, isNews }: Reading,
    since: number,
    overlapMs: number,
    signal: AbortSignal,
  ): Promise<readonly LogRow[]> {
    const { group, readPage, clock } = this.#deps;
    if (isNews || clock.monotonic() - this.#at < PROBE_EVERY_MS) return [];
    const first = Math.max(from, since, this.#until);
    const request = { group, from: first, token: undefined, texts: [], limit: PROBED_ROWS };
    const { rows } = await readPage(request, signal);
    this.#at = clock.monotonic();
    this.#until = beganAt - overlapMs;
    return rows;
  }
}
