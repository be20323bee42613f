import { loadSharedConfigFiles } from '@smithy/core/config';

/**
 * Reads the shared AWS configuration files anew, in place of what the SDK remembers of them for the life of the process;
 * what is made from now on takes its region, keys and settings from there. Files that are not there are empty.
 */
export async function rereadSharedFiles(): Promise<void> {
  await loadSharedConfigFiles({ ignoreCache: true });
}
