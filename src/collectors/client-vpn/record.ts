import type { AnyId } from '../../core/columns/table.ts';
import { type Exact, larger } from '../../core/exact.ts';

/** The four counters of a connection, in the order in which readings are kept. Direction is the service's: ingress is what the client sent. */
export const COUNTERS = ['ingress_bytes', 'egress_bytes', 'ingress_packets', 'egress_packets'] as const;

/** The times of a connection. */
export const TIMES = ['established_at', 'ended_at', 'updated_at'] as const;

/** Every field whose value can be rejected, `endpoint_id` that of an endpoint. */
export const REJECTABLE = ['connection_id', 'endpoint_id', 'tags', 'posture', ...COUNTERS, ...TIMES] as const;

/** The statuses that AWS documents for a connection (ClientVpnConnectionStatusCode). */
export const STATUSES = ['active', 'failed-to-terminate', 'terminating', 'terminated'] as const;

/** The status of a connection that AWS gives none for. */
export const NO_STATUS = 'unknown';

/** What AWS says of a connection beside its readings, decoded, checked, and with names shown only as configured. */
export interface Details {
  readonly status: string;
  readonly statusMessage: string | undefined;
  readonly username: string | undefined;
  readonly commonName: string | undefined;
  /** Tells users apart (username, else common name); undefined when AWS names nobody. */
  readonly user: string | undefined;
  readonly clientIp: string | undefined;
  readonly clientIpv6: string | undefined;
  /** Times are milliseconds since 1970. */
  readonly establishedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly updatedAt: number | undefined;
  readonly postures: readonly string[];
}

/** One connection as AWS lists it (DescribeClientVpnConnections). */
export interface Connection<Id extends AnyId = string> extends Details {
  readonly id: Id;
  /** In the order of COUNTERS; undefined where AWS' text is not a non-negative decimal integer. */
  readonly readings: readonly (Exact | undefined)[];
}

/** One whose id need not have become a text yet, and which can be another one when the next is asked for. */
export type ListedConnection = Connection<AnyId>;

/** The same by itself, whatever becomes of these. */
export function copyOf(details: Details): Details {
  const { status, statusMessage, username, commonName, user, clientIp, clientIpv6 } = details;
  const { establishedAt, endedAt, updatedAt, postures } = details;
  const names = { statusMessage, username, commonName, user, clientIp, clientIpv6 };
  return { status, ...names, establishedAt, endedAt, updatedAt, postures };
}

/** Whether the row tells the connection's end, which is final. */
export function isEnd({ status, endedAt }: Details): boolean {
  return status === 'terminated' && endedAt !== undefined;
}

/**
 * One connection that a listing holds twice: the larger reading of each counter, everything else from the row that tells
 * its end, else from the row updated later, else listed later.
 */
export function mergeConnections<Id extends AnyId>(
  first: Connection<Id>,
  second: Connection<Id>,
): Connection<Id> {
  const isFirstLater = (first.updatedAt ?? 0) > (second.updatedAt ?? Number.POSITIVE_INFINITY);
  const newer = (isEnd(first) === isEnd(second) ? isFirstLater : isEnd(first)) ? first : second;
  const readings = first.readings.map((one, index) => {
    const other = second.readings[index];
    return one === undefined ? other : other === undefined ? one : larger(one, other);
  });
  const updatedAt = newer.updatedAt ?? first.updatedAt ?? second.updatedAt;
  return { ...copyOf(newer), id: newer.id, updatedAt, readings };
}
