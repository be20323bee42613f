import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { bitsPerSecond, CLIENT_VPN, perSecond } from '../parts/domains.ts';
import { graph } from '../parts/graphs.ts';
import { gauge, ofClientVpn } from '../parts/queries.ts';
import { overTime } from '../parts/targets.ts';
import { STATUSES } from './connections.ts';

function byStatus(title: string, description: string, unit: string, expr: string): Panel {
  return graph({
    title,
    description,
    unit,
    width: 12,
    stacked: true,
    colours: STATUSES,
    targets: [overTime(expr, '{{status}}')],
  });
}

/** Bytes and packets by status, and what the connections that are listed have carried in all. */
export function trafficByStatus(): readonly Panel[] {
  const counter = (name: string) => ofClientVpn(`aws_client_vpn_${name}_total`);
  const when =
    'by the status that the connection had when it flowed. Active is normal. An endpoint has a gap while it is not polled.';
  return [
    byStatus(
      'Traffic in',
      `What clients send, ${when}`,
      'bps',
      bitsPerSecond(CLIENT_VPN, counter('ingress_bytes'), ['status']),
    ),
    byStatus(
      'Traffic out',
      `What clients receive, ${when}`,
      'bps',
      bitsPerSecond(CLIENT_VPN, counter('egress_bytes'), ['status']),
    ),
    byStatus(
      'Packets in',
      `Packets that clients send, ${when}`,
      'pps',
      perSecond(CLIENT_VPN, counter('ingress_packets'), ['status']),
    ),
    byStatus(
      'Packets out',
      `Packets that clients receive, ${when}`,
      'pps',
      perSecond(CLIENT_VPN, counter('egress_packets'), ['status']),
    ),
    byStatus(
      'Sent by the connections listed',
      'Bytes that the connections which AWS lists have sent in all, as of the last pass. It falls as connections leave the list, 60 minutes after they ended.',
      'bytes',
      gauge(ofClientVpn('aws_client_vpn_connections_ingress_bytes'), ['status']),
    ),
    byStatus(
      'Received by the connections listed',
      'Bytes that the connections which AWS lists have received in all, as of the last pass. It falls as connections leave the list, 60 minutes after they ended.',
      'bytes',
      gauge(ofClientVpn('aws_client_vpn_connections_egress_bytes'), ['status']),
    ),
  ];
}
