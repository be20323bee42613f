import type { ExpositionForm, Family } from '../core/family.ts';
import { END, type RenderedFamily, toPieces } from './forms.ts';
import { type Deflated, deflate, NOTHING, toGzip } from './gzip.ts';
import { createProcessMetrics, renderFamilies } from './registry.ts';

interface SnapshotOptions {
  /** Families that change only now and then; rendered by `render`. */
  kept: () => readonly Family[];
  /** Families that change at any time; rendered by every scrape. */
  live: () => readonly Family[];
  /** Whether the families of the process and of Node.js are left out. */
  hidesProcess?: boolean;
  onFamilyError(family: string, error: unknown): void;
}

/** The families of one rendering, of which both forms are made: they hold the same series, byte for byte. */
interface Kept {
  readonly names: readonly string[];
  readonly families: readonly RenderedFamily[];
  readonly deflated: Readonly<Record<ExpositionForm, Deflated>>;
}

const NO_PROCESS: ReturnType<typeof createProcessMetrics> = { names: [], render: async () => [] };

/** The exposition: domain families as bytes rendered when their data changed, the exporter's own as of each scrape. */
export class Snapshot {
  readonly #options: SnapshotOptions;
  readonly #process: ReturnType<typeof createProcessMetrics>;
  #kept: Kept = { names: [], families: [], deflated: { text: NOTHING, openmetrics: NOTHING } };
  #rendering: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#process = options.hidesProcess ? NO_PROCESS : createProcessMetrics();
  }

  /** Renders the kept families as they are now, or as soon as a rendering under way is done, and swaps them in. */
  render(): Promise<void> {
    if (!this.#rendering) {
      this.#rendering = this.#render().finally(() => {
        this.#rendering = undefined;
      });
      return this.#rendering;
    }
    this.#next ??= this.#after(this.#rendering);
    return this.#next;
  }

  async #after(rendering: Promise<void>): Promise<void> {
    // Whoever asked for that one hears of its failure.
    await rendering.catch(() => {});
    this.#next = undefined;
    await this.render();
  }

  async #render(): Promise<void> {
    const families = this.#options.kept();
    const names = families.map(({ name }) => name);
    refuseDoubles([...names, ...this.#options.live().map(({ name }) => name), ...this.#process.names]);
    const rendered = await renderFamilies(families, this.#options.onFamilyError);
    const deflated = {
      text: await deflate(toPieces(rendered, 'text')),
      openmetrics: await deflate(toPieces(rendered, 'openmetrics')),
    };
    this.#kept = { names, families: rendered, deflated };
  }

  /** The exposition in this form, or the same as one gzip member; only what is live is rendered for it. */
  async scrape(form: ExpositionForm, gzip: boolean): Promise<Uint8Array> {
    const families = this.#options.live();
    // Taken before the first await, as the samples of what is live are: both are of one moment.
    const kept = this.#kept;
    refuseDoubles([...families.map(({ name }) => name), ...kept.names, ...this.#process.names]);
    const own = await renderFamilies(families, this.#options.onFamilyError);
    const live = [...toPieces([...own, ...(await this.#process.render())], form), Buffer.from(END[form])];
    return gzip
      ? toGzip(kept.deflated[form], live)
      : Buffer.concat([...toPieces(kept.families, form), ...live]);
  }
}

function refuseDoubles(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`two metric families are named ${name}`);
    seen.add(name);
  }
}
