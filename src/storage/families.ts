import type { Family } from '../core/family.ts';
import { Tally } from '../core/tally.ts';

/** Counts files that were found broken, at nothing. */
export function createSetAside(): Tally<never> {
  return new Tally(
    'aws_connections_exporter_storage_files_set_aside_total',
    'Files in the storage folder that were found broken, cut short or missing, since the exporter started; what is left of them is kept beside them.',
    [],
  );
}

/** Tells whether all last writes reached the disk; `failing` has those that did not, and is undefined before the first. */
export function lastWriteFamily(failing: () => ReadonlyMap<string, Error> | undefined): Family {
  return {
    name: 'aws_connections_exporter_storage_last_write_successful',
    help: 'Whether the last write of every file in the storage folder reached the disk (1) or one failed (0); absent before the first.',
    type: 'gauge',
    labelNames: [],
    samples() {
      const files = failing();
      return files ? [{ labels: {}, value: Number(files.size === 0) }] : [];
    },
  };
}
