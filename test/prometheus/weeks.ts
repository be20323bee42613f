import type { Random } from '../../src/simulator/wire/random.ts';

/** Minutes since a Monday, 00:00. */
export const at = (day: number, hour: number, minute = 0) => (day * 24 + hour) * 60 + minute;

/** Share of all people who are connected at a minute; `turnout` of them, from 0 to 1, work that day. */
export type Rhythm = (minute: number, turnout: number) => number;

/** One endpoint and what happens to it in the two weeks. */
export interface Endpoint {
  readonly id: string;
  readonly people: number;
  readonly rhythm: Rhythm;
  /** Connections that end in a minute and are opened again at once. */
  readonly churn?: number;
  readonly bornAt?: number;
  /** What befalls it at a minute: people who come (or go, below 0), and people who lose their connection and come back. */
  readonly strike?: (minute: number) => { readonly come?: number; readonly reconnect?: number };
}

/** Points of a day, joined by straight lines. */
function line(points: readonly (readonly [hour: number, share: number])[]): (hour: number) => number {
  return (hour) => {
    const after = points.findIndex(([at]) => at > hour);
    const [[from, low] = [0, 0], [to, high] = [24, 0]] = [points[after - 1], points[after]];
    return low + ((high - low) * (hour - from)) / (to - from);
  };
}

function rhythm(workday: (hour: number) => number, weekend: (hour: number) => number): Rhythm {
  return (minute, turnout) => turnout * ((minute / 1440) % 7 < 5 ? workday : weekend)((minute / 60) % 24);
}

// biome-ignore format: one line a part of the day
const workday = line([
  [0, 0.05], [6.5, 0.05], [7.5, 0.15], [8, 0.35], [8.75, 0.8], [9.5, 0.97], [11.75, 1],
  [12.25, 0.82], [12.75, 0.82], [13.25, 0.98], [16, 0.95], [17, 0.6], [18, 0.25],
  [20, 0.2], [21, 0.25], [23, 0.08], [24, 0.05],
]);
// biome-ignore format: a day in a line
const weekend = line([[0, 0.05], [10, 0.09], [20, 0.1], [24, 0.05]]);
// biome-ignore format: a day in a line
const shift = line([[0, 0], [7.9, 0.02], [8.1, 0.97], [16.95, 1], [17.05, 0.02], [24, 0]]);

/** An office: a steep morning, a dip at noon, evenings, a quiet weekend. */
export const office = rhythm(workday, weekend);
/** Everybody comes and goes within minutes. */
export const shifts = rhythm(shift, () => 0);
/** The same number at any time. */
export const machines: Rhythm = () => 0.95;

/** What is true of an endpoint at each minute: active connections, and how many have ended so far; undefined before it exists. */
export function truthOf(endpoint: Endpoint, minutes: number, random: Random) {
  let level = 0;
  let ended = 0;
  let extra = 0;
  let mood = 0;
  let turnout = 1;
  return Array.from({ length: minutes }, (_, minute) => {
    if (minute % at(1, 0) === 0) turnout = 0.7 + 0.3 * random.fraction();
    if (minute < (endpoint.bornAt ?? 0)) return undefined;
    const { come = 0, reconnect = 0 } = endpoint.strike?.(minute) ?? {};
    extra += come;
    // How many are there wavers by a few percent, slowly; who comes and goes does so by chance.
    mood = 0.97 * mood + 0.012 * (random.fraction() - 0.5);
    const expected = endpoint.people * endpoint.rhythm(minute, turnout) * (1 + mood);
    const wanted = Math.min(Math.round(expected + 2 * (random.fraction() - 0.5)), endpoint.people) + extra;
    const next = Math.max(wanted, 0);
    ended += Math.max(level - next, 0) + random.poisson((endpoint.churn ?? 0.01 * level) || 0) + reconnect;
    level = next;
    return { active: level, ended };
  });
}
