import { Calls } from './aws/calls.ts';
import type { Config } from './config/schema.ts';
import type { Clock } from './core/clock.ts';
import type { Family } from './core/family.ts';
import type { Logger } from './core/logger.ts';
import { Snapshot } from './exposition/snapshot.ts';
import { buildInfo, createOwnCounters, type ReloadState, reloadFamilies, targetUp } from './own-families.ts';
import { passFamilies } from './schedule/families.ts';
import { PassRunner } from './schedule/pass.ts';
import { createScheduler, type Scheduler } from './schedule/scheduler.ts';
import type { CollectorView } from './server/status-page.ts';
import { type Part, type Setup, startDomains } from './setup.ts';
import type { Storage } from './storage/storage.ts';

/** What an exporter is made of. */
export interface ExporterDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly storage: Storage;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Hears how far listings have come. */
  readonly onProgress: (endpointId: string, connections: number) => void;
}

const JITTER_MS = 10_000;
/** An aborted pass may take so long to save what it has; with what follows, shutting down takes less than 5 s. */
const GRACE_MS = 3_000;

/** A running exporter: collectors on their schedules, and what they publish. */
export class Exporter {
  readonly #deps: ExporterDeps;
  readonly #calls: Calls;
  readonly #own = createOwnCounters();
  readonly #ownFamilies: readonly Family[];
  readonly #open: ReturnType<typeof startDomains>;
  /** One per domain for the life of the process: its counters do not fall when the configuration changes. */
  readonly #runners = new Map<string, PassRunner>();
  readonly #snapshot: Snapshot;
  #setup: Setup | undefined;
  #schedulers = new Map<string, Scheduler>();
  #reload: ReloadState;
  #reloading: Promise<unknown> = Promise.resolve();
  #cancelChange = () => {};
  #isClosing = false;

