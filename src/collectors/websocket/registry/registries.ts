import type { Clock } from '../../../core/clock.ts';
import { toSentence } from '../../../core/error-text.ts';
import { FaultLog } from '../../../core/fault-log.ts';
import type { Logger } from '../../../core/logger.ts';
import type { Storage } from '../../../storage/storage.ts';
import type { LookupTotals } from '../estimate/lookup-totals.ts';
import { KeptRegistry, nameOf, type RegistryKey } from './kept-registry.ts';
import type { Postings } from './postings.ts';
import type { Registry } from './registry.ts';

/** What is kept of one endpoint through one source; it is the same object until it is removed. */
export interface OpenedRegistry {
  readonly endpointId: string;
  readonly registry: Registry;
  readonly postings: Postings;
  readonly totals: LookupTotals;
}

/** Every registry there is, in memory and on disk. */
export class Registries {
  /** The bound on the ids remembered of all sources of events together. */
  maxConnections = 1_000_000;
  readonly #storage: Storage;
  readonly #faults: FaultLog;
  readonly #kept = new Map<string, KeptRegistry>();
  /** Ends when all that was begun on the disk has ended; it never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  /** A flush that was asked for and has not begun. */
  #next: Promise<void> | undefined;
  #isRefused = false;
  /** Names of the registries that somebody works with. */
  #wanted = new Set<string>();

  constructor({ storage, clock, logger }: { storage: Storage; clock: Clock; logger: Logger }) {
    this.#storage = storage;
    this.#faults = new FaultLog({ clock, logger });
  }

  /**
   * The registry of an endpoint and source: as in memory, else as on disk, else a new one. Rejects when it is on disk and cannot be read, for
   * writing a new one would lose what it holds; the next call tries again.
   */
  async open(key: RegistryKey): Promise<OpenedRegistry> {
    const name = nameOf(key);
    this.#wanted.add(name);
    return this.#kept.get(name) ?? this.#serially(() => this.#read(name, key));
  }

  /** Makes sure that one more id of a source of events can be remembered, forgetting the longest dead if need be, up to a thousandth of all at a time; false if it cannot. */
  readonly makeRoom = (): boolean => {
    while (this.#remembered() >= this.maxConnections) {
      const oldest = this.#withOldestDead();
      if (!oldest) return false;
      // Some more than one: a Map that was emptied from its front takes long to find what is first now.
      oldest.entries.forgetOldestDead(Math.ceil(this.maxConnections / 1000));
    }
    return true;
  };

  /** Writes all that changed until now; resolves even if the disk refuses, which is logged once until it takes everything again. */
  flush(): Promise<void> {
    this.#next ??= this.#serially(() => {
      this.#next = undefined;
      return this.#save();
    });
    return this.#next;
  }

  /** Whether the disk refused something at the last flush. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** From now on no other registries than these are wanted: the others leave memory once they are on disk. Never rejects. */
  async putAway(wanted: readonly RegistryKey[]): Promise<void> {
    this.#wanted = new Set(wanted.map(nameOf));
    if ([...this.#kept.keys()].every((name) => this.#wanted.has(name))) return;
    await this.flush();
    for (const [name, kept] of this.#kept)
      if (!this.#wanted.has(name) && kept.isSaved) this.#kept.delete(name);
  }

  /** Forgets a registry; its files are gone when this resolves. */
  async remove({ endpointId, registry }: OpenedRegistry): Promise<void> {
    for (const [name, kept] of this.#kept) {
      if (kept.registry !== registry) continue;
      this.#kept.delete(name);
      await this.#serially(() => kept.remove()).catch((cause: unknown) => {
        throw new Error(`cannot remove the stored connections of ${endpointId}`, { cause });
      });
    }
  }

  async #read(name: string, key: RegistryKey): Promise<KeptRegistry> {
    try {
      const kept = this.#kept.get(name) ?? (await KeptRegistry.read(this.#storage, key));
      this.#kept.set(name, kept);
      return kept;
    } catch (cause) {
      const reason = `${name} below --storage.path cannot be read (${toSentence(cause)}): mend it or move it away`;
      throw new Error(`the registry of connections ${reason}`, { cause });
    }
  }

  async #save(): Promise<void> {
    let isRefused = false;
    for (const kept of this.#kept.values()) {
      const fields = { endpoint_id: kept.endpointId };
      try {
        await kept.save();
        this.#faults.succeed(kept.endpointId, 'Known connections are written again', fields);
      } catch (err) {
        isRefused = true;
        const message =
          'Known connections were not written: after a crash they would be lost and counters fall; make room or mend the folder';
        this.#faults.fail(kept.endpointId, { message, reason: toSentence(err), reasonField: 'err', fields });
      }
    }
    this.#isRefused = isRefused;
    this.#faults.say();
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  #remembered(): number {
    let sum = 0;
    for (const { registry } of this.#kept.values()) if (registry.kind !== 'listing') sum += registry.size;
    return sum;
  }

  #withOldestDead(): KeptRegistry | undefined {
    let oldest: KeptRegistry | undefined;
    let endedAt = Number.POSITIVE_INFINITY;
    for (const kept of this.#kept.values()) {
      const { oldestDeadAt = endedAt } = kept.entries;
      if (kept.registry.kind === 'listing' || oldestDeadAt >= endedAt) continue;
      oldest = kept;
      endedAt = oldestDeadAt;
    }
    return oldest;
  }
}
