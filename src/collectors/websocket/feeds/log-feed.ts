import { breathe, type Clock, inSteps } from '../../../core/clock.ts';
import type { ConnectionEvent, Told } from '../../../core/websocket-event.ts';
import type { Row, RowPlace } from '../../../event-forms/access-log-row.ts';
import { LIFETIME_MS } from '../registry/entry.ts';
import type { OpenedRegistry } from '../registry/registries.ts';
import type { Feed, FeedEvent, FeedResult, FeedStatus, OnFeedEvent } from './feed.ts';
import { LogFormats } from './log-formats.ts';
import type { LogPosition } from './log-position.ts';
import { LogProbe } from './log-probe.ts';
import { goOn, isNewsOnly, mayGoOn, type Reading, tooLittle } from './log-reading.ts';
import type { LogSettings } from './log-settings.ts';
import type { LogPage, LogRequest, LogRow } from './source-logs.ts';

/** What an access log is read with. */
export interface LogFeedDeps {
  readonly group: string;
  /** How it is to be read now. */
  readonly settings: () => LogSettings;
  readonly clock: Clock;
  readonly position: LogPosition;
  readonly readPage: (request: LogRequest, signal: AbortSignal) => Promise<LogPage>;
  /** The registries of the endpoints that are told of in the group; rejects unless all of them can be read. */
  readonly open: () => Promise<readonly OpenedRegistry[]>;
  readonly tell: (event: ConnectionEvent, at: number) => Told;
  /** The endpoint that rows of this place are of; undefined for none that is told of in the group. */
  readonly endpointOf: (place: RowPlace) => string | undefined;
  /** Has on disk what was told; whether it is. */
  readonly save: () => Promise<boolean>;
  readonly onEvent: OnFeedEvent;
}

/** All that tells of a connect or a disconnect has one of these in it, whatever its format is. */
const TEXTS = ['CONNECT', '$connect', '$disconnect'];
const ROWS_OF_PAGE = 10_000;
/** Rows of one step, some milliseconds. */
const STEP = 100;

/** Reads the access logs of stages from their log group: two hours back at first, then on from the newest row, less the overlap. */
export class LogFeed implements Feed {
  readonly #deps: LogFeedDeps;
  #settings: LogSettings;
  #reading: Reading | undefined;
  #rows = 0;
  #isComplete = false;
  #delayMs: number | undefined;
  /** When the newest row was logged, milliseconds since 1970. */
  #newestAt = Number.NEGATIVE_INFINITY;
  readonly #formats = new LogFormats();
  readonly #probe: LogProbe;

  constructor(deps: LogFeedDeps) {
    this.#deps = deps;
    this.#settings = deps.settings();
    this.#probe = new LogProbe(deps);
  }

  get everyMs(): number {
    return this.#settings.pollMs;
  }

