import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Coloured, colourOf, inColour } from './colours.ts';
import { DOWNWARD, graph, heatmap } from './graphs.ts';
import { bitsPerSecond, gauge, ofClientVpn, perMinute } from './queries.ts';
import { NONE_IS_GOOD, stat } from './states.ts';
import { buckets, latest, overTime } from './targets.ts';

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

/** What clients send, and what they receive, in bits per second by these labels. */
export const traffic = (by: readonly string[] = []) => ({
  in: bitsPerSecond(INGRESS, ['status'], by),
  out: bitsPerSecond(EGRESS, ['status'], by),
});

/** How many connections have a status, by these labels. */
export const connections = (status: Coloured, by: readonly string[] = []): string =>
  gauge(ofClientVpn(CONNECTIONS, `status="${status}"`), [], by);

/** The numbers that matter most, four columns each. */
export function headlines(): readonly Panel[] {
  return [
    stat({
      title: 'Active connections',
      description: 'Connections that AWS lists as active, as of the last pass.',
      unit: 'none',
      width: 4,
      colour: 'active',
      targets: [latest(connections('active'), 'active')],
    }),
    stat({
      title: 'Connected users',
      description:
        'Users (user name, else common name of the certificate) with an active connection, as of the last pass. A user of two endpoints counts twice.',
      unit: 'none',
      width: 4,
      targets: [latest(gauge(ofClientVpn('aws_client_vpn_connected_users')), 'users')],
    }),
    stat({
      title: 'Traffic now',
      description: 'What clients send (in) and receive (out), averaged over the last minutes.',
      unit: 'bps',
      width: 4,
      colours: ['in', 'out'],
      targets: [latest(traffic().in, 'in'), latest(traffic().out, 'out')],
    }),
    stat({
      title: 'Failed to terminate',
      description:
        'Connections that AWS could not end and still lists, as of the last pass. Zero is normal: these sessions may still pass traffic.',
      unit: 'none',
      width: 4,
      steps: NONE_IS_GOOD,
      targets: [latest(connections('failed-to-terminate'), 'failed-to-terminate')],
    }),
  ];
}

/** Connections, traffic, and connections that came and went, over time. */
export function history(): readonly Panel[] {
  return [
    graph({
      title: 'Connections by status',
      description:
        'Connections that AWS lists, as of the last pass. It goes on listing those that have terminated for 60 minutes, so that line tells of the past hour.',
      unit: 'none',
      width: 12,
      colours: STATUSES,
      targets: [overTime(gauge(ofClientVpn(CONNECTIONS), ['status']), '{{status}}')],
    }),
    graph({
      title: 'Traffic',
      description:
        'What clients send (in, above the line) and receive (out, below it). Every byte counts once, whether its connection still exists or not.',
      unit: 'bps',
      width: 12,
      signed: true,
      overrides: { in: [inColour(colourOf('in'))], out: [inColour(colourOf('out')), DOWNWARD] },
      targets: [overTime(traffic().in, 'in'), overTime(traffic().out, 'out')],
    }),
    graph({
      title: 'Opened and ended',
      description:
        'Connections first seen, and connections that terminated, per minute. Connections shorter than the time between two passes count too.',
      unit: 'cpm',
      width: 12,
      colours: ['opened', 'ended'],
      targets: [
        overTime(perMinute(ofClientVpn('aws_client_vpn_connections_opened_total')), 'opened'),
        overTime(
          perMinute(ofClientVpn('aws_client_vpn_connection_transitions_total', 'status="terminated"')),
          'ended',
        ),
      ],
    }),
  ];
}

/** How long the connections lasted that ended, over time. */
export function sessionLengths(): Panel {
  return heatmap({
    title: 'Session length',
    description:
      'Connections that ended, by how long they had lasted, per minute. The stronger the colour, the more; a strong band low down tells of clients that reconnect all the time.',
    unit: 's',
    width: 12,
    targets: [buckets(perMinute(ofClientVpn('aws_client_vpn_connection_duration_seconds_bucket'), ['le']))],
  });
}

/** Posture of active connections over time. */
export function posture(): Panel {
  return graph({
    title: 'Posture of active connections',
    description:
      'Active connections by what the client connect handler said of the device, as of the last pass.',
    emptyWhen: 'no connection is active',
    unit: 'none',
    width: 12,
    stacked: true,
    colours: ['compliant', 'non-compliant', 'unknown'],
    targets: [overTime(gauge(ofClientVpn('aws_client_vpn_posture_connections'), ['posture']), '{{posture}}')],
  });
}
