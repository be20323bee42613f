import {
  type Row,
  type RowKeys,
  type RowPlace,
  toRow,
  USUAL_KEYS,
} from '../../../event-forms/access-log-row.ts';
import type { AccessLogConfig } from '../config.ts';
import type { Endpoint } from '../endpoint.ts';
import type { LogRow } from './source-logs.ts';

/** How a log group is read, as the endpoints that are told of there want it now. */
export interface LogSettings {
  readonly pollMs: number;
  /** How far before the newest row is read again. */
  readonly overlapMs: number;
  /** Reads a row by the keys of the endpoint that it is of. */
  readonly read: (row: LogRow) => Row;
}

/** As often, and as far back, as any of these endpoints wants, one at the least; each row by the keys of its own. */
export function toLogSettings(
  endpoints: readonly Endpoint[],
  endpointOf: (place: RowPlace) => string | undefined,
): LogSettings {
  const forms = new Map<string, { readonly keys: RowKeys; readonly own: Set<string> }>();
  let [pollMs, overlapMs] = [Number.POSITIVE_INFINITY, 0];
  for (const { endpointId, origin } of endpoints) {
    if (origin.type !== 'access_log') continue;
    pollMs = Math.min(pollMs, origin.poll);
    overlapMs = Math.max(overlapMs, origin.overlap);
    const name = JSON.stringify(origin.keys);
    const form = forms.get(name) ?? { keys: toRowKeys(origin.keys), own: new Set() };
    forms.set(name, form);
    form.own.add(endpointId);
  }
  const all = [...forms.values()];
  return { pollMs, overlapMs, read: (row) => readBy(all, row, endpointOf) };
}

function readBy(
  forms: readonly { readonly keys: RowKeys; readonly own: ReadonlySet<string> }[],
  { text, loggedAt }: LogRow,
  endpointOf: (place: RowPlace) => string | undefined,
): Row {
  const rows: Row[] = [];
  for (const { keys, own } of forms) {
    const row = toRow(text, keys, loggedAt);
    const place = row.is === 'event' ? row.event : row.place;
    if (forms.length === 1 || (place && own.has(endpointOf(place) ?? ''))) return row;
    rows.push(row);
  }
  return rows.find((row) => row.is !== 'unreadable') ?? rows[0] ?? toRow(text, USUAL_KEYS, loggedAt);
}

/** Where each field stands in rows with these keys, or the usual ones. */
export function toRowKeys(configured: AccessLogConfig['keys']): RowKeys {
  const names = (field: keyof RowKeys, key: keyof AccessLogConfig['keys']) => [
    ...new Set([configured[key], ...USUAL_KEYS[field]]),
  ];
  return {
    connectionId: names('connectionId', 'connection_id'),
    eventType: names('eventType', 'event_type'),
    status: names('status', 'status'),
    apiId: names('apiId', 'api_id'),
    stage: names('stage', 'stage'),
    domainName: names('domainName', 'domain'),
    connectedAt: names('connectedAt', 'connected_at'),
  };
}