  get status(): FeedStatus {
    return { rows: this.#rows, isComplete: this.#isComplete, delayMs: this.#delayMs };
  }

  async turn(signal: AbortSignal): Promise<boolean> {
    const { open, position, readPage, group } = this.#deps;
    const opened = await open();
    this.#settings = this.#deps.settings();
    await position.load();
    this.#reading ??= this.#begin(opened);
    const reading = this.#reading;
    try {
      do {
        const { from, token } = reading;
        const page = await readPage({ group, from, token, texts: TEXTS, limit: ROWS_OF_PAGE }, signal);
        await this.#take(page.rows, reading);
        goOn(reading, isNewsOnly(page.rows, reading, this.#settings.overlapMs) ? undefined : page.next);
      } while (reading.token !== undefined);
      const others = await this.#probe.look(reading, this.#newestAt + 1, this.#settings.overlapMs, signal);
      for (const row of others) this.#read(row);
    } catch (error) {
      if (signal.aborted) return false;
      this.#reading = mayGoOn(error) ? reading : undefined;
      throw error;
    }
    this.#reading = undefined;
    await this.#end(reading);
    this.#insistOnOneTold(reading);
    return true;
  }

  troubleOf(endpointId: string): string | undefined {
    const trouble = this.#formats.troubleOf(endpointId);
    return trouble && tooLittle(trouble, this.#deps.group, endpointId);
  }

  #begin(opened: readonly OpenedRegistry[]): Reading {
    const { clock, position } = this.#deps;
    const beganAt = clock.now();
    const isFirst = opened.some(
      ({ endpointId, registry }) =>
        (registry.state().listedAt === undefined || !position.isOf(endpointId)) &&
        !this.#formats.troubleOf(endpointId),
    );
    const longestAgo = beganAt - LIFETIME_MS;
    const { reachedAt = longestAgo } = position;
    const from = isFirst ? longestAgo : Math.max(reachedAt - this.#settings.overlapMs, longestAgo);
    this.#rows = 0;
    return {
      from,
      beganAt,
      opened,
      isFirst,
      isNews: false,
      token: undefined,
      pages: 0,
      markedToken: undefined,
    };
  }

  async #take(rows: readonly LogRow[], reading: Reading): Promise<void> {
    const now = this.#deps.clock.now();
    for (const [index, row] of rows.entries()) {
      if (index > 0 && index % STEP === 0) await breathe();
      this.#takeRow(row, reading, now);
    }
    this.#deps.position.forgetBefore(this.#reachedBy(reading) - this.#settings.overlapMs);
  }

  #takeRow(row: LogRow, reading: Reading, now: number): void {
    const { position, onEvent } = this.#deps;
    const before = position.get(row);
    this.#rows += 1;
    if (before !== undefined && !reading.isFirst) {
      onEvent(before, 'duplicate');
      return;
    }
    reading.isNews = true;
    const [event, result, reason] = this.#tell(row);
    onEvent(event, before === undefined ? result : 'duplicate', reason);
    position.add(row, event);
    if (row.loggedAt <= this.#newestAt) return;
    this.#newestAt = row.loggedAt;
    this.#delayMs = Math.max(now - row.loggedAt, 0);
  }

  /** Until when everything has been read at the end of a reading: what comes late is later than the newest, or came after it began. */
  #reachedBy({ beganAt }: Reading): number {
    return Math.min(this.#newestAt, beganAt);
  }

  #tell(logged: LogRow): [FeedEvent, FeedResult, string?] {
    const row = this.#read(logged);
    switch (row.is) {
      case 'event':
        return [row.event.type, this.#deps.tell(row.event, row.at)];
      case 'refused':
        return ['connect', 'refused'];
      case 'unreadable':
        return ['unknown', 'unreadable', row.reason];
      default:
        return [row.is, 'accepted'];
    }
  }

  #read(logged: LogRow): Row {
    const row = this.#settings.read(logged);
    this.#formats.note(row, this.#deps.endpointOf);
    return row;
  }

  /** Throws when rows tell of none of the endpoints. */
  #insistOnOneTold({ opened }: Reading): void {
    const troubles = opened.map(({ endpointId }) => this.#formats.troubleOf(endpointId));
    const [first] = troubles;
    if (first && troubles.every(Boolean)) throw new Error(tooLittle(first, this.#deps.group));
  }

  async #end(reading: Reading): Promise<void> {
    const { opened, beganAt } = reading;
    const { clock, save, position } = this.#deps;
    const longestAgo = beganAt - LIFETIME_MS;
    const told = opened.filter(({ endpointId }) => !this.#formats.troubleOf(endpointId));
    for (const { endpointId, registry } of told) {
      const { listedAt = longestAgo } = registry.state();
      // After a longer outage there are hours of which nothing is read; and what could not be read comes to nothing.
      const lostBefore = position.isOf(endpointId) ? longestAgo : beganAt;
      if (listedAt < lostBefore) await inSteps(registry.losing(lostBefore, clock.now()));
      // Rows can be late by the overlap: until then it is not known what did not happen.
      registry.heard(beganAt - this.#settings.overlapMs);
    }
    position.reach(
      Number.isFinite(this.#newestAt) ? this.#reachedBy(reading) : undefined,
      told.map(({ endpointId }) => endpointId),
    );
    // What was told first: if only that is on disk after a crash, it is read again, and counts nothing twice.
    if (await save()) await position.save();
    this.#isComplete = true;
  }
}
