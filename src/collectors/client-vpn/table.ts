import type { Exact } from '../../core/exact.ts';
import type { Scope } from '../../core/scope.ts';
import type { Connection } from './record.ts';

/** One connection as `connections` prints it and /api/v1/connections serves it; times are ISO 8601 UTC, counters decimal strings of any size. */
export interface TableRow {
  readonly account_id: string;
  readonly region: string;
  readonly endpoint_id: string;
  readonly connection_id: string;
  readonly status: string;
  readonly status_message: string | null;
  readonly username: string | null;
  readonly common_name: string | null;
  readonly client_ip: string | null;
  readonly client_ipv6: string | null;
  readonly established_at: string | null;
  readonly ended_at: string | null;
  readonly updated_at: string | null;
  readonly ingress_bytes: string | null;
  readonly egress_bytes: string | null;
  readonly ingress_packets: string | null;
  readonly egress_packets: string | null;
  readonly posture_compliance_statuses: readonly string[];
}

/** The columns in the order in which they are printed. */
export const TABLE_COLUMNS = [
  'account_id',
  'region',
  'endpoint_id',
  'connection_id',
  'status',
  'status_message',
  'username',
  'common_name',
  'client_ip',
  'client_ipv6',
  'established_at',
  'ended_at',
  'updated_at',
  'ingress_bytes',
  'egress_bytes',
  'ingress_packets',
  'egress_packets',
  'posture_compliance_statuses',
] as const satisfies readonly (keyof TableRow)[];

/** The rows of an endpoint's connections; what AWS does not say, or what was rejected, is null. */
export function toTable(
  { accountId, region, endpointId }: Scope,
  connections: Iterable<Connection>,
): TableRow[] {
  return Array.from(connections, (connection) => ({
    account_id: accountId,
    region,
    endpoint_id: endpointId,
    connection_id: connection.id,
    status: connection.status,
    status_message: connection.statusMessage ?? null,
    username: connection.username ?? null,
    common_name: connection.commonName ?? null,
    client_ip: connection.clientIp ?? null,
    client_ipv6: connection.clientIpv6 ?? null,
    established_at: iso(connection.establishedAt),
    ended_at: iso(connection.endedAt),
    updated_at: iso(connection.updatedAt),
    ingress_bytes: decimal(connection.readings[0]),
    egress_bytes: decimal(connection.readings[1]),
    ingress_packets: decimal(connection.readings[2]),
    egress_packets: decimal(connection.readings[3]),
    posture_compliance_statuses: connection.postures,
  }));
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString().replace('.000Z', 'Z');
}

function decimal(reading: Exact | undefined): string | null {
  return reading === undefined ? null : String(reading);
}
