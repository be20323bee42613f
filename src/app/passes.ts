import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { PassView } from '../schedule/families.ts';
import { isOverdue, PassRunner } from '../schedule/pass.ts';
import { createScheduler, type Scheduler } from '../schedule/scheduler.ts';
import type { Part } from './setup.ts';

const JITTER_MS = 10_000;
/** An aborted pass may take so long to save what it has; what follows must fit into the rest of the time for shutting down. */
const GRACE_MS = 2_500;

/** What passes are made of. */
export interface PassesDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** What the configuration in force enables, by the domain's name. */
  readonly parts: () => ReadonlyMap<string, Part>;
  /** Renders what collectors publish. */
  readonly render: () => Promise<void>;
}

/** The passes of all collectors: their runners, which live as long as the process, and their schedule. */
export class Passes {
  readonly #deps: PassesDeps;
  /** Kept over reloads: their counters do not fall when the configuration changes. */
  readonly #runners = new Map<string, PassRunner>();
  #scheduler: Scheduler | undefined;

  constructor(deps: PassesDeps) {
    this.#deps = deps;
  }

  /** How the passes of what is enabled go, and when the next of each begins. */
  states(): readonly (PassView & { readonly nextPassAt: number | undefined })[] {
    const { parts, clock } = this.#deps;
    return [...parts()].map(([name, { intervalMs, staleAfterMs }]) => {
      const state = this.#runner(name).state();
      const nextPassAt = this.#scheduler?.nextPassAt(name);
      const overdue = isOverdue(state, intervalMs, clock.monotonic());
      return { ...state, intervalMs, staleAfterMs, isOverdue: overdue, nextPassAt };
    });
  }

  /** One pass of every collector; whether all succeeded. */
  async runOnce(): Promise<boolean> {
    const runners = [...this.#deps.parts().keys()].map((name) => this.#runner(name));
    const results = await Promise.all(runners.map((runner) => runner.run('command')));
    return results.every((success) => success);
  }

  /** Starts the passes of every collector, the first at once. */
  schedule(): void {
    const { parts, clock, logger, random } = this.#deps;
    const schedules = [...parts()].map(([name, { schedule }]) => ({
      cron: schedule,
      runner: this.#runner(name),
    }));
    this.#scheduler?.stop();
    this.#scheduler = createScheduler({ schedules, clock, logger, jitterMs: JITTER_MS, random });
  }

  /** Begins no more passes and tells those under way to end; resolves to whether they did. */
  async stop(reason: Error): Promise<boolean> {
    this.#scheduler?.stop();
    this.#scheduler = undefined;
    const runners = [...this.#runners.values()];
    for (const runner of runners) runner.abort(reason);
    await Promise.all(runners.map((runner) => runner.idle()));
    return !runners.some(({ isStuck }) => isStuck);
  }

  #runner(name: string): PassRunner {
    const known = this.#runners.get(name);
    if (known) return known;
    const { clock, logger, parts, render } = this.#deps;
    const runner = new PassRunner({
      collector: name,
      collect: async (signal, publish) => {
        await parts().get(name)?.collector.collect(signal, publish);
      },
      get timeoutMs() {
        return parts().get(name)?.timeoutMs ?? 0;
      },
      graceMs: GRACE_MS,
      publish: render,
      clock,
      logger,
    });
    this.#runners.set(name, runner);
    return runner;
  }
}
