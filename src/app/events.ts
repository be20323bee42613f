import type { RequestListener } from 'node:http';
import type { IntakeConfig } from '../config/intake.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { type Collector, Stopped } from '../core/collector.ts';
import { toSentence } from '../core/error-text.ts';
import type { LogFields, Logger } from '../core/logger.ts';
import { Seldom } from '../core/seldom.ts';
import type { ConnectionEvent, Taken } from '../core/websocket-event.ts';
import { takeSmallFile } from '../files/small-file.ts';
import { createIntakeApp } from '../intake/app.ts';
import { toEventPath } from '../intake/shapes.ts';
import { toTokens } from '../intake/token.ts';
import type { ConnectionsOptions, Encryption, OnUnreadable } from '../server/connections.ts';
import { createErrorLog } from '../server/error-log.ts';
import type { Listening } from '../server/listen.ts';
import { createUnreadableLog } from '../server/unreadable-log.ts';
import type { OwnCounters } from './own-families.ts';
import type { OnRefused, Web } from './web.ts';

/** Serves `app` at this listen address, or where it is given one (undefined), or rejects. */
export type Listen = (
  app: RequestListener,
  address: string | undefined,
  options: Pick<ConnectionsOptions, 'onUnreadable' | 'encryption'>,
) => Promise<Listening>;

/** What the intake is made of. */
export interface EventsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined where nothing listens, whatever the configuration says: a command that ends by itself. */
  readonly listen: Listen | undefined;
  /** Whether the port is there whatever the configuration says; while that says off, it answers 503. */
  readonly isGiven: boolean;
  /** Opens the web configuration file of a port, or throws with its problems; undefined where nothing listens. */
  readonly openWeb: ((port: string, file: string, onRefused: OnRefused) => Web) | undefined;
  readonly intakeEvents: OwnCounters['intakeEvents'];
  readonly collectors: () => readonly Collector[];
  /** Renders what collectors publish. */
  readonly render: () => Promise<void>;
}

/** What came in is saved so often: with the time that a save takes under load, docs and contract promise two and five seconds. */
const SETTLE_EVERY_MS = 1_000;
/** Who waits for events to be saved waits so long at most. */
const PATIENCE_MS = 2_000;
/** What is wrong with events is said again after so long. */
const SAY_AGAIN_MS = 10 * 60_000;

const WRONGS: Readonly<Record<string, string>> = {
  over_capacity: 'Events were dropped: intake.max_connections are remembered already',
  unroutable:
    'Events belong to no endpoint whose source is the intake: compare api_id and stage with websocket.endpoints',
  unreadable: 'Events could not be read and were refused with 400 or 413',
  unauthorized: 'Events came without the right X-Intake-Token and were refused with 401',
};

const OFF: RequestListener = (_request, response) => response.writeHead(503).end();

