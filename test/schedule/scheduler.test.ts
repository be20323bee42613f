import { expect, test } from 'vitest';
import { createScheduler, delayMs, offsetMs } from '../../src/schedule/scheduler.ts';
import { createHandClock } from '../support/hand-clock.ts';

const START = Date.UTC(2026, 10, 22, 12);

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

test.each([
  // tick, offset, now, delay
  ['in time', 10_000, 4_000, 10_000, 4_000],
  ['a little late', 10_000, 4_000, 10_250, 3_750],
  ['later than the offset', 10_000, 4_000, 15_000, 0],
  ['early, after the clock was set back', 10_000, 4_000, 1_000, 4_000],
  ['no offset', 10_000, 0, 10_001, 0],
])('a tick %s', (_, tickAt, offset, now, delay) => {
  expect(delayMs(tickAt, offset, now)).toBe(delay);
});

test('the first pass is at once, the others follow the ticks at the same offset, until it is stopped', async () => {
  const clock = createHandClock(START);
  const runs: string[] = [];
  let tick = (_at: number) => {};
  let ticking = true;
  let nextTickAt = START + 30_000;
  const scheduler = createScheduler({
    cron: '*/30 * * * * *',
    runner: {
      run: async (trigger) => {
        runs.push(`${trigger} ${clock.now() - START}`);
        return true;
      },
    },
    clock,
    jitterMs: 10_000,
    random: () => 0.4,
    ticks: (expression, onTick) => {
      expect(expression).toBe('*/30 * * * * *');
      tick = onTick;
      return {
        nextAt: () => nextTickAt,
        stop: () => {
          ticking = false;
        },
      };
    },
  });
  expect(runs).toEqual(['start 0']);
  expect(scheduler.nextPassAt()).toBe(START + 33_000);

  await clock.advance(30_005);
  nextTickAt = START + 60_000;
  tick(START + 30_000);
  expect(scheduler.nextPassAt()).toBe(START + 33_000);
  await clock.advance(10_000);
  expect(runs).toEqual(['start 0', 'schedule 33000']);
  expect(scheduler.nextPassAt()).toBe(START + 63_000);

  await clock.advance(20_000);
  tick(START + 60_000);
  scheduler.stop();
  expect(ticking).toBe(false);
  expect(scheduler.nextPassAt()).toBeUndefined();
  await clock.advance(60_000);
  expect(runs).toHaveLength(2);
});

test('real ticks end with the scheduler', () => {
  const clock = createHandClock(START);
  const scheduler = createScheduler({
    cron: '0 0 0 1 1 *',
    runner: { run: async () => true },
    clock,
    jitterMs: 0,
    random: () => 0,
  });
  expect(new Date(scheduler.nextPassAt() ?? 0).toISOString()).toMatch(/-01-01T00:00:00.000Z$/);
  scheduler.stop();
  expect(scheduler.nextPassAt()).toBeUndefined();
});
