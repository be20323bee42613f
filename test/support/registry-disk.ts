import { cpSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { Entries } from '../../src/collectors/websocket/registry/entries.ts';
import type { Entry } from '../../src/collectors/websocket/registry/entry.ts';
import type { KeptRegistry } from '../../src/collectors/websocket/registry/kept-registry.ts';
import { type OpenedRegistry, Registries } from '../../src/collectors/websocket/registry/registries.ts';
import type { Registry } from '../../src/collectors/websocket/registry/registry.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openStorage } from '../../src/storage/open.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createLogBook } from './log-book.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const START = Date.UTC(2026, 10, 22);
export const INTAKE = { endpointId: 'api.example.com/prod', source: 'intake', detail: '' } as const;

/** A folder with registries on it, over a storage that tests can interfere with. */
export async function createRegistryDisk(
  folder: string = temporaryFolder(),
  interfere: (storage: Storage) => Partial<Storage> = () => ({}),
) {
  const { lines: log, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  onTestFinished(() => storage.close());
  const real: Storage = {
    families: storage.families,
    list: (name) => storage.list(name),
    read: (...args) => storage.read(...args),
    readContent: (...args) => storage.readContent(...args),
    write: (...args) => storage.write(...args),
    readJournal: (...args) => storage.readJournal(...args),
    append: (...args) => storage.append(...args),
    reject: (...args) => storage.reject(...args),
    tellMissing: (...args) => storage.tellMissing(...args),
    isMissing: (name) => storage.isMissing(name),
    remove: (name) => storage.remove(name),
    removeSetAside: (name) => storage.removeSetAside(name),
    problem: () => storage.problem(),
    unsaved: () => storage.unsaved(),
    close: () => storage.close(),
  };
  const disk = { ...real, ...interfere(real) };
  return {
    folder,
    log,
    storage,
    disk,
    registries: new Registries({ storage: disk, clock: systemClock, logger }),
  };
}

/** The folder as a crash at this moment would leave it, without its lock. */
export function copyOf(folder: string): string {
  const copy = temporaryFolder();
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') });
  return copy;
}

/** All that could be sampled, in the order of the registry. */
export function candidatesOf(registry: Registry, now: number) {
  const steps = registry.drawing(Number.POSITIVE_INFINITY, now, () => 0);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return { young: value.young, ids: value.ids };
  }
}

/** Everything that is remembered, by id. */
export function entriesOf(entries: Entries): Record<string, Entry> {
  const all: [string, Entry][] = [];
  for (const row = entries.rows(); row.next(); ) all.push([row.id, row.entry()]);
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Everything that a opened holds, to be compared. */
export function contentsOf(opened: OpenedRegistry) {
  const { entries } = opened as KeptRegistry;
  return {
    registry: opened.registry.state(),
    totals: opened.totals.state(),
    entries: entriesOf(entries),
  };
}

/** Takes in an event without a connect time, so long after the beginning. */
export function take(
  opened: OpenedRegistry,
  type: 'connect' | 'disconnect' | 'message',
  id: string,
  atMs = 0,
): void {
  opened.registry.take({ type, connectionId: id, connectedAt: undefined }, START + atMs, () => true);
}
