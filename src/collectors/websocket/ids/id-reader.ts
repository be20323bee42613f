import type { ListedIds } from '../columns/listed-ids.ts';

/** How far the reading of a source has come. */
export type Progress =
  /** It need not be read now: it was, lately, or (`isCurrent`) it has not changed, and lists what it listed before. */
  | { readonly state: 'unchanged'; readonly isCurrent: boolean }
  /** There is more to read at the next turn. */
  | { readonly state: 'under way'; readonly rows: number }
  /** All of it was read; `beganAt` is when that reading began, milliseconds since 1970. */
  | { readonly state: 'complete'; readonly beganAt: number; readonly ids: ListedIds };

/** A source that lists connection ids, read in turns: a long listing goes on where the turn before ended. */
export interface IdReader {
  /** Reads until the listing is complete or the signal aborts the turn. Rejects when the source fails; what was read before stays read. */
  read(signal: AbortSignal): Promise<Progress>;
}
