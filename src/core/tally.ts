import type { Family, Sample } from './family.ts';

/** A counter family that is counted in memory: it starts at nothing and only ever grows. */
export class Tally<L extends string> implements Family<L> {
  readonly name: string;
  readonly help: string;
  readonly type = 'counter';
  readonly labelNames: readonly L[];
  readonly #series = new Map<string, { labels: Readonly<Record<L, string>>; value: number }>();
  /** As they are, until something is added: they are asked for more often than that. */
  #samples: readonly Sample<L>[] | undefined;

  constructor(name: string, help: string, labelNames: readonly L[]) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
  }

  /** Adds `by`, which must not be negative, to the series with these labels; 0 makes the series appear. */
  add(labels: Readonly<Record<L, string>>, by = 1): void {
    this.#samples = undefined;
    const key = JSON.stringify(this.labelNames.map((name) => labels[name]));
    const series = this.#series.get(key);
    if (series) series.value += by;
    else this.#series.set(key, { labels, value: by });
  }

  samples(): Iterable<Sample<L>> {
    this.#samples ??= Array.from(this.#series.values(), ({ labels, value }) => ({ labels, value }));
    return this.#samples;
  }
}