/** Events from outside, between passes: the port on which they come, who takes them in, and when they are published. */
export class Events {
  readonly #deps: EventsDeps;
  readonly #seldom: Seldom;
  readonly #onUnreadable: OnUnreadable;
  readonly #onError: (path: string, err: unknown) => void;
  #open: { readonly listening: Listening; readonly address: string | undefined } | undefined;
  #isOn = false;
  #web: Web | undefined;
  #app: RequestListener = OFF;
  #cancelSettling = () => {};
  #flushing: Promise<void> = Promise.resolve();
  #publishing: Promise<void> = Promise.resolve();
  #nextPublishing: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(deps: EventsDeps) {
    this.#deps = deps;
    this.#seldom = new Seldom(deps.clock, SAY_AGAIN_MS);
    this.#onError = createErrorLog(deps, 'An event could not be taken in');
    const sayUnreadable = createUnreadableLog(deps, 'the intake', { metric: metricOf('unreadable') });
    this.#onUnreadable = (unreadable, from) => {
      deps.intakeEvents.add({ event: 'unknown', result: 'unreadable' });
      sayUnreadable(unreadable, from);
    };
  }

  /** Where events are taken in; empty while nowhere. */
  get urls(): readonly string[] {
    return (this.#isOn && this.#open?.listening.urls) || [];
  }

  /** Puts a configuration in force; rejects, changing nothing, when it cannot listen. */
  async apply(config: IntakeConfig): Promise<void> {
    if (this.#stopped) throw new Stopped('the exporter is shutting down');
    const before = this.#open;
    const wasOn = this.#isOn;
    const { listen, isGiven } = this.#deps;
    const isOn = config.enabled && listen !== undefined;
    const address = isGiven ? undefined : config.listen_address;
    const isSame = before !== undefined && before.address === address;
    const web = isOn ? this.#webOf(config) : undefined;
    const isSameWeb = web === this.#web;
    const app = isOn ? await this.#createApp(config, web) : OFF;
    // A socket that was given could not be opened again, so it is not closed either.
    const isOpen = isOn || isGiven;
    const opened = isOpen && !isSame ? await this.#listen(address) : undefined;
    this.#app = app;
    this.#isOn = isOn;
    this.#web = web;
    this.#open = isOpen && isSame ? before : opened;
    if (before !== this.#open) await before?.listening.close();
    // Nobody stays whom what holds now might not let in.
    else if (!isSameWeb) before?.listening.renew();
    if (this.#isOn && (opened || !wasOn || !isSameWeb)) {
      const urls = this.urls.map((url) => `${url}/websocket`).join(' ');
      this.#deps.logger.info('Taking in events', { urls });
    }
    this.#settleLater();
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
    const open = this.#open;
    this.#open = undefined;
    await open?.listening.close();
  }

  async #listen(address: string | undefined) {
    const { listen } = this.#deps;
    if (!listen) return undefined;
    try {
      const app: RequestListener = (request, response) => this.#app(request, response);
      const encryption = toEncryption(() => this.#web);
      const listening = await listen(app, address, { onUnreadable: this.#onUnreadable, encryption });
      return { listening, address };
    } catch (cause) {
      const where = address === undefined ? '--web.systemd-socket' : 'intake.listen_address';
      throw new Error(`opening the intake (${where})`, { cause });
    }
  }

  #webOf({ web_config_file: file }: IntakeConfig): Web | undefined {
    if (file === null) return undefined;
    if (file === this.#web?.file) return this.#web;
    const { openWeb, intakeEvents } = this.#deps;
    return openWeb?.('the intake', file, (refusal, { url = '' }) => {
      const path = toEventPath(url.replace(/\?.*/, ''));
      const result = refusal === 'unauthorized' ? 'unauthorized' : 'refused';
      if (path) intakeEvents.add({ event: path.type ?? 'unknown', result });
    });
  }

  async #createApp({ token_file: file }: IntakeConfig, web: Web | undefined): Promise<RequestListener> {
    const { intakeEvents } = this.#deps;
    const tokens = file === null ? undefined : toTokens(await readToken(file));
    for (const event of ['connect', 'disconnect', 'message'] as const)
      for (const result of ['accepted', 'over_capacity', 'unroutable', 'unreadable', 'unauthorized'] as const)
        intakeEvents.add({ event, result }, 0);
    for (const result of ['unreadable', 'unauthorized'] as const)
      intakeEvents.add({ event: 'unknown', result }, 0);
    if (web)
      for (const event of ['connect', 'disconnect', 'message', 'unknown'] as const)
        intakeEvents.add({ event, result: 'refused' }, 0);
    const app = createIntakeApp({
      tokens,
      take: (event) => this.#take(event),
      onEvent: (event, result, reason) => {
        intakeEvents.add({ event, result });
        this.#say(result, reason === undefined ? {} : { reason });
      },
      onError: this.#onError,
    });
    return web ? web.guard(app) : app;
  }

  #take(event: ConnectionEvent): Taken {
    const results = this.#deps.collectors().map((collector) => collector.take?.(event) ?? 'unroutable');
    const taken = results.find((result) => result !== 'unroutable') ?? 'unroutable';
    // Said here, where it is known what the event says; never its id.
    const { apiId: api_id, stage, domain } = event;
    if (taken === 'unroutable') this.#say(taken, { api_id, stage, domain });
    return taken;
  }

  #say(result: string, fields: LogFields): void {
    const wrong = WRONGS[result];
    const count = wrong === undefined ? undefined : this.#seldom.due(result);
    if (count === undefined) return;
    this.#deps.logger.warn(`${wrong} (said at most every ten minutes)`, {
      ...fields,
      count,
      metric: metricOf(result),
    });
  }

  /** The next time is counted from the beginning of this one, and does not wait for a rendering: a slow one would leave more to lose. */
  #settleLater(delayMs = SETTLE_EVERY_MS): void {
    const { clock } = this.#deps;
    this.#cancelSettling();
    if (!this.#open) return;
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

/** That of the web configuration of now, whichever it is. */
function toEncryption(web: () => Web | undefined): Encryption {
  return {
    get isOn() {
      return web()?.encryption.isOn ?? false;
    },
    settings: () => web()?.encryption.settings(),
    onUnusable: (error) => web()?.encryption.onUnusable(error),
  };
}

function metricOf(result: string): string {
  return `aws_connections_exporter_intake_events_total{result="${result}"}`;
}

async function readToken(file: string): Promise<string> {
  try {
    return (await takeSmallFile(file)).toString();
  } catch (cause) {
    throw new Error(`reading intake.token_file ${file}`, { cause });
  }
}
