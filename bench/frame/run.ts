import { Processes } from './processes.ts';

/** What a family measures with. */
export class Run extends Processes {
  /** Whether it is only to be seen that everything works: few of everything. */
  readonly isShort: boolean;
  readonly #say: (text: string) => void;

  constructor(isShort: boolean, say: (text: string) => void) {
    super();
    this.isShort = isShort;
    this.#say = say;
  }

  /** Tells people how far it is. */
  say(text: string): void {
    this.#say(text);
  }

  /** One of two sizes. */
  size<T>(full: T, short: T): T {
    return this.isShort ? short : full;
  }

  /** Measures in turn, so many rounds; the medians of each. */
  async inTurn<Way extends string, Key extends string>(
    rounds: number,
    ways: Readonly<Record<Way, () => Promise<Readonly<Record<Key, number>>>>>,
  ): Promise<Readonly<Record<Way, Readonly<Record<Key, number>>>>> {
    const names = Object.keys(ways) as Way[];
    const seen = new Map<Way, Readonly<Record<Key, number>>[]>(names.map((name) => [name, []]));
    for (let round = 1; round <= rounds; round += 1) {
      this.say(`round ${round} of ${rounds}`);
      for (const name of names) seen.get(name)?.push(await ways[name]());
    }
    return Object.fromEntries([...seen].map(([name, all]) => [name, medians(all)])) as Readonly<
      Record<Way, Readonly<Record<Key, number>>>
    >;
  }
}

function medians<Key extends string>(all: readonly Readonly<Record<Key, number>>[]) {
  const keys = Object.keys(all[0] ?? {}) as Key[];
  return Object.fromEntries(keys.map((key) => [key, median(all.map((one) => one[key]))])) as Record<
    Key,
    number
  >;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return (percentile(values, 0.5, Math.ceil) + percentile(values, 0.5, Math.floor)) / 2;
}

/** The value below which such a share of them lies. */
export function percentile(values: readonly number[], share: number, round = Math.floor): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(round(share * (sorted.length - 1)), sorted.length - 1)] ?? Number.NaN;
}
