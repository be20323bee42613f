/** How much one pass may look up, and how many endpoints share it. */
export interface SampleLimits {
  readonly sampleSize: number;
  /** Of the target, all its endpoints together. */
  readonly requestsPerSecond: number;
  /** Deadline of the pass. */
  readonly timeoutMs: number;
  readonly endpoints: number;
}

/** Ids that an endpoint may look up in one pass: the sample size, but no more than its equal share of 80 % of the calls a pass has time for; can be 0. */
export function sampleSize({ sampleSize, requestsPerSecond, timeoutMs, endpoints }: SampleLimits): number {
  // Multiplied before divided: a share that is whole is not rounded below itself.
  return Math.min(sampleSize, Math.floor((requestsPerSecond * timeoutMs * 8) / (10_000 * endpoints)));
}

/**
 * So many of the items, all of them when there are fewer, uniformly without replacement and in random order: the first
 * of them are a uniform sample too. Takes time and memory in proportion to `size`, and leaves `items` as they are.
 * `random` gives numbers from 0 up to but not including 1.
 */
export function drawSample<T>(items: readonly T[], size: number, random: () => number): T[] {
  return drawPlaces(items.length, size, random).map((place) => items[place] as T);
}

/** `drawSample` of the numbers below `length`. */
export function drawPlaces(length: number, size: number, random: () => number): number[] {
  // The shuffle of Fisher and Yates, stopped after `size` steps; only the places it changed are kept.
  const moved = new Map<number, number>();
  const at = (place: number) => moved.get(place) ?? place;
  const drawn: number[] = [];
  for (let i = 0; i < Math.min(size, length); i++) {
    const place = i + Math.floor(random() * (length - i));
    drawn.push(at(place));
    moved.set(place, at(i));
    moved.delete(i);
  }
  return drawn;
}

/**
 * Every item of the lists once, round after round: one of each list that has any left, the lists in a new random order
 * each round; so that wherever it is cut short, each list has had its turn as often as the others, give or take one.
 */
export function* inRounds<T>(
  lists: readonly (readonly T[])[],
  random: () => number,
): Iterable<{ readonly list: number; readonly item: T }> {
  let open = [...lists.keys()];
  for (let round = 0; ; round++) {
    open = open.filter((list) => round < (lists[list]?.length ?? 0));
    if (open.length === 0) return;
    for (const list of drawSample(open, open.length, random)) yield { list, item: lists[list]?.[round] as T };
  }
}
