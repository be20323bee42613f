import { toInstant } from '../../../core/instant.ts';

/** Every field whose value can be rejected. */
export const REJECTABLE = ['connection_id', 'connected_at', 'expires_at', 'line'] as const;

/** Called with the field and its text when a value is rejected; never with a connection id. */
export type Reject = (field: string, text: string | undefined) => void;

/** The time of a field in milliseconds since 1970; undefined where there is none, and where it is rejected as unreadable. */
export function toTime(field: string, value: unknown, reject: Reject): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const at = toInstant(value);
  if (at === undefined) reject(field, isScalar(value) ? String(value) : undefined);
  return at;
}

/** The id in a row's key, after the prefix; undefined when the row is none of ours, for it has text there and not that prefix. */
export function toId(text: string, prefix: string | null): string | undefined {
  if (prefix === null) return text;
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

/** The most ids of a listing: AWS lets an account have 500 new connections a second, each for two hours. */
export const MOST_IDS = 4_000_000;

/** Adds an id to a list; of one listed twice, the earlier time counts: by then it was connected. Throws when there are too many. */
export function addId(
  ids: Map<string, number | undefined>,
  id: string,
  connectedAt: number | undefined,
  most = MOST_IDS,
): void {
  if (ids.size >= most && !ids.has(id))
    throw new Error(
      `it lists more than ${most} ids, more than an account can have connections: is it what was meant?`,
    );
  const earlier = ids.get(id);
  const isBetter = connectedAt !== undefined && (earlier === undefined || connectedAt < earlier);
  if (isBetter || !ids.has(id)) ids.set(id, connectedAt);
}

/** Arrays and objects may be nested deeper than their text can be made. */
function isScalar(value: unknown): boolean {
  return typeof value !== 'object';
}
