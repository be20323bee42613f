/** An interval of the living by the book: whole bounds, both possible. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** n over k, exactly; 0 where there is no such choice. */
export function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let ways = 1n;
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - k + i)) / BigInt(i);
  return ways;
}

/** Of the `choose(population, drawn)` samples, how many hold from `from` to `to` living. */
export function samples(population: number, living: number, drawn: number, from: number, to: number): bigint {
  let ways = 0n;
  for (let k = from; k <= to; k++) ways += choose(living, k) * choose(population - living, drawn - k);
  return ways;
}

/** The exact equal-tailed interval, found by trying every number of living; the level is `[5n, 100n]` for 95 %. */
export function exactBounds(
  population: number,
  drawn: number,
  found: number,
  [alpha, whole]: readonly [bigint, bigint],
): Bounds {
  const possible = Array.from({ length: population - drawn + 1 }, (_, i) => found + i);
  const likely = (ways: bigint) => 2n * whole * ways > alpha * choose(population, drawn);
  const lower = possible.find((living) => likely(samples(population, living, drawn, found, drawn)));
  const upper = possible.findLast((living) => likely(samples(population, living, drawn, 0, found)));
  if (lower === undefined || upper === undefined) throw new Error('the tests reject everything');
  return { lower, upper };
}

/** Logarithms of 0! to 200,000!, summed with the rounding of each step carried to the next (Kahan). */
const logFactorials = new Float64Array(200_001);
for (let n = 1, carried = 0; n < logFactorials.length; n++) {
  const before = logFactorials[n - 1] ?? 0;
  const step = Math.log(n) - carried;
  logFactorials[n] = before + step;
  carried = (logFactorials[n] ?? 0) - before - step;
}

function logChoose(n: number, k: number): number {
  return (logFactorials[n] ?? NaN) - (logFactorials[k] ?? NaN) - (logFactorials[n - k] ?? NaN);
}

/** The chance of exactly `k` living in the sample, by factorials; populations up to 200,000. */
function probability(population: number, living: number, drawn: number, k: number): number {
  if (k < 0 || k > living || drawn - k < 0 || drawn - k > population - living) return 0;
  return Math.exp(
    logChoose(living, k) + logChoose(population - living, drawn - k) - logChoose(population, drawn),
  );
}

/** The chances of 0, 1, 2 … living in the sample, as far as they are not negligible: the first `k` and a chance for each. */
export function distribution(
  population: number,
  living: number,
  drawn: number,
): { first: number; chances: number[] } {
  const least = Math.max(0, drawn - (population - living));
  const most = Math.min(drawn, living);
  const mean = Math.round((drawn * living) / population);
  const chance = (k: number) => probability(population, living, drawn, k);
  let first = mean;
  while (first > least && chance(first - 1) > 1e-18) first--;
  const chances: number[] = [];
  for (let k = first; k <= most && (k <= mean || chance(k) > 1e-18); k++) chances.push(chance(k));
  return { first, chances };
}

/** The same interval for populations too large for trial: a bisection over the sums of factorials, alpha as a fraction of 1. */
export function largeBounds(population: number, drawn: number, found: number, alpha: number): Bounds {
  const fewest = (hits: number): number => {
    let low = hits;
    let high = population - drawn + hits;
    while (low < high) {
      const living = Math.floor((low + high) / 2);
      const { first, chances } = distribution(population, living, drawn);
      let tail = 0;
      for (let i = Math.max(0, hits - first); i < chances.length; i++) tail += chances[i] ?? 0;
      if (tail > alpha / 2 + 1e-12) high = living;
      else low = living + 1;
    }
    return low;
  };
  return { lower: fewest(found), upper: population - fewest(drawn - found) };
}
