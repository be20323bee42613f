const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3_600e9],
]);
const PART = /([0-9]+(?:[.][0-9]*)?|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h)/gu;
const DURATION = new RegExp(`^[-+]?(?:0|(?:${PART.source})+)$`, 'u');
/** Go keeps durations as nanoseconds in 64 bits: 292 years and some days. */
const LONGEST_NS = 2 ** 63;

/** Reads a duration as Go's `time.ParseDuration` does (`1s`, `1h30m`, `1.5m`, `-2ms`) as nanoseconds; undefined for any other text. */
export function toNanoseconds(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit = ''] of text.matchAll(PART)) sum += Number(amount) * (UNITS.get(unit) ?? 0);
  if (sum >= LONGEST_NS) return undefined;
  return text.startsWith('-') ? -sum : sum;
}
