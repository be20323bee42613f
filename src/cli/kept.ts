import type { Releases } from '../app/lifecycle.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { openStorage } from '../storage/open.ts';
import type { Storage } from '../storage/storage.ts';

/** Opens the storage folder for as long as a command runs; what did not get there fails the command in the end. */
export async function openKept(
  path: string,
  releases: Releases,
  deps: { readonly clock: Clock; readonly logger: Logger },
): Promise<Storage> {
  const storage = await openStorage(path, deps);
  releases.add('the storage folder', () => storage.close());
  releases.add('what is saved', () => assertSaved(storage));
  return storage;
}

/** Throws when something that changed is not on disk. */
function assertSaved(storage: Storage): void {
  const files = storage.unsaved();
  if (files.length > 0) throw new Error(`the disk did not take what changed last in ${files.join(', ')}`);
}
