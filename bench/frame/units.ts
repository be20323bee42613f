import type { Must, Unit } from './row.ts';

const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number with as many digits as mean something. */
export function toText(value: number): string {
  return (Math.abs(value) < 1_000 ? THREE_DIGITS : WHOLE).format(value);
}

/** A figure with its unit. */
export function withUnit(value: number, unit: Unit): string {
  return `${toText(value)} ${unit}`;
}

/** What must be reached, in words. */
export function mustText({ of, most }: Must, unit: Unit): string {
  if (of === 'ratio') return `${toText(most)} ×`;
  return of === 'figure' ? withUnit(most, unit) : `baseline + ${withUnit(most, unit)}`;
}
