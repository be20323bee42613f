import { setMaxListeners } from 'node:events';
import type { Clock } from '../core/clock.ts';
import { Stopped } from '../core/collector.ts';
import { toSentence } from '../core/error-text.ts';
import { FaultLog } from '../core/fault-log.ts';
import type { Logger } from '../core/logger.ts';

/** What asked for a pass. */
export type PassTrigger = 'start' | 'schedule' | 'command';

/** How the last pass went. */
interface PassResult {
  readonly success: boolean;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly durationSeconds: number;
  /** What went wrong, with its causes; undefined after a success. */
  readonly error: string | undefined;
}

/** What a runner knows of its passes; times are milliseconds since 1970. */
export interface PassState {
  readonly collector: string;
  /** When the pass under way began; undefined when there is none. */
  readonly startedAt: number | undefined;
  /** When a pass began or ended last, in milliseconds of the monotonic clock; undefined before the first. */
  readonly lastAtMonotonic: number | undefined;
  readonly last: PassResult | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly passes: number;
  readonly failed: number;
  readonly skipped: number;
}

interface PassRunnerOptions {
  readonly collector: string;
  /** `publish` is for what is to be seen before the pass ends; it never rejects. */
  collect(signal: AbortSignal, publish: () => Promise<void>): Promise<void>;
  readonly timeoutMs: number;
  /** How long an aborted pass may take to end before it is given up. */
  readonly graceMs?: number;
  /** Publishes what the pass committed by now; at its end it is awaited before the pass counts as ended. */
  publish(): Promise<void> | void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface PassEnd {
  readonly isStopped: boolean;
  /** What went wrong, if anything did, or why it was stopped. */
  readonly error: string | undefined;
}

const GRACE_MS = 5_000;

/** What a log of faults calls them; each runner has one of its own. */
const PASS = 'pass';
const SKIPPED = 'skipped';

/** Whether two intervals of the schedule have gone by without a pass under way; `at` is a moment of the monotonic clock. */
export function isOverdue(
  { startedAt, lastAtMonotonic }: PassState,
  intervalMs: number,
  at: number,
): boolean {
  return startedAt === undefined && lastAtMonotonic !== undefined && at - lastAtMonotonic > 2 * intervalMs;
}

/** Runs the passes of one collector: one at a time, within a deadline, timed, counted and logged. */
export class PassRunner {
  readonly #options: PassRunnerOptions;
  #controller: AbortController | undefined;
  #underWay: Promise<boolean> | undefined;
  readonly #faults: FaultLog;
  /** A collector that was given up and has not settled yet; it must not run twice at a time. */
  #straggler: Promise<void> | undefined;
  #state: PassState;

  constructor(options: PassRunnerOptions) {
    this.#options = options;
    const { collector, clock, logger } = options;
    this.#faults = new FaultLog({ clock, logger: logger.child({ collector }) });
    const never = {
      startedAt: undefined,
      lastAtMonotonic: undefined,
      last: undefined,
      lastSuccessAt: undefined,
    };
    this.#state = { collector, ...never, passes: 0, failed: 0, skipped: 0 };
  }

  state(): PassState {
    return this.#state;
  }

  /** One pass; true if it succeeded, false if it failed or another one was under way. Never rejects. */
  async run(trigger: PassTrigger): Promise<boolean> {
    if (this.#underWay || this.#straggler) {
      this.#set({ skipped: this.#state.skipped + 1 });
      const message = 'Pass skipped: the one before it has not ended';
      this.#faults.fail(SKIPPED, { message, reason: this.#whyNot(), fields: { trigger }, level: 'warn' });
      this.#faults.say();
      return false;
    }
    this.#underWay = this.#pass(trigger);
    try {
      return await this.#underWay;
    } finally {
      this.#underWay = undefined;
    }
  }

  /** Whether a pass that was told to end goes on all the same; until it ends there is no other. */
  get isStuck(): boolean {
    return this.#straggler !== undefined;
  }

  /** Asks the pass under way, if any, to end: it then failed for this reason, or is no pass at all if it was `Stopped`. */
  abort(reason: Error): void {
    this.#controller?.abort(reason);
  }

