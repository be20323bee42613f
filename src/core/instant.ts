/** From here on a number counts milliseconds, below it seconds: as seconds it would be the year 5138, as milliseconds it is 1973. */
const FIRST_MILLISECONDS = 1e11;
/** The last millisecond of the year 9999, the last that ISO 8601 writes with four digits. */
const LAST_AT = 253_402_300_799_999;

const DECIMAL = /^\d{1,15}(?:\.\d{1,9})?$/;
const ISO =
  /^(?!00)(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])([01]\d|2[0-3]):?([0-5]\d)?)?$/i;

/**
 * Reads ISO 8601 with date and time (without a zone: UTC) and seconds or milliseconds since 1970, as a number or as text,
 * as milliseconds since 1970; undefined for anything else, a 30th of February and instants before 1970 included.
 */
export function toInstant(value: unknown): number | undefined {
  if (typeof value === 'number') return epoch(value);
  if (typeof value !== 'string') return undefined;
  return DECIMAL.test(value) ? epoch(Number(value)) : iso(value);
}

function epoch(value: number): number | undefined {
  return within(Math.round(value < FIRST_MILLISECONDS ? value * 1000 : value));
}

function iso(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [month, day] = [part(2), part(3)];
  const local = Date.UTC(part(1), month - 1, day, part(4), part(5), part(6));
  // Date.UTC carries a day too many over into the next month.
  if (new Date(local).getUTCDate() !== day) return undefined;
  const thousandths = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const offset = (part(9) * 60 + part(10)) * 60_000;
  return within(local + thousandths + (match[8] === '-' ? offset : -offset));
}

function within(at: number): number | undefined {
  return at >= 0 && at <= LAST_AT ? at : undefined;
}
