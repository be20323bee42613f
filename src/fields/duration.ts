const YEAR_MS = 365 * 86_400_000;

/** The units of a Prometheus duration in the order in which they must stand; a year has 365 days. */
const UNITS = [
  ['y', YEAR_MS],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** The text of a Prometheus duration: each unit at most once, the largest first, or `0`. */
export const DURATION_PATTERN =
  /^(?:0|(?=.)(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?)$/;

/** Prometheus keeps durations as nanoseconds in 64 bits, which hold 292 years and some days. */
const LONGEST_MS = Number((2n ** 63n - 1n) / 1_000_000n);

/**
 * Reads a Prometheus duration (`30s`, `1h30m`, `1w`, `0`) as milliseconds, as `model.ParseDuration` of
 * prometheus/common does; undefined for any other text and for more than 292 years.
 */
export function toDurationMs(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (!match) return undefined;
  const ms = UNITS.reduce((sum, [, unitMs], index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0);
  return ms <= LONGEST_MS ? ms : undefined;
}

/** Writes whole, non-negative milliseconds as Prometheus does: `90s` is `1m30s`; years and weeks only when nothing is left over. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let rest = ms;
  let text = '';
  for (const [unit, unitMs] of UNITS) {
    if (unitMs >= 7 * 86_400_000 && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}
