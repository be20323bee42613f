import { estimate } from '../../src/collectors/websocket/estimate/estimate.ts';
import { drawSample } from '../../src/collectors/websocket/estimate/sample.ts';
import { type Bounds, distribution, largeBounds } from './hypergeometric.ts';

/** One simulated registry, sampled again and again. */
export interface Cell {
  readonly population: number;
  readonly living: number;
  readonly drawn: number;
  /** Share of the draws whose 95 % interval held the truth. */
  readonly coverage: number;
  /** The same for endless draws, summed over the distribution. */
  readonly exactCoverage: number;
  /** Mean width of those intervals, and of the exact ones by another way of reckoning. */
  readonly width: number;
  readonly referenceWidth: number;
}

const DRAWS = 2000;
const CONFIDENCE = 0.95;
/** The sizes of simulated registries. */
export const POPULATIONS = [1, 2, 3, 5, 10, 30, 100, 1000, 10_000, 100_000];
/** Larger samples are not drawn id by id: their number of living is drawn, from the distribution. */
const DRAWN_BY_ID = 500;

function livings(n: number): ReadonlySet<number> {
  const shares = [0.01, 0.1, 0.5, 0.9, 0.99].map((share) => Math.round(share * n));
  return new Set([0, 1, ...shares, n - 1, n]);
}

function sizes(n: number): ReadonlySet<number> {
  const named = [1, 2, 5, 30, 200, Math.ceil(n / 2), n - 1, n];
  return new Set(named.filter((size) => size >= 1 && size <= n));
}

/** An interval by the number found living, each reckoned once. */
function boundsByFound(reckon: (found: number) => Bounds) {
  const known = new Map<number, Bounds>();
  return (found: number): Bounds => {
    const bounds = known.get(found) ?? reckon(found);
    known.set(found, bounds);
    return bounds;
  };
}

function ours(population: number, drawn: number, found: number): Bounds {
  const counts = { active: found, idle: 0, gone: drawn - found, invalid: 0, fresh: 0 };
  const bounds = estimate({ population, ...counts, confidence: CONFIDENCE });
  if (!bounds) throw new Error('no estimate');
  return bounds;
}

function widthOf({ lower, upper }: Bounds): number {
  return upper - lower;
}

/** How many living each draw finds. */
function* draws(population: number, living: number, drawn: number, random: () => number): Iterable<number> {
  const ids = Array.from({ length: population }, (_, id) => id);
  const { first, chances } = distribution(population, living, drawn);
  for (let draw = 0; draw < DRAWS; draw++) {
    if (drawn <= DRAWN_BY_ID) {
      yield drawSample(ids, drawn, random).filter((id) => id < living).length;
      continue;
    }
    let left = random();
    let index = 0;
    while (index < chances.length - 1 && left >= (chances[index] ?? 0)) left -= chances[index++] ?? 0;
    yield first + index;
  }
}

/** How much wider than the exact interval; 1 where both have no width. */
export function widthRatio({ width, referenceWidth }: Cell): number {
  return width === referenceWidth ? 1 : width / referenceWidth;
}

/** Samples registries of these sizes and every share, 2,000 times each, and says how often and how tightly the interval held. */
export function* coverageCells(
  random: () => number,
  populations: readonly number[] = POPULATIONS,
): Iterable<Cell> {
  for (const population of populations)
    for (const drawn of sizes(population)) {
      const bounds = boundsByFound((found) => ours(population, drawn, found));
      const reference = boundsByFound((found) => largeBounds(population, drawn, found, 1 - CONFIDENCE));
      for (const living of livings(population)) {
        const holds = ({ lower, upper }: Bounds) => lower <= living && living <= upper;
        let held = 0;
        let width = 0;
        let referenceWidth = 0;
        for (const found of draws(population, living, drawn, random)) {
          if (holds(bounds(found))) held++;
          width += widthOf(bounds(found)) / DRAWS;
          referenceWidth += widthOf(reference(found)) / DRAWS;
        }
        const { first, chances } = distribution(population, living, drawn);
        const missed = chances.map((chance, i) => (holds(bounds(first + i)) ? 0 : chance));
        const exactCoverage = 1 - missed.reduce((sum, chance) => sum + chance, 0);
        yield { population, living, drawn, coverage: held / DRAWS, exactCoverage, width, referenceWidth };
      }
    }
}
