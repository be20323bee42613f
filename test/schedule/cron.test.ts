import { createTask } from 'node-cron';
import { expect, test } from 'vitest';
import { createSlots, cronProblem, longestIntervalMs, shortestIntervalMs } from '../../src/schedule/cron.ts';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  ['*/30 * * * * *', 30 * SECOND, 30 * SECOND],
  ['0 * * * * *', MINUTE, MINUTE],
  ['*/5 * * * *', 5 * MINUTE, 5 * MINUTE],
  ['@hourly', HOUR, HOUR],
  ['50,10 * * * * *', 20 * SECOND, 40 * SECOND],
  ['*/7 * * * * *', 4 * SECOND, 7 * SECOND],
  ['*/30 * 8-17 * * *', 30 * SECOND, 14 * HOUR + 30 * SECOND],
  ['0 0 12 * * *', DAY, DAY],
  ['0 0 12 * * mon-fri', DAY, 3 * DAY],
  ['0 0 9,17 * * 1', 8 * HOUR, 7 * DAY - 8 * HOUR],
  ['0 0 0 L * *', 28 * DAY, 31 * DAY],
  ['0 0 0 1 1,7 *', 181 * DAY, 184 * DAY],
  ['0 0 0 29 2 *', 1461 * DAY, 1461 * DAY],
])('the runs of %s are %i to %i ms apart', (expression, shortest, longest) => {
  expect(cronProblem(expression)).toBeUndefined();
  expect(shortestIntervalMs(expression)).toBe(shortest);
  expect(longestIntervalMs(expression)).toBe(longest);
});

test.each([
  ['', '"" is not a cron expression: pattern includes illegal characters'],
  ['* * *', '"* * *" is not a cron expression: expected 5 or 6 fields but got 3'],
  [
    '61 a * * * *',
    '"61 a * * * *" is not a cron expression: ' +
      'second: 61 is a invalid expression for second; minute: a is a invalid expression for minute',
  ],
  ['0 0 0 29 2 5#5', '"0 0 0 29 2 5#5" does not come twice in eight years'],
])('%j is refused with a sentence', (expression, problem) => {
  expect(cronProblem(expression)).toBe(problem);
});

test.each([
  ['0-999999999 * * * * *', 'its numbers are too large'],
  ['* * * 1-100000000000000000000 * *', 'its numbers are too large'],
  ['*/100 * * * * *', 'its numbers are too large'],
  ['000 * * * * *', 'its numbers are too large'],
])('three digits are refused before they are written out: %s', (expression, reason) => {
  expect(cronProblem(expression)).toBe(`"${expression}" is not a cron expression: ${reason}`);
});

test.each(['1', '*', '* ', '0-59,', 'x', '1-99999 '])(
  '%j without end is refused, and not repeated whole',
  (part) => {
    const endless = part.repeat(1_000_000);
    expect(cronProblem(endless)).toBe(`"${endless.slice(0, 80)}…" is not a cron expression: it is too long`);
  },
);

test('numbers that are listed many times count once', () => {
  const often = `${'0-59,'.repeat(30)}0`;
  const expression = `${often} ${often} 0-23,0-23,0-23,0-23 * * *`;
  expect(cronProblem(expression)).toBeUndefined();
  expect([shortestIntervalMs(expression), longestIntervalMs(expression)]).toEqual([SECOND, SECOND]);
});

test.each([
  ['*/30 * * * * *', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:30.000Z'],
  ['*/30 * * * * *', '2026-01-01T00:00:29.999Z', '2026-01-01T00:00:30.000Z'],
  ['*/30 * * * * *', '2026-01-01T00:00:30.000Z', '2026-01-01T00:01:00.000Z'],
  ['* * * * * *', '2026-12-31T23:59:59.000Z', '2027-01-01T00:00:00.000Z'],
  ['50,10 * * * * *', '2026-01-01T00:00:51.000Z', '2026-01-01T00:01:10.000Z'],
  ['*/30 * 8-17 * * *', '2026-01-01T17:59:30.000Z', '2026-01-02T08:00:00.000Z'],
  ['0 0 12 * * mon-fri', '2026-01-02T12:00:00.000Z', '2026-01-05T12:00:00.000Z'],
  ['0 0 0 L * *', '2026-02-01T00:00:00.000Z', '2026-02-28T00:00:00.000Z'],
  ['0 0 0 29 2 *', '2026-01-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 0 29 2 *', '2096-02-29T00:00:00.000Z', '2104-02-29T00:00:00.000Z'],
  // Summer time begins in Berlin and ends there: UTC knows neither.
  ['0 30 2 * * *', '2026-03-29T00:00:00.000Z', '2026-03-29T02:30:00.000Z'],
])('of %s the slot after %s is %s', (expression, after, next) => {
  expect(new Date(createSlots(expression)(Date.parse(after))).toISOString()).toBe(next);
});

test('a schedule that never comes has no next slot', () => {
  expect(createSlots('0 0 0 29 2 5#5')(START)).toBe(Infinity);
});

test('slots agree with the library about its own next runs', () => {
  for (const expression of ['*/7 3-9 * * * *', '0 0 9,17 * * 1', '15 10 4 1,L * *', '0 0 0 * */3 5#2']) {
    const task = createTask(expression, () => {}, { timezone: 'UTC' });
    const slots = createSlots(expression);
    const runs = task.getNextRuns(40).map((run) => run.getTime());
    void task.destroy();
    for (const [index, run] of runs.slice(1).entries()) expect(slots(runs[index] ?? 0)).toBe(run);
  }
});
