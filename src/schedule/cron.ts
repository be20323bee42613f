import { createTask, parse, validateDetailed } from 'node-cron';

/** Schedules are read in UTC, so that no pass is doubled or left out when clocks change. */
const TIMEZONE = 'UTC';
const LONGEST_EXPRESSION = 500;
const LONGEST_SHOWN = 80;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The days over which day-of-month, month and weekday fields are tried out: eight years, which hold a 29th of February even around 2100. */
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
  if (intervalsMs(expression).longest !== Infinity) return undefined;
  return `${JSON.stringify(expression)} does not come twice in eight years`;
}

/** The longest time between two slots of a valid expression, in milliseconds; Infinity when it hardly ever comes. */
export function longestIntervalMs(expression: string): number {
  return intervalsMs(expression).longest;
}

/** The shortest time between two slots of a valid expression, in milliseconds. */
export function shortestIntervalMs(expression: string): number {
  return intervalsMs(expression).shortest;
}

function intervalsMs(expression: string): { shortest: number; longest: number } {
  let shortest = Infinity;
  let longest = 0;
  let first = 0;
  let last = 0;
  const span = (values: readonly number[], unitMs: number) => {
    for (const [index, value] of values.slice(1).entries()) {
      const gap = (value - (values[index] ?? value)) * unitMs + first - last;
      shortest = Math.min(shortest, gap);
      longest = Math.max(longest, gap);
    }
    first += (values[0] ?? 0) * unitMs;
    last += (values.at(-1) ?? 0) * unitMs;
  };

  const { seconds, minutes, hours } = timesOf(expression);
  span(seconds, SECOND_MS);
  span(minutes, MINUTE_MS);
  span(hours, HOUR_MS);
  const days = daysInSpan(expression, first);
  span(days, DAY_MS);
  return days.length > 1
    ? { shortest, longest }
    : { shortest: Math.min(shortest, DAY_MS), longest: Infinity };
}

interface Times {
  /** Each ascending, and each number once. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
}

function timesOf(expression: string): Times {
  const { second, minute, hour } = parse(expression);
  const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  return { seconds: ascending(second), minutes: ascending(minute), hours: ascending(hour) };
}

/** The first time of day after another, in milliseconds since midnight; undefined when none comes that day. */
function timeAfter({ seconds, minutes, hours }: Times, after: number): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * HOUR_MS <= after) continue;
    for (const minute of minutes) {
      if (hour * HOUR_MS + (minute + 1) * MINUTE_MS <= after) continue;
      const start = hour * HOUR_MS + minute * MINUTE_MS;
      const second = seconds.find((one) => start + one * SECOND_MS > after);
      if (second !== undefined) return start + second * SECOND_MS;
    }
  }
  return undefined;
}

function daysInSpan(expression: string, timeOfDayMs: number): number[] {
  const isOn = dayMatcher(expression, timeOfDayMs);
  if (isOn === 'daily') return [0, 1];
  const days = Array.from({ length: SPAN_DAYS }, (_, day) => SPAN_START_MS / DAY_MS + day);
  return days.filter((day) => isOn(day));
}

/** Whether the schedule comes on a day (days since 1970), asked at a time of day at which it comes if it does. */
function dayMatcher(expression: string, timeOfDayMs: number): 'daily' | ((day: number) => boolean) {
  const { dayOfMonth, month, dayOfWeek } = parse(expression);
  if (isAll(dayOfMonth, 31) && isAll(month, 12) && isAll(dayOfWeek, 7)) return 'daily';
  const task = createTask(expression, () => {}, { timezone: TIMEZONE });
  // It is only asked what it matches: its own timer walks through every slot that a step of the clock leaves out.
  void task.destroy();
  return (day) => task.match(new Date(day * DAY_MS + timeOfDayMs));
}

function isAll(values: readonly (number | string)[], count: number): boolean {
  return new Set(values.filter((value) => typeof value === 'number')).size === count;
}

/** The first instant of a valid expression after another, both in milliseconds since 1970; Infinity when none comes within eight years. */
export function createSlots(expression: string): (after: number) => number {
  const times = timesOf(expression);
  const first = timeAfter(times, -1) ?? 0;
  const matches = dayMatcher(expression, first);
  const isOn = (day: number) => matches === 'daily' || matches(day);
  return (after) => {
    const day = Math.floor(after / DAY_MS);
    const time = timeAfter(times, after - day * DAY_MS);
    if (time !== undefined && isOn(day)) return day * DAY_MS + time;
    for (let next = day + 1; next <= day + SPAN_DAYS; next += 1) if (isOn(next)) return next * DAY_MS + first;
    return Infinity;
  };
}
