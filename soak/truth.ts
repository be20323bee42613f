import type { Exposition } from '../test/support/exposition.ts';
import { API, type Aws } from './aws.ts';

/** What was told to the intake and answered with 200: ids that came, and ids that went. */
export interface Told {
  readonly opened: ReadonlySet<string>;
  readonly closed: ReadonlySet<string>;
}

/** Everything in which an exposition differs from what is true, a sentence each. */
export function untruths(metrics: Exposition, aws: Aws, told: Told): readonly string[] {
  const found: string[] = [];
  const compare = (what: string, now: number | undefined, truth: number | bigint) => {
    if (now !== Number(truth)) found.push(`${what} is ${now}, and ${truth} is true`);
  };
  const sum = (name: string, labels: Readonly<Record<string, string>>) =>
    metrics.all(name, labels).reduce((total, { value }) => total + value, 0);
  for (const endpoint_id of aws.endpoints) {
    const truth = aws.world.truth(endpoint_id);
    const of = { endpoint_id };
    compare(
      `ingress bytes of ${endpoint_id}`,
      sum('aws_client_vpn_ingress_bytes_total', of),
      truth.ingressBytes,
    );
    compare(
      `egress bytes of ${endpoint_id}`,
      sum('aws_client_vpn_egress_bytes_total', of),
      truth.egressBytes,
    );
    compare(
      `ingress packets of ${endpoint_id}`,
      sum('aws_client_vpn_ingress_packets_total', of),
      truth.ingressPackets,
    );
    compare(
      `egress packets of ${endpoint_id}`,
      sum('aws_client_vpn_egress_packets_total', of),
      truth.egressPackets,
    );
    compare(
      `opened at ${endpoint_id}`,
      metrics.value('aws_client_vpn_connections_opened_total', of),
      truth.opened,
    );
    compare(
      `ended at ${endpoint_id}`,
      metrics.value('aws_client_vpn_connection_duration_seconds_count', of),
      truth.ended,
    );
    // Those that ended leave AWS' listing as time goes on.
    const active = metrics.value('aws_client_vpn_connections', { ...of, status: 'active' });
    compare(`active at ${endpoint_id}`, active, truth.connections.active);
  }
  compare(
    'events of ids that came',
    metrics.value('aws_websocket_connections_opened_total'),
    told.opened.size,
  );
  compare(
    'events of ids that went',
    metrics.value('aws_websocket_connections_closed_total'),
    told.closed.size,
  );
  compare('registered ids', metrics.value('aws_websocket_registered_connections'), aws.websockets.alive(API));
  compare('living ids', sum('aws_websocket_connections', {}), aws.websockets.alive(API));
  for (const id of aws.tunnels)
    for (const { outsideIp, status } of aws.vpns.truth(id).tunnels) {
      const up = metrics.value('aws_site_to_site_vpn_tunnel_up', { endpoint_id: id, tunnel: outsideIp });
      compare(`the tunnel ${outsideIp}`, up, status === 'UP' ? 1 : 0);
    }
  return found;
}

/** Counters that fell, or went while what they count of is still there, from one exposition to the next. */
export function fallen(before: Exposition, after: Exposition): readonly string[] {
  const now = new Map(after.series.map(({ name, labels, value }) => [toKey(name, labels), value]));
  return before.series.flatMap(({ name, labels, value }) => {
    if (!/^aws_.*(_total|_bucket|_sum|_count)$/.test(name)) return [];
    const next = now.get(toKey(name, labels));
    // AWS' own readings go with their connection, and an endpoint that AWS knows no more is told of no more.
    if (next === undefined && labels.connection_id !== undefined) return [];
    if (
      next === undefined &&
      after.all('aws_client_vpn_up', { endpoint_id: labels.endpoint_id ?? '' }).length === 0
    )
      return [];
    return next !== undefined && next >= value
      ? []
      : [`${name} ${JSON.stringify(labels)} fell from ${value} to ${next}`];
  });
}

/** How many counters an exposition has. */
export function countersOf(metrics: Exposition): number {
  return metrics.series.filter(({ name }) => /^aws_.*(_total|_bucket|_sum|_count)$/.test(name)).length;
}

function toKey(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}
