import type { ExpositionForm, Family } from '../core/family.ts';
import { onceLoaded } from '../core/once-loaded.ts';
import { END, type RenderedFamily, toPieces } from './forms.ts';
import { type Deflated, deflate, extended, toGzip } from './gzip.ts';
import { LiveFamilies } from './live.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import { type RenderHooks, renderFamilies } from './render.ts';

/** What of the kept families there is room for. */
export interface Room {
  /** Whether a family is left out, so that its series are counted and not written. */
  leavesOut(family: Family): boolean;
  /** Those of the rendered families that are kept; of one that is left out there is the number of its series. */
  within(rendered: readonly RenderedFamily[]): readonly RenderedFamily[];
}

interface SnapshotOptions extends RenderHooks {
  /** Families that change only now and then; rendered by `render`. */
  kept: () => readonly Family[];
  /** Asked when a rendering begins; left out, there is room for all. */
  room?: () => Room;
  /** Families that change at any time; rendered by every scrape. */
  live: () => readonly Family[];
  /** Whether the families of the process and of Node.js are left out. */
  hidesProcess?: boolean;
}

/** One rendering. Both forms are made of it, each once somebody asks for it: they hold the same series, byte for byte. */
interface Kept {
  /** Of every kept family, those without series among them. */
  readonly names: ReadonlySet<string>;
  pieces(form: ExpositionForm): readonly Uint8Array[];
  deflated(form: ExpositionForm): Promise<Deflated>;
  /** The same and what follows it, which between two passes is mostly what it was at the last scrape. */
  deflatedWith(own: readonly RenderedFamily[], form: ExpositionForm): Promise<Deflated>;
}

const NO_PROCESS: ProcessMetrics = { families: [], render: async () => [] };
const BOUNDLESS: Room = { leavesOut: () => false, within: (rendered) => rendered };

/** The exposition: domain families as bytes rendered when their data changed, the exporter's own as of each scrape. */
export class Snapshot {
  readonly #options: SnapshotOptions;
  /** Forms that were asked for: the first to ask waits for what is kept to be deflated, and nobody after that. */
  readonly #deflated = new Set<ExpositionForm>();
  #kept = toKept(new Set(), []);
  readonly #own: LiveFamilies;
  /** The families of the process, measured from the first time that somebody asks. */
  readonly #measured: () => Promise<ProcessMetrics>;
  #rendering: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#own = new LiveFamilies(options);
    this.#measured = onceLoaded(async () =>
      options.hidesProcess
        ? NO_PROCESS
        : (await import('./process-metrics.ts')).createProcessMetrics(options),
    );
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
    const { kept, live, room = () => BOUNDLESS } = this.#options;
    const families = kept();
    const names = refuseDoubles(families);
    const { leavesOut, within } = room();
    const next = toKept(names, within(await renderFamilies(families, this.#options, leavesOut)));
    refuseDoubles([...live(), ...(await this.#measured()).families], names);
    for (const form of this.#deflated) await next.deflated(form);
    this.#kept = next;
  }

  /** The exposition in this form, in pieces, or the same as one gzip member; only what is live is rendered for it. */
  async scrape(form: ExpositionForm, gzip: boolean): Promise<readonly Uint8Array[]> {
    const families = this.#options.live();
    // Taken before the first await, as the samples of what is live are: both are of one moment.
    const kept = this.#kept;
    const own = await this.#own.render(families);
    const ofProcess = await this.#measured();
    refuseDoubles([...families, ...ofProcess.families], kept.names);
    const measured = await ofProcess.render();
    if (!gzip) return [...kept.pieces(form), ...toPieces([...own, ...measured], form, END[form])];
    this.#deflated.add(form);
    return toGzip(await kept.deflatedWith(own, form), Buffer.concat(toPieces(measured, form, END[form])));
  }
}

function toKept(names: ReadonlySet<string>, families: readonly RenderedFamily[]): Kept {
  const pieces = once((form: ExpositionForm) => toPieces(families, form));
  const deflated = once((form) => deflate(pieces(form)));
  const last = new Map<ExpositionForm, { own: readonly RenderedFamily[]; deflated: Deflated }>();
  return {
    names,
    pieces,
    deflated,
    async deflatedWith(own, form) {
      const known = last.get(form);
      if (known?.own.length === own.length && known.own.every((one, index) => one === own[index]))
        return known.deflated;
      const both = await extended(await deflated(form), Buffer.concat(toPieces(own, form)));
      last.set(form, { own, deflated: both });
      return both;
    },
  };
}

/** What it makes of a form, which is made once. */
function once<T>(make: (form: ExpositionForm) => T): (form: ExpositionForm) => T {
  const made = new Map<ExpositionForm, T>();
  return (form) => {
    const known = made.get(form) ?? make(form);
    made.set(form, known);
    return known;
  };
}

/** The names of families, which must all be different, and none of the others. */
function refuseDoubles(families: readonly Family[], others?: ReadonlySet<string>): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const { name } of families) {
    if (seen.has(name) || others?.has(name)) throw new Error(`two metric families are named ${name}`);
    seen.add(name);
  }
  return seen;
}
