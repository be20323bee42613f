import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createSetAside, lastWriteFamily } from './families.ts';
import { makeFolder } from './folder.ts';
import { FolderStorage, LOCK } from './folder-storage.ts';
import { takeLock } from './lock.ts';
import { whyRefused } from './refusals.ts';
import type { Storage } from './storage.ts';

/** Opens the folder for this process alone, making it if need be; an empty path keeps nothing. Rejects, naming the holder, while another process holds it. */
export async function openStorage(path: string, deps: { clock: Clock; logger: Logger }): Promise<Storage> {
  if (path === '') return keepNothing;
  try {
    await makeFolder(path);
    let storage: FolderStorage | undefined;
    const lock = await takeLock(join(path, LOCK), deps.clock, {
      onGone: () => storage?.tellMissing(LOCK, 'nothing; what is known is written again'),
      onBeat: (error) => storage?.watch(error),
    });
    storage = new FolderStorage(path, lock, deps);
    return storage;
  } catch (error) {
    const reason = whyRefused(error) ?? (error instanceof Error ? error.message : String(error));
    throw new Error(`cannot use the folder ${path} (--storage.path): ${reason}`, { cause: error });
  }
}

const keepNothing: Storage = {
  families: [lastWriteFamily(() => undefined), createSetAside()],
  list: async () => [],
  read: async () => undefined,
  readContent: async () => undefined,
  write: async () => {},
  readJournal: async () => undefined,
  append: async () => {},
  reject: async () => {},
  tellMissing: () => {},
  isMissing: () => false,
  remove: async () => {},
  removeSetAside: async () => {},
  problem: () => undefined,
  unsaved: () => [],
  close: async () => {},
};
