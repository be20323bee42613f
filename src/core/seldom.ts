import type { Clock } from './clock.ts';

/** Decides when to say again what comes again and again. */
export class Seldom {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #heard = new Map<string, { readonly saidAt: number; since: number }>();

  /** Each thing is due at most once in `everyMs` milliseconds. */
  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Hears of a thing: how often it came since it was last due, this time included; undefined while it is not due. */
  due(thing: string): number | undefined {
    const now = this.#clock.monotonic();
    const heard = this.#heard.get(thing);
    if (heard && now - heard.saidAt < this.#everyMs) {
      heard.since += 1;
      return undefined;
    }
    this.#heard.set(thing, { saidAt: now, since: 0 });
    return 1 + (heard?.since ?? 0);
  }
}
