/** A seeded source of chance: the same seed gives the same numbers for ever. */
export interface Random {
  /** A number from 0 up to but not including 1. */
  fraction(): number;
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  /** Lower-case hexadecimal text of so many digits. */
  hex(digits: number): string;
  /** So many bytes. */
  bytes(count: number): Buffer;
  /** One of the list, each as likely as the others; throws when it is empty. */
  pick<T>(list: readonly T[]): T;
  /** A waiting time with this mean. */
  exponential(mean: number): number;
  /** Whether something that happens every `meanSeconds` happens within `seconds`; never, when the mean is infinite. */
  happens(seconds: number, meanSeconds: number): boolean;
  /** How many events happen where `mean` are expected. */
  poisson(mean: number): number;
}

/** A generator that starts from `seed` (mulberry32: 32 bits of state, plenty for a simulation, useless for secrets). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  const below = (limit: number) => Math.floor(fraction() * limit);
  const exponential = (mean: number) => -mean * Math.log(1 - fraction());

  return {
    fraction,
    below,
    hex: (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join(''),
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
    pick<T>(list: readonly T[]): T {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    exponential,
    happens: (seconds, meanSeconds) => fraction() < 1 - Math.exp(-seconds / meanSeconds),
    poisson(mean) {
      let events = 0;
      for (let passed = exponential(1); passed <= mean; passed += exponential(1)) events++;
      return events;
    },
  };
}
