import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createSlots, longestIntervalMs, shortestIntervalMs } from './cron.ts';
import { isOverdue, type PassRunner } from './pass.ts';

/** The passes of collectors over time. */
export interface Scheduler {
  /** When the next scheduled pass of a collector begins, milliseconds since 1970; undefined once stopped, and for one that is not there. */
  nextPassAt(collector: string): number | undefined;
  /** No further pass begins; one that is under way goes on. */
  stop(): void;
}

interface SchedulerOptions {
  readonly schedules: readonly {
    /** A valid cron expression. */
    readonly cron: string;
    readonly runner: Pick<PassRunner, 'run' | 'state'>;
  }[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** The longest offset from the slots that this process may draw. */
  readonly jitterMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A step of the wall clock is seen, and a slot that it brings near is not missed, after so long at the latest. */
const LOOK_EVERY_MS = 5_000;
/** The wall clock stepped when it went this much further, or less far, than the monotonic one; slewing stays below. */
const STEP_MS = 1_000;

/**
 * Begins the first pass of each at once, and from then on one at every slot of its schedule, at an offset drawn once. The next slot is
 * always that after the wall clock's time: when the clock steps, slots left out stay left out, and the next pass is no further off than it was.
 */
export function createScheduler({ schedules, clock, logger, jitterMs, random }: SchedulerOptions): Scheduler {
  const plans = schedules.map(({ cron, runner }): Plan => {
    const slotAfter = createSlots(cron);
    const offset = offsetMs(shortestIntervalMs(cron), jitterMs, random());
    const passAfter = (at: number) => slotAfter(at - offset) + offset;
    const log = logger.child({ collector: runner.state().collector });
    const nextAt = passAfter(clock.now());
    const intervalMs = longestIntervalMs(cron);
    return { runner, passAfter, intervalMs, log, nextAt, isEarly: true, isOverdue: false };
  });
  let last = { now: clock.now(), at: clock.monotonic() };
  let cancel = () => {};
  let stopped = false;

  const look = () => {
    const [now, at] = [clock.now(), clock.monotonic()];
    const elapsedMs = at - last.at;
    const stepMs = now - last.now - elapsedMs;
    last = { now, at };
    const isStep = Math.abs(stepMs) >= STEP_MS;
    if (isStep) tellStep(logger, stepMs);
    for (const plan of plans) {
      if (isStep || plan.nextAt - now >= plan.intervalMs + STEP_MS) {
        plan.nextAt = plan.passAfter(isStep ? now - elapsedMs : now);
        plan.isEarly = true;
      }
      if (plan.nextAt <= now) {
        plan.nextAt = plan.passAfter(now);
        const isUnderWay = plan.runner.state().startedAt !== undefined;
        if (!plan.isEarly || !isUnderWay) void plan.runner.run('schedule');
        plan.isEarly = false;
      }
      tellOverdue(plan, at);
    }
    const next = Math.min(...plans.map(({ nextAt }) => nextAt - now), LOOK_EVERY_MS);
    cancel = clock.after(next, look);
  };
  for (const { runner } of plans) void runner.run('start');
  look();

  return {
    nextPassAt: (collector) =>
      stopped ? undefined : plans.find(({ runner }) => runner.state().collector === collector)?.nextAt,
    stop() {
      stopped = true;
      cancel();
    },
  };
}

/**
 * This process's own distance from every slot, so that many replicas do not call AWS in the same second while each
 * keeps its spacing: `draw` of the way to `jitterMs`, or to a quarter of the interval if that is less.
 */
export function offsetMs(intervalMs: number, jitterMs: number, draw: number): number {
  return Math.floor(draw * Math.min(intervalMs / 4, jitterMs));
}

function tellStep(logger: Logger, stepMs: number): void {
  const fields = { by_seconds: Math.round(Math.abs(stepMs)) / 1_000 };
  if (stepMs < 0) logger.warn('The wall clock was set back; passes go on by its new time', fields);
  else
    logger.warn('The wall clock was set forward, or the machine slept; passes go on by its new time', fields);
}

/** The passes of one collector. */
interface Plan {
  readonly runner: Pick<PassRunner, 'run' | 'state'>;
  /** The first time of a pass after another, milliseconds since 1970. */
  readonly passAfter: (at: number) => number;
  readonly intervalMs: number;
  readonly log: Logger;
  nextAt: number;
  /** The next slot may come sooner after the one before than the schedule says: a pass still under way then stands for its own. */
  isEarly: boolean;
  isOverdue: boolean;
}

function tellOverdue(plan: Plan, at: number): void {
  const state = plan.runner.state();
  const before = plan.isOverdue;
  plan.isOverdue = isOverdue(state, plan.intervalMs, at);
  if (plan.isOverdue === before) return;
  const fields = { interval_seconds: plan.intervalMs / 1_000 };
  if (plan.isOverdue)
    plan.log.warn('No pass has begun for two intervals: what is published grows old', fields);
  else plan.log.warn('Passes begin again after more than two intervals without one', fields);
}
