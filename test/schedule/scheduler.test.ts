import { expect, test } from 'vitest';
import { isOverdue, PassRunner } from '../../src/schedule/pass.ts';
import { createScheduler, offsetMs } from '../../src/schedule/scheduler.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { createLogBook } from '../support/log-book.ts';

const START = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

interface Begun {
  readonly collector: string;
  /** Seconds of the monotonic clock. */
  readonly at: number;
}

/** Schedules of collectors whose passes take no time, or never end when `isHung` says so. */
function setUp(crons: readonly string[], { draw = 0, isHung = () => false } = {}) {
  const clock = createHandClock(START);
  const log = createLogBook();
  const begun: Begun[] = [];
  let underWay = 0;
  let most = 0;
  const schedules = crons.map((cron, index) => {
    const collector = `collector-${index}`;
    const runner = new PassRunner({
      collector,
      async collect() {
        begun.push({ collector, at: clock.monotonic() / 1_000 });
        underWay += 1;
        most = Math.max(most, underWay);
        if (isHung()) await new Promise(() => {});
        underWay -= 1;
      },
      timeoutMs: YEAR,
      publish: () => {},
      clock,
      logger: createLogBook(),
    });
    return { cron, runner };
  });
  const scheduler = createScheduler({ schedules, clock, logger: log, jitterMs: 10_000, random: () => draw });
  return { clock, log, begun, scheduler, most: () => most };
}

const times = (begun: readonly Begun[]) => begun.map(({ at }) => at);

test.each([
  // interval, jitter, draw, offset
  [30_000, 10_000, 0, 0],
  [30_000, 10_000, 0.5, 3_750],
  [30_000, 10_000, 0.999_999, 7_499],
  [3_600_000, 10_000, 0.5, 5_000],
  [3_600_000, 10_000, 0.999_999, 9_999],
  [3_600_000, 0, 0.999_999, 0],
  [1_000, 10_000, 0.999_999, 249],
])('every %i ms, jitter %i ms, draw %f: offset %i ms', (intervalMs, jitterMs, draw, offset) => {
  expect(offsetMs(intervalMs, jitterMs, draw)).toBe(offset);
});

test('the first pass is at once, the others follow the slots at the same offset, until it is stopped', async () => {
  const { clock, begun, scheduler } = setUp(['*/30 * * * * *'], { draw: 0.4 });
  expect(scheduler.nextPassAt('collector-0')).toBe(START + 3_000);
  await clock.advance(100_000);
  expect(times(begun)).toEqual([0, 3, 33, 63, 93]);
  expect(scheduler.nextPassAt('collector-0')).toBe(START + 123_000);
  scheduler.stop();
  expect(scheduler.nextPassAt('collector-0')).toBeUndefined();
  await clock.advance(HOUR);
  expect(begun).toHaveLength(5);
});

test('every collector has its own schedule', async () => {
  const { clock, begun, scheduler } = setUp(['0 * * * * *', '0 0 0 1 1 *']);
  await clock.advance(2 * MINUTE);
  expect(begun.filter(({ collector }) => collector === 'collector-0')).toHaveLength(3);
  expect(begun.filter(({ collector }) => collector === 'collector-1')).toHaveLength(1);
  expect(scheduler.nextPassAt('collector-1')).toBe(Date.UTC(2027, 0, 1));
  expect(scheduler.nextPassAt('nobody')).toBeUndefined();
});

const STEPS = [MINUTE, HOUR, DAY, YEAR].flatMap((step) => [step, -step, step + 7_300, -step - 7_300]);

test.each([
  ['* * * * * *', 1_000],
  ['*/30 * * * * *', 30_000],
  ['0 * * * * *', MINUTE],
  ['50,10 * * * * *', 40_000],
  ['0 0 * * * *', HOUR],
])(
  '%s: after any step of the wall clock the next pass begins within one interval, once',
  async (cron, intervalMs) => {
    for (const step of STEPS) {
      for (const draw of [0, 0.7]) {
        const { clock, begun, log, most, scheduler } = setUp([cron], { draw });
        await clock.advance(intervalMs * 1.4);
        const before = begun.length;
        const steppedAt = clock.monotonic();
        clock.step(step);
        await clock.advance(intervalMs);
        const after = begun.slice(before);
        expect(after.length, `${step} ms`).toBeGreaterThanOrEqual(1);
        expect(after.length, `${step} ms`).toBeLessThanOrEqual(2);
        expect((after[0]?.at ?? Infinity) * 1_000 - steppedAt).toBeLessThanOrEqual(intervalMs);
        // And it goes on as before.
        await clock.advance(intervalMs * 3);
        expect(begun.length - before - after.length).toBeGreaterThanOrEqual(3);
        expect(begun.length - before - after.length).toBeLessThanOrEqual(6);
        expect(most()).toBe(1);
        expect(log.lines.filter((line) => line.includes('The wall clock'))).toHaveLength(1);
        expect(log.lines.filter((line) => line.includes('No pass has begun'))).toEqual([]);
        scheduler.stop();
      }
    }
  },
);

test('a step is told once for all collectors: how far, and which way', async () => {
  const { clock, log } = setUp(['0 * * * * *', '*/30 * * * * *']);
  await clock.advance(MINUTE);
  clock.step(-HOUR);
  await clock.advance(MINUTE);
  clock.step(2 * HOUR);
  await clock.advance(MINUTE);
  expect(log.lines).toEqual([
    'warn The wall clock was set back; passes go on by its new time {"by_seconds":3600}',
    'warn The wall clock was set forward, or the machine slept; passes go on by its new time {"by_seconds":7200}',
  ]);
});