  constructor(deps: ExporterDeps) {
    this.#deps = deps;
    this.#calls = new Calls(deps.clock);
    this.#open = startDomains({ ...deps, ...this.#own });
    this.#reload = { successful: true, lastSuccessAt: deps.clock.now() };
    this.#ownFamilies = [
      buildInfo(process.version),
      targetUp(() => [...this.#parts()].map(([name, { collector }]) => [name, collector.status()] as const)),
      ...this.#calls.families,
      ...Object.values(this.#own),
      ...reloadFamilies(() => this.#reload),
      ...deps.storage.families,
    ];
    this.#snapshot = new Snapshot({
      kept: () => this.#kept(),
      live: () => this.#live(),
      onFamilyError: (family, err) => {
        this.#own.familyErrors.add({ family });
        deps.logger.error('A metric family could not be rendered and was left out', { family, err });
      },
    });
  }

  /** Puts a configuration in force; rejects, changing nothing, when it cannot be. Passes begin with `schedule` or `runOnce`. */
  async apply(config: Config): Promise<void> {
    const { clock, logger } = this.#deps;
    const setup = await this.#open(config, { clock, calls: this.#calls });
    if (setup.parts.size === 0) logger.warn('No collector is enabled: there is nothing to export');
    await this.#stopPasses(new Error('the configuration was reloaded'));
    this.#setup?.aws.close();
    this.#setup = setup;
    for (const [name, { collector }] of setup.parts) {
      if (!this.#runners.has(name)) this.#runners.set(name, this.#createRunner(name));
      await collector.restore();
    }
    await this.#render();
  }

  /** Starts the passes of every collector, the first at once. */
  schedule(): void {
    const { clock, random } = this.#deps;
    for (const [name, { schedule }] of this.#parts()) {
      const runner = this.#runners.get(name);
      if (runner)
        this.#schedulers.set(
          name,
          createScheduler({ cron: schedule, runner, clock, jitterMs: JITTER_MS, random }),
        );
    }
  }

  /** One pass of every collector; whether all succeeded. */
  async runOnce(): Promise<boolean> {
    const results = await Promise.all(this.#activeRunners().map((runner) => runner.run('command')));
    return results.every((success) => success);
  }

  /** Puts what `load` gives in force and goes on with it; its problems, or none. Reloads take turns. */
  reload(
    load: () => { readonly config: Config } | { readonly problems: readonly string[] },
  ): Promise<readonly string[]> {
    const turn = this.#reloading.then(() => this.#reloadNow(load));
    this.#reloading = turn.catch(() => {});
    return turn;
  }

  /** The exposition as of now. */
  scrape(gzip: boolean): Promise<Uint8Array> {
    return this.#snapshot.scrape(gzip);
  }

  /** Every family of the exposition, but for those of the process and of Node.js. */
  families(): readonly Family[] {
    return [...this.#kept(), ...this.#live()];
  }

  /** The configuration in force. */
  get config(): Config {
    if (!this.#setup) throw new Error('no configuration is in force yet');
    return this.#setup.config;
  }

  /** A table of the last pass by its name, or undefined while no collector keeps it. */
  table(name: string): readonly unknown[] | undefined {
    for (const { collector } of this.#parts().values()) {
      const rows = collector.tables.get(name);
      if (rows) return rows();
    }
    return undefined;
  }

  /** Why it is not ready, in a sentence; undefined when it is. */
  notReady(): string | undefined {
    if (this.#isClosing) return 'The exporter is shutting down.';
    const waiting = this.#activeRunners().filter((runner) => !runner.state().last);
    if (!this.#setup || waiting.length > 0) {
      return `The first pass has not ended yet${waiting.length > 0 ? `: ${waiting.map((runner) => runner.state().collector).join(', ')}` : ''}.`;
    }
    return undefined;
  }

  /** Every collector as people want to see it. */
  collectors(): readonly CollectorView[] {
    return [...this.#parts()].flatMap(([name, { collector }]) => {
      const runner = this.#runners.get(name);
      if (!runner) return [];
      return [
        {
          ...runner.state(),
          nextPassAt: this.#schedulers.get(name)?.nextPassAt(),
          targets: collector.status(),
        },
      ];
    });
  }

  /** No longer ready: what is asked from now on goes elsewhere. */
  beginClosing(): void {
    this.#isClosing = true;
  }

  /** Ends the pass under way, saving what it has, and everything else. */
  async close(): Promise<void> {
    this.beginClosing();
    await this.#reloading;
    await this.#stopPasses(new Error('the exporter is shutting down'));
    this.#cancelChange();
    this.#setup?.aws.close();
  }

  async #reloadNow(
    load: () => { readonly config: Config } | { readonly problems: readonly string[] },
  ): Promise<readonly string[]> {
    const { clock, logger } = this.#deps;
    if (this.#isClosing) return ['the exporter is shutting down'];
    const loaded = load();
    let problems = 'problems' in loaded ? loaded.problems : [];
    if ('config' in loaded) {
      try {
        await this.apply(loaded.config);
        this.schedule();
      } catch (error) {
        problems = [error instanceof Error ? error.message : String(error)];
      }
    }
    const successful = problems.length === 0;
    this.#reload = { successful, lastSuccessAt: successful ? clock.now() : this.#reload.lastSuccessAt };
    if (successful) logger.info('The configuration was reloaded');
    else
      logger.error('The configuration was not reloaded; the one before stays in force', {
        problems: problems.join('; '),
      });
    return problems;
  }

  #kept(): readonly Family[] {
    return [...this.#parts().values()].flatMap(({ collector }) => collector.families);
  }

  #live(): readonly Family[] {
    return [...this.#ownFamilies, ...passFamilies(this.#activeRunners())];
  }

  #parts(): ReadonlyMap<string, Part> {
    return this.#setup?.parts ?? new Map();
  }

  #activeRunners(): readonly PassRunner[] {
    return [...this.#parts().keys()].flatMap((name) => this.#runners.get(name) ?? []);
  }

  #createRunner(name: string): PassRunner {
    const part = () => this.#parts().get(name);
    return new PassRunner({
      collector: name,
      collect: async (signal) => part()?.collector.collect(signal),
      get timeoutMs() {
        return part()?.timeoutMs ?? 0;
      },
      graceMs: GRACE_MS,
      onEnd: () => this.#render(),
      clock: this.#deps.clock,
      logger: this.#deps.logger,
    });
  }

  async #stopPasses(reason: Error): Promise<void> {
    for (const scheduler of this.#schedulers.values()) scheduler.stop();
    this.#schedulers = new Map();
    for (const runner of this.#runners.values()) runner.abort(reason);
    await Promise.all([...this.#runners.values()].map((runner) => runner.idle()));
  }

  /** Renders what collectors publish, and again by itself when that changes without a pass. */
  async #render(): Promise<void> {
    await this.#snapshot.render();
    this.#cancelChange();
    const changes = [...this.#parts().values()].flatMap(({ collector }) => collector.nextChangeInMs() ?? []);
    if (changes.length === 0 || this.#isClosing) return;
    this.#cancelChange = this.#deps.clock.after(Math.min(...changes), () => {
      this.#render().catch((err: unknown) =>
        this.#deps.logger.error('The exposition could not be rendered', { err }),
      );
    });
  }
}
