import { createTask, parse, validateDetailed } from 'node-cron';

/** Schedules are read in UTC, so that no pass is doubled or left out when clocks change. */
const TIMEZONE = 'UTC';
const LONGEST_EXPRESSION = 500;
const LONGEST_SHOWN = 80;
const DAY_MS = 86_400_000;
/** The days over which day-of-month, month and weekday fields are tried out: eight years, two of them leap years. */
const SPAN_START_MS = Date.UTC(2023, 0, 1);
const SPAN_DAYS = 2_922;

/** Why `expression` (five fields, or six with seconds in front) is no usable schedule, in a sentence; else undefined. */
export function cronProblem(expression: string): string | undefined {
  if (expression.length > LONGEST_EXPRESSION) {
    return `${JSON.stringify(`${expression.slice(0, LONGEST_SHOWN)}…`)} is not a cron expression: it is too long`;
  }
  // node-cron writes a range out number by number before it looks at its bounds; no field has room for three digits.
  if (/\d{3}/.test(expression)) {
    return `${JSON.stringify(expression)} is not a cron expression: its numbers are too large`;
  }
  const { valid, errors } = validateDetailed(expression);
  if (!valid) {
    const reasons = errors.map(({ field, message }) =>
      field === 'expression' ? message : `${field}: ${message}`,
    );
    return `${JSON.stringify(expression)} is not a cron expression: ${reasons.join('; ')}`;
  }
  if (longestIntervalMs(expression) !== Infinity) return undefined;
  return `${JSON.stringify(expression)} does not come twice in eight years`;
}

/** The longest time between two runs of a valid expression, in milliseconds; Infinity when it hardly ever comes. */
export function longestIntervalMs(expression: string): number {
  return intervalsMs(expression).longest;
}

/** The shortest time between two runs of a valid expression, in milliseconds. */
export function shortestIntervalMs(expression: string): number {
  return intervalsMs(expression).shortest;
}

function intervalsMs(expression: string): { shortest: number; longest: number } {
  let shortest = Infinity;
  let longest = 0;
  const count = (gap: number) => {
    shortest = Math.min(shortest, gap);
    longest = Math.max(longest, gap);
  };

  const times = timesOfDayMs(expression);
  const first = times[0] ?? 0;
  let last = first;
  for (const time of times.slice(1)) {
    count(time - last);
    last = time;
  }
  const days = daysInSpan(expression, first);
  for (const [index, day] of days.slice(1).entries())
    count((day - (days[index] ?? day)) * DAY_MS + first - last);
  return days.length > 1
    ? { shortest, longest }
    : { shortest: Math.min(shortest, DAY_MS), longest: Infinity };
}

function timesOfDayMs(expression: string): number[] {
  const { second, minute, hour } = parse(expression);
  // A number that is listed twice comes twice, and three such lists multiply.
  const minutes = [...new Set(minute)];
  const seconds = [...new Set(second)];
  const times = [...new Set(hour)].flatMap((h) =>
    minutes.flatMap((m) => seconds.map((s) => ((h * 60 + m) * 60 + s) * 1_000)),
  );
  return times.sort((a, b) => a - b);
}

function daysInSpan(expression: string, timeOfDayMs: number): number[] {
  const { dayOfMonth, month, dayOfWeek } = parse(expression);
  const daily = isAll(dayOfMonth, 31) && isAll(month, 12) && isAll(dayOfWeek, 7);
  if (daily) return [0, 1];
  const task = createTask(expression, () => {}, { timezone: TIMEZONE });
  try {
    const days = Array.from({ length: SPAN_DAYS }, (_, day) => day);
    return days.filter((day) => task.match(new Date(SPAN_START_MS + day * DAY_MS + timeOfDayMs)));
  } finally {
    task.destroy();
  }
}

function isAll(values: readonly (number | string)[], count: number): boolean {
  return new Set(values.filter((value) => typeof value === 'number')).size === count;
}

/** A running schedule. */
interface Ticks {
  /** The next tick, milliseconds since 1970. */
  nextAt(): number;
  stop(): void;
}

/** Calls `onTick` with each instant of the schedule (milliseconds since 1970); does not keep the process alive. */
export function startTicks(expression: string, onTick: (at: number) => void): Ticks {
  const task = createTask(expression, ({ date }) => onTick(date.getTime()), {
    timezone: TIMEZONE,
    unref: true,
    // A tick that comes late, because the event loop was busy or the machine slept, is still a tick.
    missedExecutionTolerance: Infinity,
    suppressMissedWarning: true,
  });
  task.start();
  return {
    nextAt: () => task.getNextRuns(1)[0]?.getTime() ?? Infinity,
    stop: () => void task.destroy(),
  };
}
