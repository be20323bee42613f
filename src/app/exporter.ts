import { Calls } from '../aws/calls.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { Stopped } from '../core/collector.ts';
import type { ExpositionForm, Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import { Seldom } from '../core/seldom.ts';
import { type Room, Snapshot } from '../exposition/snapshot.ts';
import { passFamilies } from '../schedule/families.ts';
import type { StatusModel } from '../server/page/model.ts';
import type { Storage } from '../storage/storage.ts';
import { createCutLog } from './cut-log.ts';
import { Events, type EventsDeps } from './events.ts';
import { droppedLogLines } from './log-output.ts';
import { buildInfo, createOwnCounters, credentialsExpiry, eventSources, targetUp } from './own-families.ts';
import { ownProblems } from './own-problems.ts';
import { Passes } from './passes.ts';
import { type Loaded, Reloads } from './reloads.ts';
import { SeriesLimit } from './series-limit.ts';
import { type Part, type Setup, startDomains } from './setup.ts';
import { version } from './version.ts';

/** What goes wrong with every scrape. */
const SAY_AGAIN_MS = 10 * 60_000;

/** What an exporter is made of. */
export interface ExporterDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly storage: Storage;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Hears how far listings have come. */
  readonly onProgress: (endpointId: string, connections: number) => void;
  /** Opens the port of the intake; left out by a command that takes no events in. */
  readonly listen?: EventsDeps['listen'];
  /** Opens the web configuration file of a port. */
  readonly openWeb?: EventsDeps['openWeb'];
  /** Whether the intake's sockets were opened by somebody else, so that they stay whatever the configuration says. */
  readonly isIntakeGiven?: boolean;
  /** Whether the families of the process and of Node.js are left out. */
  readonly hidesProcess?: boolean;
}

/** A running exporter: collectors on their schedules, and what they publish. */
export class Exporter {
  readonly #deps: ExporterDeps;
  readonly #calls: Calls;
  readonly #own = createOwnCounters();
  readonly #ownFamilies: readonly Family[];
  readonly #targetUp = targetUp(() =>
    [...this.#parts()].map(([name, { collector }]) => [name, collector.status()] as const),
  );
  readonly #open: ReturnType<typeof startDomains>;
  readonly #passes: Passes;
  readonly #events: Events;
  readonly #reloads: Reloads;
  readonly #snapshot: Snapshot;
  readonly #limit: SeriesLimit;
  /** Whether the rendering under way, or the next, tells of a pass. */
  #isOfPass = false;
  #setup: Setup | undefined;
  #cancelChange = () => {};
  #isScheduled = false;
  #isClosing = false;

