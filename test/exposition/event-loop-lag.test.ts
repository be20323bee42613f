import { get } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EventLoopLag } from '../../src/exposition/event-loop-lag.ts';

/** An event loop by hand: `look` comes so late to the look that is due, after so much work. */
function setUp() {
  let now = 0;
  let workMs = 0;
  let due = { ms: 0, fn: () => {} };
  let cancelled = 0;
  const clock = {
    now: () => now,
    monotonic: () => now,
    after(ms: number, fn: () => void) {
      due = { ms, fn };
      return () => {
        if (due.fn === fn) cancelled += 1;
      };
    },
  };
  const lag = new EventLoopLag(clock, () => workMs);
  return {
    /** How many looks were called off before they were due. */
    cancelled: () => cancelled,
    look(lateMs: number, work = 0): number {
      const { ms, fn } = due;
      now += ms + lateMs;
      workMs += work;
      due = { ms: 0, fn: () => {} };
      fn();
      return ms;
    },
    read: () =>
      Object.fromEntries(
        Object.entries(lag.read()).map(([name, samples]) => [
          name.replace('nodejs_eventloop_lag_', ''),
          samples[0]?.value,
        ]),
      ),
  };
}

test('how late the event loop was, since it was asked last', async () => {
  const { look, read } = setUp();
  for (let n = 0; n < 98; n += 1) look(1, 6);
  look(40, 6);
  look(200, 6);
  const first = read();
  expect(first.min_seconds).toBeCloseTo(0.001, 4);
  expect(first.p50_seconds).toBeCloseTo(0.001, 4);
  expect(first.p99_seconds).toBeCloseTo(0.04, 3);
  expect(first.max_seconds).toBeCloseTo(0.2, 2);
  expect(first.mean_seconds).toBeCloseTo((98 + 40 + 200) / 100 / 1000, 4);
  expect(first.stddev_seconds).toBeCloseTo(0.02, 2);
  // Nobody looked since, as between two scrapers that come close together: the second is told what the first was.
  expect(read()).toEqual(first);
  await setImmediate();
  expect(read().seconds).toBe(0);
  look(3);
  expect(read().max_seconds).toBeCloseTo(0.003, 4);
});

test('an idle event loop is looked at ever more seldom, a busy one every ten milliseconds', () => {
  const { look } = setUp();
  expect([0, 0, 0, 0, 0, 0, 0].map((late) => look(late))).toEqual([10, 40, 160, 640, 2560, 5000, 5000]);
  expect(look(0, 99)).toBe(5000);
  expect(look(30, 101)).toBe(5000);
  expect([look(5, 6), look(0, 6), look(0, 1), look(0, 1)]).toEqual([10, 10, 10, 40]);
});

test('when a request goes out, an event loop that was looked at seldom is looked at soon', async () => {
  const { look, cancelled } = setUp();
  // Nobody listens there.
  const ask = async () => {
    get({ host: '127.0.0.1', port: 1 }).on('error', () => {});
    await setImmediate();
  };
  await ask();
  expect([cancelled(), look(0), look(0), look(0)]).toEqual([0, 10, 40, 160]);
  await ask();
  expect(cancelled()).toBe(1);
  await ask();
  expect([cancelled(), look(0), look(0)]).toEqual([1, 10, 40]);
});

test('what is late by more than an hour, or early, is counted all the same', () => {
  const { look, read } = setUp();
  look(5 * 3_600_000);
  look(-1);
  const { min_seconds, max_seconds } = read();
  expect(min_seconds).toBeCloseTo(0, 3);
  expect(max_seconds).toBeGreaterThan(3_500);
});
