import { createHash, randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { toSentence } from '../../../core/error-text.ts';
import type { Storage } from '../../../storage/storage.ts';
import { LookupTotals } from '../estimate/lookup-totals.ts';
import { NAME } from '../name.ts';
import { Entries } from './entries.ts';
import { Postings } from './postings.ts';
import { type Kind, Registry } from './registry.ts';
import { fromContent, REGISTRY_FORMAT, REGISTRY_FORMATS, toContent } from './registry-file.ts';
import { type SavedState, sequenceOf, takeLines, toBatch } from './registry-lines.ts';

/** How each source of connection ids tells of them. */
const KINDS = {
  intake: 'events',
  access_log: 'log',
  sqs: 'queue',
  dynamodb: 'listing',
  file: 'listing',
} as const satisfies Record<string, Kind>;

/** What a registry is kept of: an endpoint, and where its connection ids come from. */
export interface RegistryKey {
  readonly endpointId: string;
  readonly source: keyof typeof KINDS;
  /** Tells sources of one type apart. */
  readonly detail: string;
}

const BASE = '.registry';
const JOURNAL = '.journal';
/** A journal may have so many lines for each entry, or so many: a line takes ten times as long to read as an entry of a base. */
const LINES_PER_ENTRY = 1 / 8;
const SHORT_JOURNAL = 10_000;
/** What is lost with a base, and what with a part of a journal: said in the log. */
const BASE_LOST = 'the known connections and all counters of a WebSocket endpoint';
const JOURNAL_LOST = 'what a WebSocket endpoint was told since; its counters may be lower than they were';

/**
 * A registry with its look-ups and its files: a base that holds everything as of one moment, and a journal of what changed since. The name of
 * the journal carries the generation of its base: whatever a crash leaves behind, changes are never applied to a base that has them already.
 */
export class KeptRegistry {
  readonly endpointId: string;
  readonly entries: Entries;
  readonly registry: Registry;
  readonly postings: Postings;
  readonly totals: LookupTotals;
  readonly #storage: Storage;
  readonly #key: RegistryKey;
  /** The name of its files, without their endings. */
  readonly #name: string;
  /** Undefined while there is no base that the journal can go on from. */
  #generation: string | undefined;
  /** How many bases were begun, by processes before too. */
  #sequence: number;
  #journalLines: number;
  /** The journal last written to, whether or not that succeeded. */
  #journal: string | undefined;
  /** What the state was when it was last written or read. */
  #savedState: string;
  /** Whether the base there is of an earlier version. */
  #isOld: boolean;

  private constructor(storage: Storage, key: RegistryKey, saved: Saved | undefined) {
    this.endpointId = key.endpointId;
    this.#storage = storage;
    this.#key = key;
    this.#name = nameOf(key);
    this.entries = saved?.entries ?? new Entries();
    this.registry = new Registry(KINDS[key.source], this.entries, saved?.state.registry);
    this.postings = new Postings(this.registry);
    this.totals = new LookupTotals(saved?.state.totals);
    this.#generation = saved?.state.generation;
    this.#sequence = saved?.state.sequence ?? 0;
    this.#journalLines = saved?.journalLines ?? 0;
    if (saved) this.#journal = journalOf(this.#name, saved.state.generation);
    this.#savedState = JSON.stringify(this.#state());
    this.#isOld = saved?.isOld ?? false;
  }

  /** Reads the registry of this key, a new one if there is none or if it is broken; rejects when it is there and cannot be read. */
  static async read(storage: Storage, key: RegistryKey): Promise<KeptRegistry> {
    const name = nameOf(key);
    const saved = await readSaved(storage, name);
    await tidyJournals(storage, name, saved?.state);
    return new KeptRegistry(storage, key, saved);
  }

  /** Whether all of it is on disk. */
  get isSaved(): boolean {
    if (this.#mustBegin) return false;
    return this.entries.changed === 0 && this.#savedState === JSON.stringify(this.#state());
  }

  /** Writes what changed since it was last written; after a rejection the next call writes everything. */
  async save(): Promise<void> {
    const state = JSON.stringify(this.#state());
    const { changed, size } = this.entries;
    const mustBegin = this.#mustBegin;
    if (changed === 0 && state === this.#savedState && !mustBegin) return;
    const generation = mustBegin ? undefined : this.#generation;
    this.#generation = undefined;
    this.#savedState = '';
    const most = Math.max(SHORT_JOURNAL, size * LINES_PER_ENTRY);
    const isBase = generation === undefined || this.#journalLines + changed + 1 > most;
    this.#generation = isBase ? await this.#writeBase() : await this.#append(generation);
    this.#savedState = state;
  }

  /** Whether a new base must be written: somebody removed one of its files, or an earlier version wrote them. */
  get #mustBegin(): boolean {
    if (this.#isOld) return true;
    const files = [`${this.#name}${BASE}`, ...(this.#journal === undefined ? [] : [this.#journal])];
    return files.some((file) => this.#storage.isMissing(file));
  }

  /** Removes its files. */
  async remove(): Promise<void> {
    await this.#storage.remove(`${this.#name}${BASE}`);
    await removeJournals(this.#storage, this.#name, undefined);
  }

  async #writeBase(): Promise<string> {
    const generation = randomBytes(8).toString('hex');
    this.#sequence += 1;
    const state = this.#stateOf(generation);
    const all = this.entries.takeAll();
    await this.#storage
      .write(`${this.#name}${BASE}`, REGISTRY_FORMAT, toContent(state, all))
      .finally(() => all.letGo());
    this.#isOld = false;
    this.#journalLines = 0;
    // By name too: one whose writing failed may not be there to be listed, and counts as failing until it is removed.
    if (this.#journal !== undefined) await this.#storage.remove(this.#journal);
    this.#journal = undefined;
    await removeJournals(this.#storage, this.#name, generation);
    return generation;
  }

  async #append(generation: string): Promise<string> {
    this.#journalLines += this.entries.changed + 1;
    const lines = toBatch(this.#stateOf(generation), this.entries.takeChanges());
    this.#journal = journalOf(this.#name, generation);
    await this.#storage.append(this.#journal, lines);
    return generation;
  }

  #stateOf(generation: string): SavedState {
    const { endpointId, source } = this.#key;
    return { endpointId, source, generation, sequence: this.#sequence, ...this.#state() };
  }

  #state(): Pick<SavedState, 'registry' | 'totals'> {
    return { registry: this.registry.state(), totals: this.totals.state() };
  }
}

/** What files hold. */
interface Saved {
  readonly state: SavedState;
  readonly entries: Entries;
  readonly journalLines: number;
  readonly isOld: boolean;
}

/** The name of its files without their endings: readable, and safe whatever the endpoint and the source are called. */
export function nameOf({ endpointId, source, detail }: RegistryKey): string {
  const readable = endpointId.slice(0, 120).replaceAll(/[^A-Za-z0-9-]/g, '_');
  const hash = createHash('sha256')
    .update(JSON.stringify([endpointId, source, detail]))
    .digest('hex');
  return `${NAME}/${readable}_${source}_${hash.slice(0, 16)}`;
}

function journalOf(name: string, generation: string): string {
  return `${name}.${generation}${JOURNAL}`;
}

/** What its files hold; undefined if there are none, or none that make sense, which are set aside. */
async function readSaved(storage: Storage, name: string): Promise<Saved | undefined> {
  const file = `${name}${BASE}`;
  const orReject = <T>(work: Promise<T>) =>
    work.catch(async (error: unknown) => {
      await storage.reject(file, toSentence(error), BASE_LOST);
      return undefined;
    });
  const content = await storage.readContent(file, REGISTRY_FORMATS, BASE_LOST);
  const base = content && (await orReject(fromContent(content.format, content.bytes)));
  if (!content || !base) return undefined;
  const journal = await storage.readJournal(journalOf(name, base.state.generation), JOURNAL_LOST);
  const state = await orReject(takeBatches(base, journal ?? []));
  if (!state) return undefined;
  const journalLines = journal?.reduce((sum, batch) => sum + batch.length, 0) ?? 0;
  return { state, entries: base.entries, journalLines, isOld: content.format !== REGISTRY_FORMAT };
}

/** Has the entries of a base know what a journal says; the state after it. */
async function takeBatches(
  { state, entries }: Pick<Saved, 'state' | 'entries'>,
  journal: readonly (readonly string[])[],
): Promise<SavedState> {
  let last = state;
  for (const batch of journal) last = await takeLines(entries, batch);
  entries.settle();
  return last;
}

/**
 * Removes the journals of this name that a crash left of the bases before this one. What goes on from a base that is missing, broken or newer
 * than this one is a loss, and set aside.
 */
async function tidyJournals(storage: Storage, name: string, base: SavedState | undefined): Promise<void> {
  for (const file of await journalsOf(storage, name, base?.generation)) {
    const [first] = (await storage.readJournal(file, JOURNAL_LOST)) ?? [];
    if (!first || (base && sequenceOf(first) <= (base.sequence ?? 0))) await storage.remove(file);
    else {
      const reason = `the base that it goes on from is missing or broken${base ? ': the one there is older' : ''}`;
      await storage.reject(file, reason, base ? JOURNAL_LOST : BASE_LOST);
    }
  }
}

/** Removes the journals of this name but the one of this generation. */
async function removeJournals(storage: Storage, name: string, generation: string | undefined): Promise<void> {
  for (const file of await journalsOf(storage, name, generation)) await storage.remove(file);
}

/** The journals of this name but the one of this generation. */
async function journalsOf(
  storage: Storage,
  name: string,
  generation: string | undefined,
): Promise<readonly string[]> {
  const kept = generation === undefined ? undefined : journalOf(name, generation);
  const files = await storage.list(dirname(name));
  return files.filter((file) => file.startsWith(`${name}.`) && file.endsWith(JOURNAL) && file !== kept);
}