test('a clock that is slewed, a little at a time, doubles and leaves out no pass and is no step', async () => {
  for (const slew of [-400, 400]) {
    const { clock, log, begun } = setUp(['*/30 * * * * *']);
    for (let second = 0; second < 600; second += 1) {
      await clock.advance(1_000);
      if (second % 10 === 0) clock.step(slew);
    }
    const wall = 600 + (slew * 60) / 1_000;
    expect(Math.abs(begun.length - 1 - Math.floor(wall / 30))).toBeLessThanOrEqual(1);
    expect(log.lines).toEqual([]);
  }
});

test('a year of slots that a step leaves out is not walked through', async () => {
  const { clock, begun } = setUp(['* * * * * *']);
  await clock.advance(10_000);
  clock.step(YEAR);
  await clock.advance(10_000);
  expect(begun.length).toBeLessThanOrEqual(22);
});

test.each(['wall', 'wall and monotonic'] as const)(
  'a machine that slept a day, by its %s clock, has one pass when it wakes and goes on by its schedule',
  async (clocks) => {
    const { clock, begun, scheduler } = setUp(['*/30 * * * * *']);
    await clock.advance(40_000);
    const before = begun.length;
    await clock.suspend(DAY, clocks);
    await clock.advance(29_999);
    expect(begun.length - before).toBeGreaterThanOrEqual(1);
    expect(begun.length - before).toBeLessThanOrEqual(2);
    expect((scheduler.nextPassAt('collector-0') ?? 0) - clock.now()).toBeLessThanOrEqual(30_000);
  },
);

/** One collector every 30 s whose passes the test ends, and what the log says. */
function setUpHeld({ startAt = START, timeoutMs = HOUR, isDeaf = false } = {}) {
  const clock = createHandClock(startAt);
  const log = createLogBook();
  let end = () => {};
  let begun = 0;
  const runner = new PassRunner({
    collector: 'client-vpn',
    collect: (signal) => {
      begun += 1;
      return new Promise((resolve, reject) => {
        end = resolve;
        if (!isDeaf) signal.addEventListener('abort', reject);
      });
    },
    timeoutMs,
    publish: () => {},
    clock,
    logger: log,
  });
  const schedules = [{ cron: '*/30 * * * * *', runner }];
  const start = () => createScheduler({ schedules, clock, logger: log, jitterMs: 0, random: () => 0 });
  const skips = () => [
    runner.state().skipped,
    log.lines.filter((line) => line.includes('Pass skipped')).length,
  ];
  return { clock, log, runner, start, skips, end: () => end(), begun: () => begun };
}

test.each([1, 1_000, 15_000, 29_999])(
  'a pass begun %i ms before a slot stands for the pass of that slot, and for that of no other',
  async (beforeMs) => {
    const { clock, start, skips, end, begun } = setUpHeld({ startAt: START - beforeMs });
    start();
    await clock.advance(beforeMs + 29_999);
    expect([begun(), ...skips()]).toEqual([1, 0, 0]);
    await clock.advance(1);
    expect([begun(), ...skips()]).toEqual([1, 1, 1]);
    end();
    await clock.advance(30_000);
    expect([begun(), ...skips()]).toEqual([2, 1, 1]);
    await clock.advance(30_000);
    expect([begun(), ...skips()]).toEqual([2, 2, 1]);
  },
);

test('a slot after the first pass has ended has its own, however soon it comes', async () => {
  const { clock, start, skips, end, begun } = setUpHeld({ startAt: START - 1_000 });
  start();
  end();
  await clock.advance(1_000);
  expect([begun(), ...skips()]).toEqual([2, 0, 0]);
  await clock.advance(30_000);
  expect([begun(), ...skips()]).toEqual([2, 1, 1]);
});

test('a slot that a step of the wall clock brings into a pass is no pass skipped', async () => {
  for (const step of [HOUR + 24_000, -HOUR - 36_000]) {
    const { clock, start, skips, end, begun } = setUpHeld();
    start();
    end();
    await clock.advance(31_000);
    clock.step(step);
    await clock.advance(20_000);
    expect([begun(), ...skips()]).toEqual([2, 0, 0]);
    await clock.advance(30_000);
    expect([begun(), ...skips()]).toEqual([2, 1, 1]);
  }
});

test('while every pass takes its whole timeout, passes are skipped and none is overdue', async () => {
  const { clock, log, runner, start } = setUpHeld({ timeoutMs: 5 * MINUTE });
  start();
  const overdue = [];
  for (let second = 0; second < 3_600; second += 1) {
    await clock.advance(1_000);
    overdue.push(isOverdue(runner.state(), 30_000, clock.monotonic()));
  }
  expect(new Set(overdue)).toEqual(new Set([false]));
  expect(log.lines.filter((line) => /No pass has begun|Passes begin again/.test(line))).toEqual([]);
  expect(runner.state().skipped).toBeGreaterThan(90);
});

test('a pass that is given up and goes on lets none begin, which is told when two intervals have passed, and when it is over', async () => {
  const { clock, log, runner, start, end } = setUpHeld({ timeoutMs: 20_000, isDeaf: true });
  start();
  // The pass is given up five seconds after it was told to end.
  await clock.advance(85_000);
  const told = () => log.lines.filter((line) => /No pass has begun|Passes begin again/.test(line));
  expect(told()).toEqual([]);
  await clock.advance(5_000);
  const said = 'No pass has begun for two intervals: what is published grows old';
  expect(told()).toEqual([`warn ${said} {"collector":"client-vpn","interval_seconds":30}`]);
  await clock.advance(10 * MINUTE);
  expect(isOverdue(runner.state(), 30_000, clock.monotonic())).toBe(true);
  end();
  await clock.advance(35_000);
  expect(told().slice(1)).toEqual([
    'warn Passes begin again after more than two intervals without one {"collector":"client-vpn","interval_seconds":30}',
  ]);
});
