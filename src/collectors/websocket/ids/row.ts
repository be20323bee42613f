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

/** Arrays and objects may be nested deeper than their text can be made. */
function isScalar(value: unknown): boolean {
  return typeof value !== 'object';
}
