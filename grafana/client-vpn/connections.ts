import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Coloured, colourOf, inColour } from '../parts/colours.ts';
import { bitsPerSecond, CLIENT_VPN, perMinute } from '../parts/domains.ts';
import { DOWNWARD, graph, heatmap, ON_THE_RIGHT } from '../parts/graphs.ts';
import { NAMED, named } from '../parts/names.ts';
import { gauge, ofClientVpn, once } from '../parts/queries.ts';
import { buckets, overTime } from '../parts/targets.ts';
import { PER_MINUTE } from '../parts/units.ts';

/** The statuses that AWS documents, and that of rows without one. */
export const STATUSES: readonly Coloured[] = [
  'active',
  'failed-to-terminate',
  'terminating',
  'terminated',
  'unknown',
];

const CONNECTIONS = 'aws_client_vpn_connections';
const INGRESS = ofClientVpn('aws_client_vpn_ingress_bytes_total');
const EGRESS = ofClientVpn('aws_client_vpn_egress_bytes_total');

/** The times at which the oldest connections were established that have this status. */
export const oldest = (...matchers: readonly string[]): string =>
  once(ofClientVpn('aws_client_vpn_oldest_connection_established_timestamp_seconds', ...matchers), 'status');

/** What clients send, and what they receive, in bits per second by these labels. */
export const traffic = (by: readonly string[] = []) => ({
  in: bitsPerSecond(CLIENT_VPN, INGRESS, ['status'], by),
  out: bitsPerSecond(CLIENT_VPN, EGRESS, ['status'], by),
});

/** How many connections of each endpoint have a status. */
export const connections = (status: Coloured): string => once(ofClientVpn(CONNECTIONS, `status="${status}"`));

/** How many users of each endpoint have an active connection. */
export const USERS = once(ofClientVpn('aws_client_vpn_connected_users'));

/** Connections, traffic, and connections that came and went, over time. */
export function history(): readonly Panel[] {
  return [
    graph({
      title: 'Connections by status',
      description:
        'Connections that AWS lists, as of the last pass, but those that failed to terminate, which have a graph of their own. It goes on listing those that have terminated for 60 minutes, so that their line, on the right axis, tells of the past hour.',
      unit: 'none',
      width: 12,
      colours: STATUSES.filter((status) => status !== 'terminated'),
      overrides: { terminated: [inColour(colourOf('terminated')), ...ON_THE_RIGHT] },
      targets: [
        overTime(gauge(ofClientVpn(CONNECTIONS, 'status!="failed-to-terminate"'), ['status']), '{{status}}'),
      ],
    }),
    graph({
      title: 'Traffic',
      description:
        'What clients send (in, above the line) and receive (out, below it). Every byte counts once, whether its connection still exists or not. An endpoint has a gap while it is not polled: what flowed meanwhile counts afterwards.',
      unit: 'bps',
      width: 12,
      from: 'anywhere',
      overrides: { in: [inColour(colourOf('in'))], out: [inColour(colourOf('out')), DOWNWARD] },
      targets: [overTime(traffic().in, 'in'), overTime(traffic().out, 'out')],
    }),
    graph({
      title: 'Opened and ended',
      description:
        'Connections first seen, and connections that terminated. Connections shorter than the time between two passes count too. An endpoint has a gap while it is not polled.',
      unit: PER_MINUTE,
      width: 12,
      colours: ['opened', 'ended'],
      targets: [
        overTime(perMinute(CLIENT_VPN, ofClientVpn('aws_client_vpn_connections_opened_total')), 'opened'),
        overTime(
          perMinute(
            CLIENT_VPN,
            ofClientVpn('aws_client_vpn_connection_transitions_total', 'status="terminated"'),
          ),
          'ended',
        ),
      ],
    }),
    graph({
      title: 'Failed to terminate by endpoint',
      description: 'Connections that AWS could not end and still lists, as of the last pass. Zero is normal.',
      unit: 'none',
      width: 12,
      faults: true,
      targets: [overTime(named(connections('failed-to-terminate'), CLIENT_VPN), NAMED)],
    }),
  ];
}

/** How long the connections lasted that ended, over time. */
export function sessionLengths(): Panel {
  return heatmap({
    title: 'Session length',
    description:
      'Connections that ended, by how long they had lasted, per minute; the scale below says how many each colour stands for. Many low down tell of clients that reconnect all the time.',
    unit: 's',
    width: 12,
    targets: [
      buckets(
        perMinute(CLIENT_VPN, ofClientVpn('aws_client_vpn_connection_duration_seconds_bucket'), ['le']),
      ),
    ],
  });
}

/** Posture of active connections over time. */
export function posture(width: number): Panel {
  return graph({
    title: 'Posture of active connections',
    description:
      'Active connections by what the client connect handler said of the device, as of the last pass.',
    emptyWhen: 'no connection is active',
    unit: 'none',
    width,
    stacked: true,
    colours: ['compliant', 'non-compliant', 'unknown'],
    targets: [overTime(gauge(ofClientVpn('aws_client_vpn_posture_connections'), ['posture']), '{{posture}}')],
  });
}
