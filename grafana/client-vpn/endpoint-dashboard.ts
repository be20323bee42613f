import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard } from '../parts/dashboard.ts';
import { CLIENT_VPN, inPlace, known, perMinute, state } from '../parts/domains.ts';
import { brokenFirst, ENDPOINT_COLUMNS, healthPanels, stateColumn } from '../parts/endpoints.ts';
import { graph, LIMIT } from '../parts/graphs.ts';
import { rowToEndpoint } from '../parts/links.ts';
import { named, settingsOf } from '../parts/names.ts';
import { ofClientVpn, once, since } from '../parts/queries.ts';
import { sayOne, timeline } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { overTime, rows } from '../parts/targets.ts';
import { PER_MINUTE } from '../parts/units.ts';
import { history, oldest, posture, STATUSES, sessionLengths } from './connections.ts';
import { clientVpnWellness, headlines } from './headlines.ts';
import { connectionPanels, userPanels } from './opt-in.ts';
import { trafficByStatus } from './traffic.ts';

const TIMEOUT = ofClientVpn('aws_client_vpn_endpoint_session_timeout_seconds');
const STATUS = once(ofClientVpn('aws_client_vpn_endpoint_status'), 'status');

const ALL = known(CLIENT_VPN);

const SETTINGS = {
  description: { title: 'Description' },
  authentication: { title: 'Authentication' },
  transport_protocol: { title: 'Transport', width: 80 },
  vpn_port: { title: 'Port', width: 60 },
  client_cidr_block: { title: 'Client CIDR', width: 110 },
  split_tunnel: { title: 'Split tunnel', width: 90 },
  vpc_id: { title: 'VPC', width: 165 },
};

function settings(): Panel {
  const labels = Object.keys(SETTINGS);
  return table({
    title: 'Settings',
    description:
      'What AWS says of the endpoint, as of the last complete pass; it is remembered for an hour. Click a name to see that endpoint only.',
    width: 24,
    height: 7,
    sortedBy: brokenFirst('Session timeout'),
    targets: [
      rows(named(ALL, CLIENT_VPN)),
      rows(state(CLIENT_VPN)),
      rows(inPlace(once(TIMEOUT), ALL)),
      rows(settingsOf(CLIENT_VPN, labels)),
    ],
    columns: [
      { field: 'name', title: 'Name', link: rowToEndpoint },
      stateColumn('Value #B'),
      { field: 'Value #C', title: 'Session timeout', unit: 's', width: 120 },
      ...Object.entries(SETTINGS).map(([field, column]) => ({ field, ...column })),
      ...ENDPOINT_COLUMNS,
    ],
    hidden: ['Value #A', 'Value #D'],
  });
}

function sessions(): readonly Panel[] {
  return [
    graph({
      title: 'Oldest sessions',
      description:
        'Age of the oldest connection of each status; once one has passed half of the session timeout (the shortest, of several endpoints), the timeout too, dashed. AWS ends an active connection at the timeout; one that failed to terminate can pass it.',
      emptyWhen: 'AWS lists no connection',
      unit: 'h',
      width: 12,
      colours: STATUSES,
      overrides: { 'session timeout': LIMIT },
      targets: [
        overTime(`(${since(`min by (status) (${oldest()})`)}) / 3600`, '{{status}}'),
        overTime(`min(${once(TIMEOUT)}) / 3600 < 2 * max(${since(oldest())}) / 3600`, 'session timeout'),
      ],
    }),
    graph({
      title: 'Changes of status',
      description:
        'Connections that were seen to enter each status; active means that they are new. What begins and ends between two passes is seen terminated only.',
      unit: PER_MINUTE,
      width: 12,
      colours: STATUSES,
      targets: [
        overTime(
          perMinute(CLIENT_VPN, ofClientVpn('aws_client_vpn_connection_transitions_total'), ['status']),
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
    width: 24,
    height: 5,
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
    choices: {
      metric: 'aws_client_vpn_up',
      endpoints: { variable: 'endpoint_id', info: 'aws_client_vpn_endpoint_info' },
    },
    sections: [
      {
        panels: [
          ...clientVpnWellness(),
          ...headlines(),
          settings(),
          ...history(),
          sessionLengths(),
          posture(12),
        ],
      },
      { title: 'Sessions', panels: sessions() },
      { title: 'Traffic by status', panels: trafficByStatus() },
      { title: 'Health', panels: [...healthPanels(CLIENT_VPN), states()] },
      { title: 'Users', collapsed: true, panels: userPanels() },
      { title: 'Connections', collapsed: true, panels: connectionPanels() },
    ],
  });
}
