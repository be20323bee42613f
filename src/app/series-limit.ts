import type { Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import type { Tally } from '../core/tally.ts';
import type { RenderedFamily } from '../exposition/forms.ts';

/** The series of `process_*` and `nodejs_*`, which are known only when they are rendered; some more than there are. */
const PROCESS_SERIES = 150;
const REASON = 'series_limit';

/**
 * Keeps the exposition within so many series. Families are left out whole, the least important first, until the others fit: so
 * no sum is ever of a part. One that was left out stays out until a limit is put in force anew, lest its counters come and go.
 */
export class SeriesLimit {
  readonly #logger: Logger;
  readonly #dropped: Tally<'collector' | 'reason'>;
  #max = Number.POSITIVE_INFINITY;
  /** How many series each family would have had when it was last looked at. */
  #leftOut = new Map<string, number>();

  constructor(deps: { readonly logger: Logger; readonly dropped: Tally<'collector' | 'reason'> }) {
    this.#logger = deps.logger;
    this.#dropped = deps.dropped;
  }

  /** Puts a limit in force for these collectors. */
  begin(max: number, collectors: Iterable<string>): void {
    this.#max = max;
    // They begin at 0: of a counter that begins with its first event, no rate ever sees that event.
    for (const collector of collectors) this.#dropped.add({ collector, reason: REASON }, 0);
    this.#leftOut = new Map();
  }

  /** Whether it is left out, whatever there is room for. */
  leavesOut({ name }: Family): boolean {
    return this.#leftOut.has(name);
  }

  /** Those that there is room for beside `own` families. Of a pass, what is left out is counted, by the collector of the family. */
  within(
    rendered: readonly RenderedFamily[],
    own: readonly Family[],
    collectorOf: ((family: Family) => string) | undefined,
  ): readonly RenderedFamily[] {
    this.#leaveOut(rendered, this.#max - PROCESS_SERIES - seriesNow(own));
    for (const name of this.#leftOut.keys()) this.#leftOut.set(name, 0);
    return rendered.filter(({ family, count }) => {
      if (!this.leavesOut(family)) return true;
      this.#leftOut.set(family.name, count);
      if (collectorOf) this.#dropped.add({ collector: collectorOf(family), reason: REASON }, count);
      return false;
    });
  }

  /** What is left out, and what to do, in a sentence; undefined for nothing. */
  problem(): string | undefined {
    if (this.#leftOut.size === 0) return undefined;
    const series = [...this.#leftOut.values()].reduce((sum, one) => sum + one, 0);
    return `${this.#leftOut.size} metric families with ${series} series are left out, for there would be more than ${this.#max} (limits.series): raise it, or export less, and reload the configuration.`;
  }

  #leaveOut(rendered: readonly RenderedFamily[], room: number): void {
    const candidates = rendered
      .filter(({ family }) => !this.leavesOut(family))
      .toSorted((a, b) => rankOf(a.family) - rankOf(b.family));
    let series = seriesOf(candidates);
    const now: RenderedFamily[] = [];
    while (series > room) {
      const least = candidates.pop();
      if (!least || least.family.importance === 'first') break;
      series -= least.count;
      this.#leftOut.set(least.family.name, least.count);
      now.push(least);
    }
    if (now.length === 0) return;
    this.#logger.error(
      'There are more series than limits.series allows: families are left out whole, the least important first, until the configuration is reloaded',
      {
        limit: this.#max,
        left_out: now.map(({ family }) => family.name).join(', '),
        series: seriesOf(now),
      },
    );
  }
}

/** The higher, the sooner it is left out; of the same rank the later. */
function rankOf({ importance, type }: Family): number {
  if (importance !== undefined) return importance === 'first' ? 0 : 3;
  return type === 'gauge' ? 2 : 1;
}

function seriesOf(rendered: readonly RenderedFamily[]): number {
  return rendered.reduce((sum, { count }) => sum + count, 0);
}

/** As they are now. A family that throws has none: whoever renders it will say so. */
function seriesNow(families: readonly Family[]): number {
  let series = 0;
  for (const family of families) {
    try {
      series += [...family.samples()].length;
    } catch {}
  }
  return series;
}
