import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import type { Family } from '../core/family.ts';
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

interface Kept {
  readonly names: readonly string[];
  readonly bytes: Uint8Array;
  /** `bytes` as raw deflate blocks that end on a byte and are not the last ones. */
  readonly deflated: Uint8Array;
  readonly crc: number;
}

const EMPTY = new Uint8Array();
/** A gzip member without name, time or flags (RFC 1952, section 2.3). */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

const NO_PROCESS: ReturnType<typeof createProcessMetrics> = { names: [], render: async () => [] };

const deflate = promisify(deflateRaw);

/** The exposition: domain families as bytes rendered when their data changed, the exporter's own as of each scrape. */
export class Snapshot {
  readonly #options: SnapshotOptions;
  readonly #process: ReturnType<typeof createProcessMetrics>;
  #kept: Kept = { names: [], bytes: EMPTY, deflated: EMPTY, crc: 0 };
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
    const bytes = Buffer.concat(await renderFamilies(families, this.#options.onFamilyError));
    const deflated = await deflate(bytes, { finishFlush: constants.Z_FULL_FLUSH });
    this.#kept = { names, bytes, deflated, crc: crc32(bytes) };
  }

  /** The exposition in text format 0.0.4, or the same as one gzip member; only what is live is rendered for it. */
  async scrape(gzip: boolean): Promise<Uint8Array> {
    const families = this.#options.live();
    // Taken before the first await, as the samples of what is live are: both are of one moment.
    const kept = this.#kept;
    refuseDoubles([...families.map(({ name }) => name), ...kept.names, ...this.#process.names]);
    const own = await renderFamilies(families, this.#options.onFamilyError);
    const live = Buffer.concat([...own, ...(await this.#process.render())]);
    if (!gzip) return Buffer.concat([kept.bytes, live]);
    const deflated = await deflate(live);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(live, kept.crc), 0);
    trailer.writeUInt32LE((kept.bytes.length + live.length) % 2 ** 32, 4);
    return Buffer.concat([GZIP_HEADER, kept.deflated, deflated, trailer]);
  }
}

function refuseDoubles(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`two metric families are named ${name}`);
    seen.add(name);
  }
}
