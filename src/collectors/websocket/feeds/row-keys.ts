import { type RowKeys, USUAL_KEYS } from '../../../event-forms/access-log-row.ts';
import type { AccessLogConfig } from '../config.ts';

/** Where each field stands in rows that can be of any of these formats, or of a usual one. */
export function toRowKeys(configured: readonly AccessLogConfig['keys'][]): RowKeys {
  const names = (field: keyof RowKeys, key: keyof AccessLogConfig['keys']) => [
    ...new Set([...configured.map((keys) => keys[key]), ...USUAL_KEYS[field]]),
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
