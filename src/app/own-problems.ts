import type { Storage } from '../storage/storage.ts';
import type { Reloads } from './reloads.ts';
import type { SeriesLimit } from './series-limit.ts';

/** What is wrong with the exporter itself, and what to do, in sentences. */
export function ownProblems(
  storage: Pick<Storage, 'problem'>,
  reloads: Pick<Reloads, 'problems'>,
  limit: Pick<SeriesLimit, 'problem'>,
): readonly string[] {
  const unsaved = storage.problem();
  const refused = reloads.problems.join('; ');
  return [
    ...(unsaved === undefined
      ? []
      : [
          `State cannot be saved, and a restart would lose counts: ${unsaved}. Make room, or let the exporter write there.`,
        ]),
    ...[limit.problem() ?? []].flat(),
    ...(refused === '' ? [] : [`The configuration was not reloaded, the one before is in force: ${refused}`]),
  ];
}
