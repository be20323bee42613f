import { chanceOfAtLeast } from './hypergeometric.ts';

/** What one pass knows of an endpoint, in numbers of ids. */
export interface Answers {
  /** Ids that could be looked up at the start of the pass, the fresh ones not among them. */
  readonly population: number;
  readonly active: number;
  readonly idle: number;
  readonly gone: number;
  readonly invalid: number;
  /** Ids too young to be looked up: they count as active. */
  readonly fresh: number;
  /** How often the interval is to hold the truth, between 0 and 1. */
  readonly confidence: number;
}

/** The living connections of an endpoint, and whole bounds of their total. */
export interface Estimate {
  readonly active: number;
  readonly idle: number;
  readonly lower: number;
  readonly upper: number;
}

/** Chances closer than this share of themselves are equal: what parts them is rounding. */
const ROUNDING = 1e-9;

/**
 * The living by status, scaled from the answers to the population, and the interval of their total; exact when all were
 * looked up, undefined when nothing answered for a population. Throws a RangeError on counts that cannot be.
 *
 * Look-ups that failed are in none of the counts: they make the sample smaller, not the population.
 * The total, active and idle together, can pass a bound by a fraction of a connection: bounds are whole, it is not.
 */
export function estimate({ confidence, ...counts }: Answers): Estimate | undefined {
  const { population, active, idle, gone, invalid, fresh } = counts;
  for (const [name, count] of Object.entries(counts))
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${name} is ${count}, not a count`);
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`the confidence is ${confidence}, not between 0 and 1`);
  const living = active + idle;
  const answers = living + gone + invalid;
  if (answers > population) throw new RangeError(`${answers} answers from ${population} ids`);

  if (population === 0) return { active: fresh, idle: 0, lower: fresh, upper: fresh };
  if (answers === 0) return undefined;
  const { lower, upper } = interval(population, answers, living, confidence);
  return {
    active: (population * active) / answers + fresh,
    idle: (population * idle) / answers,
    lower: lower + fresh,
    upper: upper + fresh,
  };
}

/**
 * The exact equal-tailed interval of the living in a population, from `living` found in a sample of `answers` without
 * replacement: what two one-sided hypergeometric tests do not reject. It is the counterpart of Clopper and Pearson's
 * for finite populations, and holds the truth at least as often as `confidence` says, at every size and share
 * (J. P. Buonaccorsi, "A Note on Confidence Intervals for Proportions in Finite Populations", The American
 * Statistician 41, 1987; T. Wright, "Exact Confidence Bounds when Sampling from Small Finite Universes", 1991).
 */
function interval(population: number, answers: number, living: number, confidence: number) {
  const alpha = 1 - confidence;
  return {
    lower: fewest(population, answers, living, alpha / 2),
    // To be many living is to be few dead: the same test seen from the other side.
    upper: population - fewest(population, answers, answers - living, alpha / 2),
  };
}

/** The smallest number of `population` under which finding `found` or more among `drawn` is likelier than `chance`. */
function fewest(population: number, drawn: number, found: number, chance: number): number {
  let low = found;
  let high = population - (drawn - found);
  while (low < high) {
    const living = Math.floor((low + high) / 2);
    if (chanceOfAtLeast(found, { population, living, drawn }) > chance * (1 + ROUNDING)) high = living;
    else low = living + 1;
  }
  return low;
}
