import type { Clock } from '../core/clock.ts';

/** Work that is done some time after it was asked for, however often that was, and never twice at a time. */
export class Early {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #work: () => Promise<void>;
  #cancel: (() => void) | undefined;
  #underWay: Promise<void> = Promise.resolve();

  /** `work` never rejects. */
  constructor(clock: Clock, afterMs: number, work: () => Promise<void>) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#work = work;
  }

  /** Has the work done `afterMs` from now, unless it is to be done before. */
  ask(): void {
    this.#cancel ??= this.#clock.after(this.#afterMs, () => {
      this.#cancel = undefined;
      this.#underWay = this.#underWay.then(this.#work);
    });
  }

  /** No more of it; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#cancel?.();
    await this.#underWay;
  }
}