  /** Resolves when no pass is under way; a collector that was given up is not waited for. */
  async idle(): Promise<void> {
    while (this.#underWay) await this.#underWay;
  }

  async #pass(trigger: PassTrigger): Promise<boolean> {
    const { clock } = this.#options;
    const begin = clock.monotonic();
    this.#set({ startedAt: clock.now(), lastAtMonotonic: begin });
    this.#faults.succeed(SKIPPED, 'Passes are no longer skipped', {});
    const end = await this.#collectInTime();
    const durationSeconds = (clock.monotonic() - begin) / 1_000;
    const fields = { trigger, duration_seconds: Math.round(durationSeconds * 1_000) / 1_000 };
    const { error } = end;
    if (end.isStopped) this.#log().info('Pass stopped', { ...fields, reason: error });
    // News are the first success and the first after a failure; the rest is told by metrics.
    else if (error !== undefined)
      this.#faults.fail(PASS, { message: 'Pass failed', reason: error, reasonField: 'error', fields });
    else if (this.#state.last?.success === false) this.#faults.succeed(PASS, 'Pass succeeded', fields);
    else if (this.#state.last) this.#log().debug('Pass succeeded', fields);
    else this.#log().info('Pass succeeded', fields);
    this.#faults.say();
    // Only what is published counts as ended: a scrape that sees the pass counted also sees its numbers.
    await this.#publish();
    const idle = { startedAt: undefined, lastAtMonotonic: clock.monotonic() };
    if (end.isStopped) {
      this.#set(idle);
      return false;
    }
    const success = error === undefined;
    const endedAt = clock.now();
    this.#set({
      ...idle,
      last: { success, endedAt, durationSeconds, error },
      lastSuccessAt: success ? endedAt : this.#state.lastSuccessAt,
      passes: this.#state.passes + 1,
      failed: this.#state.failed + (success ? 0 : 1),
    });
    return success;
  }

  /** How the collector ended; it resolves in time even if the collector never does. */
  async #collectInTime(): Promise<PassEnd> {
    const { clock, timeoutMs, graceMs = GRACE_MS } = this.#options;
    const controller = new AbortController();
    // Every target and call listens; past ten Node.js would take that for a leak, and say so on stderr.
    setMaxListeners(0, controller.signal);
    this.#controller = controller;
    const late = new Error(`the pass took longer than its timeout of ${timeoutMs / 1_000} s`);
    let cancel = clock.after(timeoutMs, () => controller.abort(late));
    const settled = this.#collect(controller.signal);
    const givenUp = new Promise<'given up'>((resolve) => {
      controller.signal.addEventListener('abort', () => {
        cancel();
        cancel = clock.after(graceMs, () => resolve('given up'));
      });
    });
    const outcome = await Promise.race([settled, givenUp]);
    cancel();
    this.#controller = undefined;
    const reason: unknown = controller.signal.reason;
    const isStopped = reason instanceof Stopped;
    if (outcome === 'given up') {
      this.#straggler = this.#waitFor(settled);
      return { isStopped, error: `${toSentence(reason)}; the collector did not stop when told to` };
    }
    if (controller.signal.aborted)
      return { isStopped, error: toSentence(reason, isStopped ? undefined : outcome?.error) };
    return { isStopped, error: outcome && toSentence(outcome.error) };
  }

  async #waitFor(settled: Promise<unknown>): Promise<void> {
    await settled;
    this.#log().warn('A pass that was given up has ended after all');
    await this.#publish();
    this.#straggler = undefined;
  }

  async #collect(signal: AbortSignal): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#options.collect(signal, () => this.#publish());
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  async #publish(): Promise<void> {
    try {
      await this.#options.publish();
    } catch (error) {
      this.#log().error('What a pass found could not be published', { error: toSentence(error) });
    }
  }

  #whyNot(): string {
    return this.#straggler
      ? 'it was given up and goes on all the same'
      : 'it takes longer than the schedule allows';
  }

  #log(): Logger {
    return this.#options.logger.child({ collector: this.#options.collector });
  }

  #set(change: Partial<PassState>): void {
    this.#state = { ...this.#state, ...change };
  }
}
