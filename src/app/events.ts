import type { RequestListener } from 'node:http';
import type { IntakeConfig } from '../config/intake.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { type Collector, Stopped } from '../core/collector.ts';
import { toSentence } from '../core/error-text.ts';
import type { ConnectionEvent, Taken } from '../core/websocket-event.ts';
import { toEventPath } from '../event-forms/shapes.ts';
import { takeSmallFile } from '../files/small-file.ts';
import { createIntakeApp } from '../intake/app.ts';
import { toTokens } from '../intake/token.ts';
import { createErrorLog } from '../server/error-log.ts';
import { toPath } from '../server/request-path.ts';
import { createUnreadableLog } from '../server/unreadable-log.ts';
import { Following } from './following.ts';
import { createWrongsLog, metricOf, type SayWrong } from './intake-log.ts';
import { IntakePort, type IntakePortDeps } from './intake-port.ts';
import type { OwnCounters } from './own-families.ts';

/** What the intake is made of. */
export interface EventsDeps extends Pick<IntakePortDeps, 'logger' | 'listen' | 'isGiven' | 'openWeb'> {
  readonly clock: Clock;
  readonly intakeEvents: OwnCounters['intakeEvents'];
  readonly collectors: () => readonly Collector[];
  /** Renders what collectors publish. */
  readonly render: () => Promise<void>;
}

/** What came in is saved so often: with the time that a save takes under load, docs and contract promise two and five seconds. */
const SETTLE_EVERY_MS = 1_000;
/** Who waits for events to be saved waits so long at most. */
const PATIENCE_MS = 2_000;
const EVENTS = ['connect', 'disconnect', 'message'] as const;

/** Events from outside, between passes: who takes them in, and when they are saved and published. */
export class Events {
  readonly #deps: EventsDeps;
  readonly #say: SayWrong;
  readonly #onError: (path: string, err: unknown) => void;
  readonly #port: IntakePort;
  readonly #following = new Following();
  #cancelSettling = () => {};
  #flushing: Promise<void> = Promise.resolve();
  #publishing: Promise<void> = Promise.resolve();
  #nextPublishing: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(deps: EventsDeps) {
    this.#deps = deps;
    this.#say = createWrongsLog(deps);
    this.#onError = createErrorLog(deps, 'An event could not be taken in');
    const { intakeEvents } = deps;
    const sayUnreadable = createUnreadableLog(deps, 'the intake', { metric: metricOf('unreadable') });
    this.#port = new IntakePort({
      ...deps,
      onUnreadable: (unreadable, from) => {
        intakeEvents.add({ event: 'unknown', result: 'unreadable' });
        sayUnreadable(unreadable, from);
      },
      onRefused: (refusal, { url }) => {
        const path = toEventPath(toPath(url));
        const result = refusal === 'unauthorized' ? 'unauthorized' : 'refused';
        if (path) intakeEvents.add({ event: path.type ?? 'unknown', result });
      },
      createApp: (config, isGuarded) => this.#createApp(config, isGuarded),
    });
  }

  /** Where events are taken in; empty while nowhere. */
  get urls(): readonly string[] {
    return this.#port.urls;
  }

  /** Puts a configuration in force; rejects, changing nothing, when it cannot listen. */
  async apply(config: IntakeConfig): Promise<void> {
    if (this.#stopped) throw new Stopped('the exporter is shutting down');
    await this.#port.apply(config);
    this.#settleLater();
  }

  /** Begins to read what tells these collectors of events when it is asked, unless that is being done. */
  follow(): void {
    if (this.#stopped || !this.#following.begin(this.#deps.collectors())) return;
    this.#settleLater();
  }

  /** Reads no more of it; resolves when nothing of that is under way. */
  unfollow(): Promise<void> {
    return this.#following.end();
  }

  /** Saves and publishes what came in, of these collectors. */
  async flush(): Promise<void> {
    if (await this.#save()) await this.#deps.render();
  }

  /** The same, but does not wait long for a disk that hangs; whether it answered in time. */
  async flushInTime(): Promise<boolean> {
    const done = new AbortController();
    const late = sleep(this.#deps.clock, PATIENCE_MS, done.signal).then(
      () => false,
      () => true,
    );
    const flushed = this.#flushing.then(() => this.flush()).then(() => true);
    const isInTime = await Promise.race([flushed, late]);
    done.abort();
    if (!isInTime) this.#deps.logger.error('The disk does not answer; what came in last is not saved yet');
    return isInTime;
  }

  /** Takes in no more events; resolves when those under way are answered. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Takes in no more events, and saves those that came, however long the disk takes. */
  async close(): Promise<void> {
    await this.stop();
    await this.#flushing;
    await this.flush();
  }

  async #stop(): Promise<void> {
    this.#cancelSettling();
    await this.unfollow();
    await this.#port.close();
  }

  async #createApp({ token_file: file }: IntakeConfig, isGuarded: boolean): Promise<RequestListener> {
    const { intakeEvents } = this.#deps;
    const tokens = file === null ? undefined : toTokens(await readToken(file));
    const ofAny = ['unreadable', 'unauthorized', ...(isGuarded ? ['refused'] : [])];
    for (const event of EVENTS)
      for (const result of ['accepted', 'over_capacity', 'unroutable', ...ofAny])
        intakeEvents.add({ event, result }, 0);
    for (const result of ofAny) intakeEvents.add({ event: 'unknown', result }, 0);
    return createIntakeApp({
      tokens,
      take: (event) => this.#take(event),
      onEvent: (event, result, reason) => {
        intakeEvents.add({ event, result });
        this.#say(result, reason === undefined ? {} : { reason });
      },
      onError: this.#onError,
    });
  }

  #take(event: ConnectionEvent): Taken {
    for (const collector of this.#deps.collectors()) {
      const taken = collector.take?.(event) ?? 'unroutable';
      if (taken !== 'unroutable') return taken;
    }
    // Said here, where it is known what the event says; never its id.
    const { apiId: api_id, stage, domain } = event;
    this.#say('unroutable', { api_id, stage, domain });
    return 'unroutable';
  }

  /** The next time is counted from the beginning of this one, and does not wait for a rendering: a slow one would leave more to lose. */
  #settleLater(delayMs = SETTLE_EVERY_MS): void {
    const { clock } = this.#deps;
    this.#cancelSettling();
    if ((!this.#port.isOpen && !this.#following.isUnderWay) || this.#stopped) return;
    this.#cancelSettling = clock.after(delayMs, () => {
      const dueAt = clock.monotonic() + SETTLE_EVERY_MS;
      this.#flushing = this.#save()
        .then((isChanged) => void (isChanged && this.#publish()))
        .finally(() => this.#settleLater(Math.max(dueAt - clock.monotonic(), 0)));
    });
  }

  /** Whether anything was taken in that is saved now. */
  async #save(): Promise<boolean> {
    const changed = await Promise.all(
      this.#deps.collectors().map((collector) => collector.flush?.() ?? false),
    );
    return changed.includes(true);
  }

  /** Renders after the rendering under way, if there is one; never rejects. */
  #publish(): void {
    this.#nextPublishing ??= this.#publishing.then(() => {
      this.#nextPublishing = undefined;
      this.#publishing = this.#deps.render().catch((err: unknown) => {
        this.#deps.logger.error('What came in could not be published', { reason: toSentence(err) });
      });
    });
  }
}

async function readToken(file: string): Promise<string> {
  try {
    return (await takeSmallFile(file)).toString();
  } catch (cause) {
    throw new Error(`reading intake.token_file ${file}`, { cause });
  }
}
