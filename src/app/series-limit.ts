import type { Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import type { Tally } from '../core/tally.ts';
import { type OnCut, takeSamples } from './short-labels.ts';

/** The families of one collector; those of none are the exporter's own. */
export interface OfCollector {
  readonly collector: string | undefined;
  readonly families: readonly Family[];
}

interface Taken {
  readonly collector: string | undefined;
  readonly family: Family;
  readonly series: number;
}

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
  readonly #cut = new Set<string>();
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

  /** What there is room for beside `own` families, each as it is now; `isCounted` where what is left out is to be counted. */
  within(all: readonly OfCollector[], own: readonly Family[], isCounted: boolean): readonly Family[] {
    const taken = all.flatMap(({ collector, families }) =>
      families.map((family) => this.#take(collector, family)),
    );
    const room = this.#max - PROCESS_SERIES - seriesOf(own.map((family) => this.#take(undefined, family)));
    this.#leaveOut(taken, room);
    const isOut = ({ family }: Taken) => this.#leftOut.has(family.name);
    for (const { collector = 'exporter', family, series } of taken.filter(isOut)) {
      this.#leftOut.set(family.name, series);
      if (isCounted) this.#dropped.add({ collector, reason: REASON }, series);
    }
    return taken.flatMap((one) => (isOut(one) ? [] : one.family));
  }

  /** What is left out, and what to do, in a sentence; undefined for nothing. */
  problem(): string | undefined {
    if (this.#leftOut.size === 0) return undefined;
    const series = [...this.#leftOut.values()].reduce((sum, one) => sum + one, 0);
    return `${this.#leftOut.size} metric families with ${series} series are left out, for there would be more than ${this.#max} (limits.series): raise it, or export less, and reload the configuration.`;
  }

  #leaveOut(taken: readonly Taken[], room: number): void {
    const candidates = taken
      .filter(({ family }) => !this.#leftOut.has(family.name))
      .toSorted((a, b) => rankOf(a.family) - rankOf(b.family));
    let series = seriesOf(candidates);
    const now: Taken[] = [];
    while (series > room) {
      const least = candidates.pop();
      if (!least || least.family.importance === 'first') break;
      series -= least.series;
      if (least.series === 0) continue;
      this.#leftOut.set(least.family.name, least.series);
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

  /** As it is now. A family that throws stays as it is: whoever renders it will say so. */
  #take(collector: string | undefined, family: Family): Taken {
    try {
      const samples = takeSamples(family, this.#onCut);
      return { collector, family: { ...plain(family), samples: () => samples }, series: samples.length };
    } catch {
      return { collector, family, series: 0 };
    }
  }

  readonly #onCut: OnCut = (family, label) => {
    if (this.#cut.has(label)) return;
    this.#cut.add(label);
    this.#logger.warn(
      'A label is longer than 256 characters and was cut; its end tells it from others (said once per label)',
      { label, family },
    );
  };
}

/** The higher, the sooner it is left out; of the same rank the later. */
function rankOf({ importance, type }: Family): number {
  if (importance !== undefined) return importance === 'first' ? 0 : 3;
  return type === 'gauge' ? 2 : 1;
}

function seriesOf(taken: readonly Taken[]): number {
  return taken.reduce((sum, { series }) => sum + series, 0);
}

/** A family can be an object of a class, whose members a spread would not have. */
function plain({ name, help, type, labelNames, importance }: Family): Omit<Family, 'samples'> {
  return { name, help, type, labelNames, ...(importance !== undefined && { importance }) };
}
