import type { Clock } from '../core/clock.ts';
import type { Family } from '../core/family.ts';

/** How far AWS' clock is from ours, by the Date of its last answer. */
export class ClockSkew {
  readonly #clock: Clock;
  #skewMs: number | undefined;

  /** Nothing until an answer was noted. */
  readonly family: Family = {
    name: 'aws_connections_exporter_clock_skew_seconds',
    help: "How far AWS' clock is ahead of the one of this machine (negative: behind), as of the last answer of AWS, give or take a second.",
    type: 'gauge',
    labelNames: [],
    samples: () => (this.#skewMs === undefined ? [] : [{ labels: {}, value: this.#skewMs / 1000 }]),
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes what a call of the SDK came to, also an error, which was begun at `startedAt`, in monotonic milliseconds. */
  note(answer: unknown, startedAt: number): void {
    const saidAt = dateOf(answer);
    if (saidAt === undefined) return;
    const tookMs = this.#clock.monotonic() - startedAt;
    // It is said in whole seconds, cut off, and at some moment since the request began.
    this.#skewMs = saidAt + 500 - (this.#clock.now() - tookMs / 2);
  }
}

interface Answered {
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** The Date of an answer, or of one that was an error, in milliseconds since 1970. */
function dateOf(answer: unknown): number | undefined {
  const { response, $response = response } = answer as { response?: Answered; $response?: Answered };
  const at = Date.parse($response?.headers?.date ?? '');
  return Number.isNaN(at) ? undefined : at;
}