  constructor(deps: ExporterDeps) {
    this.#deps = deps;
    this.#calls = new Calls(deps.clock);
    this.#open = startDomains({ ...deps, ...this.#own });
    this.#passes = new Passes({ ...deps, parts: () => this.#parts(), render: () => this.#renderPass() });
    this.#events = new Events({
      ...deps,
      ...this.#own,
      listen: deps.listen,
      isGiven: deps.isIntakeGiven ?? false,
      openWeb: deps.openWeb,
      collectors: () => [...this.#parts().values()].map(({ collector }) => collector),
      render: () => this.#render(),
    });
    this.#reloads = new Reloads({ ...deps, apply: (config) => this.apply(config) });
    this.#ownFamilies = [
      buildInfo(process.version),
      ...this.#calls.families,
      ...Object.values(this.#own),
      ...this.#reloads.families,
      ...eventSources(() =>
        [...this.#parts().values()].flatMap(({ collector }) => [...(collector.sources?.() ?? [])]),
      ),
      credentialsExpiry(() => this.#setup?.aws.expiries() ?? new Map()),
      ...deps.storage.families,
      droppedLogLines,
    ];
    const seldom = new Seldom(deps.clock, SAY_AGAIN_MS);
    this.#limit = new SeriesLimit({ ...deps, ...this.#own });
    this.#snapshot = new Snapshot({
      kept: () => this.#kept(),
      room: () => this.#room(),
      live: () => this.#live(),
      onCut: createCutLog(deps.logger),
      hidesProcess: deps.hidesProcess ?? false,
      onFamilyError: (family, err) => {
        this.#own.familyErrors.add({ family });
        const count = seldom.due(family);
        if (count === undefined) return;
        const message =
          'A metric family could not be rendered and was left out (said at most every ten minutes)';
        deps.logger.error(message, { family, count, err });
      },
    });
  }

  /** Puts a configuration in force and goes on with it; rejects, changing nothing, when it cannot be. Passes begin with `schedule` or `runOnce`. */
  async apply(config: Config): Promise<void> {
    const { clock, logger } = this.#deps;
    if (this.#isClosing) throw new Stopped('the exporter is shutting down');
    const setup = await this.#open(config, { clock, calls: this.#calls });
    if (setup.parts.size === 0) logger.warn('No collector is enabled: there is nothing to export');
    try {
      if (!(await this.#passes.stop(new Stopped('the configuration is reloaded'))))
        throw new Error(
          'the pass under way does not end when told to, so nothing can take its place; try again later',
        );
      await this.#events.unfollow();
      // What is stored would be read while what is known is still being written.
      if (!(await this.#events.flushInTime()))
        throw new Error('the disk does not answer, so nothing stored can be taken up; try again later');
      await this.#events.apply(config.intake);
    } catch (error) {
      setup.aws.close();
      this.#startPasses();
      throw error;
    }
    // From here on the new collectors take events in; what comes before they have restored themselves waits in them.
    this.#setup?.aws.close();
    this.#setup = setup;
    this.#limit.begin(config.limits.series, setup.parts.keys());
    for (const { collector } of setup.parts.values()) await collector.restore();
    await this.#render();
    this.#startPasses();
  }

  /** Starts the passes of every collector, the first at once, now and after every reload. */
  schedule(): void {
    this.#isScheduled = true;
    this.#startPasses();
  }

  /** One pass of every collector; whether all succeeded. */
  runOnce(): Promise<boolean> {
    return this.#passes.runOnce();
  }

  /** Puts what `load` gives in force and goes on with it; its problems, or none. Reloads take turns. */
  reload(load: () => Loaded): Promise<readonly string[]> {
    return this.#reloads.reload(load);
  }

  /** The exposition as of now, in this form, gzipped if asked for; in pieces. */
  scrape(form: ExpositionForm, gzip: boolean): Promise<readonly Uint8Array[]> {
    return this.#snapshot.scrape(form, gzip);
  }

  /** Every family of the exposition, but for those of the process and of Node.js. */
  families(): readonly Family[] {
    return [...this.#kept(), ...this.#live()];
  }

  /** Where events are taken in; empty while nowhere. */
  get intakeUrls(): readonly string[] {
    return this.#events.urls;
  }

  /** The configuration in force. */
  get config(): Config {
    if (!this.#setup) throw new Error('no configuration is in force yet');
    return this.#setup.config;
  }

  /** A table of the last pass by its name: its rows, once a pass has filled it; undefined while no collector keeps it. */
  table(name: string): { readonly rows: Iterable<unknown> | undefined } | undefined {
    for (const { collector } of this.#parts().values()) {
      const table = collector.tables.get(name);
      if (table) return { rows: table() };
    }
    return undefined;
  }

  /** Why it is not ready, in a sentence; undefined when it is. */
  notReady(): string | undefined {
    if (this.#isClosing) return 'The exporter is shutting down.';
    const waiting = this.#passes
      .states()
      .filter(({ last }) => !last)
      .map(({ collector }) => collector);
    if (this.#setup && waiting.length === 0) return undefined;
    return `The first pass has not ended yet: ${waiting.join(', ') || 'none has begun'}.`;
  }

  /** Everything as people want to see it. */
  status(): StatusModel {
    return {
      version,
      now: this.#deps.clock.now(),
      intakeUrls: this.intakeUrls.map((url) => `${url}/websocket`),
      problems: ownProblems(this.#deps.storage, this.#reloads, this.#limit),
      collectors: this.#passes.states().flatMap((state) => {
        const part = this.#parts().get(state.collector);
        if (!part) return [];
        const { title, counted, collector } = part;
        return [{ ...state, title, counted, targets: collector.status() }];
      }),
    };
  }

  /** No longer ready, and no more passes or events: the pass under way saves what it has. */
  beginClosing(): void {
    this.#isClosing = true;
    void this.#stopPasses();
    // Nothing is asked any more: what hangs over it ends now, whatever else takes its time.
    this.#setup?.aws.close();
    void this.#events.stop();
  }

  /** Ends the pass under way, saving what it has, and everything else. It has no deadline of its own. */
  async close(): Promise<void> {
    this.beginClosing();
    await this.#stopPasses();
    await this.#events.close();
    // Saved before it is waited for: a reload may hang on something else. What it took up by then is saved too.
    await this.#reloads.idle();
    await this.#stopPasses();
    await this.#events.close();
    this.#cancelChange();
    this.#setup?.aws.close();
  }

  /** What a pass published: rendered together, so that no part of it is told before another. */
  #kept(): readonly Family[] {
    return [...[...this.#parts().values()].flatMap(({ collector }) => collector.families), this.#targetUp];
  }

  #live(): readonly Family[] {
    return [...this.#ownFamilies, ...passFamilies(this.#passes.states())];
  }

  /** What there is room for in the rendering that begins. */
  #room(): Room {
    const isOfPass = this.#isOfPass;
    this.#isOfPass = false;
    const collectors = new Map(
      [...this.#parts()].flatMap(([name, { collector }]) =>
        collector.families.map((family) => [family, name] as const),
      ),
    );
    const collectorOf = (family: Family) => collectors.get(family) ?? 'exporter';
    return {
      leavesOut: (family) => this.#limit.leavesOut(family),
      within: (rendered) => this.#limit.within(rendered, this.#live(), isOfPass ? collectorOf : undefined),
    };
  }

  #parts(): ReadonlyMap<string, Part> {
    return this.#setup?.parts ?? new Map();
  }

  #startPasses(): void {
    if (!this.#isScheduled || this.#isClosing) return;
    this.#events.follow();
    this.#passes.schedule();
  }

  async #stopPasses(): Promise<void> {
    await this.#passes.stop(new Stopped('the exporter is shutting down'));
  }

  async #renderPass(): Promise<void> {
    this.#isOfPass = true;
    await this.#render();
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
