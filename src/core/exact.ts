/** A non-negative integer of any size, exact: a number up to 2^53 - 1, a bigint beyond. */
export type Exact = number | bigint;

/** More digits than any counter will ever have; a number that long would sum up to infinity. */
const DECIMAL = /^[0-9]{1,40}$/;

/** Reads a non-negative decimal integer; undefined for anything else (empty, `-`, a sign, an exponent, a fraction). */
export function toExact(text: string): Exact | undefined {
  if (!DECIMAL.test(text)) return undefined;
  return text.length <= 15 ? Number(text) : narrow(BigInt(text));
}

function narrow(value: bigint): Exact {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The exact sum. */
export function add(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= Number.MAX_SAFE_INTEGER) return sum;
  }
  return narrow(BigInt(a) + BigInt(b));
}

/** How much a counter grew from `before` to `now`, as Prometheus reads counters: after a fall (a reset) all of `now`. */
export function growth(before: Exact, now: Exact): Exact {
  if (now < before) return now;
  if (typeof before === 'number' && typeof now === 'number') return now - before;
  return narrow(BigInt(now) - BigInt(before));
}

/** The larger of two. */
export function larger(a: Exact, b: Exact): Exact {
  return a < b ? b : a;
}
