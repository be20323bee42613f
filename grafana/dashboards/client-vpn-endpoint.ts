import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { headlines, history, posture, STATUSES, sessionLengths } from '../parts/client-vpn.ts';
import { connectionPanels, userPanels } from '../parts/client-vpn-opt-in.ts';
import { trafficByStatus } from '../parts/client-vpn-traffic.ts';
import { dashboard } from '../parts/dashboard.ts';
import { CLIENT_VPN, ENDPOINT_COLUMNS, healthPanels, oldestData } from '../parts/endpoints.ts';
import { DASHED, graph } from '../parts/graphs.ts';
import { ofClientVpn, once, perMinute, since } from '../parts/queries.ts';
import { sayOne, stat, timeline } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { latest, overTime, rows } from '../parts/targets.ts';

const TIMEOUT = ofClientVpn('aws_client_vpn_endpoint_session_timeout_seconds');
const OLDEST = 'aws_client_vpn_oldest_connection_established_timestamp_seconds';
const STATUS = once(ofClientVpn('aws_client_vpn_endpoint_status'), 'status');

const INFO_LABELS = {
  name: 'Name',
  description: 'Description',
  authentication: 'Authentication',
  transport_protocol: 'Transport',
  vpn_port: 'Port',
  client_cidr_block: 'Client CIDR',
  split_tunnel: 'Split tunnel',
  vpc_id: 'VPC',
};

function settings(): Panel {
  const [name, description, ...others] = Object.entries(INFO_LABELS).map(([field, title]) => ({
    field,
    title,
  }));
  return table({
    title: 'Settings',
    description: 'What AWS says of the endpoint, as of the last pass.',
    width: 24,
    height: 5,
    targets: [
      rows(once(CLIENT_VPN.info, ...Object.keys(INFO_LABELS))),
      rows(`${STATUS} == 1`),
      rows(once(TIMEOUT)),
    ],
    columns: [
      ...[name, description].filter((column) => column !== undefined),
      { field: 'status', title: 'State' },
      { field: 'Value #C', title: 'Session timeout', unit: 's' },
      ...others,
      ...ENDPOINT_COLUMNS,
    ],
    hidden: ['Value #A', 'Value #B'],
  });
}

function oldestSession(): Panel {
  return stat({
    title: 'Oldest session',
    description:
      'Age of the oldest active connection, as of now. It ends at the session timeout of the endpoint at the latest.',
    emptyWhen: 'no connection is active',
    unit: 's',
    width: 4,
    targets: [latest(`max(${since(once(ofClientVpn(OLDEST, 'status="active"')))})`, 'oldest')],
  });
}

function sessions(): readonly Panel[] {
  return [
    graph({
      title: 'Oldest sessions',
      description:
        'Age of the oldest connection of each status, against the session timeout (the shortest, of several endpoints). AWS ends an active connection at the timeout; one that failed to terminate can pass it.',
      emptyWhen: 'AWS lists no connection',
      unit: 's',
      width: 12,
      colours: STATUSES,
      overrides: { 'session timeout': DASHED },
      targets: [
        overTime(since(`min by (status) (${once(ofClientVpn(OLDEST), 'status')})`), '{{status}}'),
        overTime(`min(${once(TIMEOUT)})`, 'session timeout'),
      ],
    }),
    graph({
      title: 'Changes of status',
      description:
        'Connections that were seen to enter each status, per minute; active means that they are new. What begins and ends between two passes is seen terminated only.',
      unit: 'cpm',
      width: 12,
      colours: STATUSES,
      targets: [
        overTime(
          perMinute(ofClientVpn('aws_client_vpn_connection_transitions_total'), ['status']),
          '{{status}}',
        ),
      ],
    }),
  ];
}

function states(): Panel {
  return timeline({
    title: 'State of the endpoint',
    description:
      'What AWS says of the endpoint, as of the last pass; one line for each state that it was in. Available is normal.',
    unit: 'none',
    width: 12,
    mappings: [sayOne('Yes')],
    colours: ['available', 'pending', 'pending-associate', 'deleting', 'deleted'],
    targets: [overTime(`max by (status) (${STATUS}) == 1`, '{{status}}')],
  });
}

/** One Client VPN endpoint, or several together. */
export function clientVpnEndpoint(): Dashboard {
  return dashboard({
    uid: 'aws-client-vpn-endpoint',
    title: 'AWS Client VPN endpoint',
    description:
      'One Client VPN endpoint in detail: choose it at the top. Of several, connections and traffic are summed.',
    tag: 'aws-client-vpn',
    choices: { metric: 'aws_client_vpn_up', endpointVariable: 'endpoint_id' },
    sections: [
      {
        panels: [
          ...headlines(),
          oldestSession(),
          oldestData(CLIENT_VPN, 4),
          settings(),
          ...history(),
          sessionLengths(),
        ],
      },
      { title: 'Sessions', panels: sessions() },
      { title: 'Traffic by status', panels: trafficByStatus() },
      { title: 'Health', panels: [states(), posture(), ...healthPanels(CLIENT_VPN)] },
      { title: 'Users', collapsed: true, panels: userPanels() },
      { title: 'Connections', collapsed: true, panels: connectionPanels() },
    ],
  });
}
