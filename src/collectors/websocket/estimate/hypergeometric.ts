/** An urn: `living` of its `population` ids are alive, and `drawn` of them are drawn without replacement. */
export interface Urn {
  readonly population: number;
  readonly living: number;
  readonly drawn: number;
}

/** What this share of the sum would still add is less than rounding does. */
const NEGLIGIBLE = 1e-20;

/**
 * The chance that at least `x` of the drawn are living (the upper tail of the hypergeometric distribution), to within
 * 1e-12 for populations up to 4,000,000: terms relative to the mode, each from its neighbour by their exact ratio, so
 * that no factorial is ever formed; some ten standard deviations of them, whatever the size of the urn.
 */
export function chanceOfAtLeast(x: number, { population, living, drawn }: Urn): number {
  const dead = population - living;
  const least = Math.max(0, drawn - dead);
  const most = Math.min(drawn, living);
  if (x <= least) return 1;
  if (x > most) return 0;

  const peak = Math.floor(((drawn + 1) * (living + 1)) / (population + 2));
  const mode = Math.min(most, Math.max(least, peak));
  let total = 1;
  let tail = mode >= x ? 1 : 0;
  const add = (k: number, term: number) => {
    total += term;
    if (k >= x) tail += term;
  };
  for (let k = mode, term = 1; k < most && term > total * NEGLIGIBLE; k++) {
    term *= ((living - k) * (drawn - k)) / ((k + 1) * (dead - drawn + k + 1));
    add(k + 1, term);
  }
  for (let k = mode, term = 1; k > least && term > total * NEGLIGIBLE; k--) {
    term *= (k * (dead - drawn + k)) / ((living - k + 1) * (drawn - k + 1));
    add(k - 1, term);
  }
  return tail / total;
}
