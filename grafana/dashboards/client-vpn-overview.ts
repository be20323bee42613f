import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { connections, headlines, history, posture, traffic } from '../parts/client-vpn.ts';
import { dashboard } from '../parts/dashboard.ts';
import {
  CLIENT_VPN,
  dataAge,
  ENDPOINT_COLUMNS,
  healthPanels,
  NAMED,
  notUp,
  oldestData,
} from '../parts/endpoints.ts';
import { bars, graph } from '../parts/graphs.ts';
import { rowToEndpoint, seriesToEndpoint } from '../parts/links.ts';
import { ENDPOINT, gauge, named, ofClientVpn, once, total } from '../parts/queries.ts';
import { colouredText, inWords, NONE_IS_GOOD, stat } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { latest, overTime, rows } from '../parts/targets.ts';

const AVAILABLE = once(ofClientVpn('aws_client_vpn_endpoint_status', 'status="available"'));
const USERS = ofClientVpn('aws_client_vpn_connected_users');
const withName = (expr: string) => named(expr, CLIENT_VPN.info);
const topTen = (expr: string) => `sort_desc(${withName(`topk(10, ${expr})`)})`;

function endpoints(): Panel {
  return table({
    title: 'Endpoints',
    description:
      'Every endpoint as of its last complete pass; click a heading to sort by it, an endpoint to see its dashboard. Data age and Up stay when the rest has gone stale.',
    width: 24,
    height: 9,
    sortedBy: 'Active',
    targets: [
      rows(once(CLIENT_VPN.info, 'name')),
      rows(connections('active', ENDPOINT)),
      rows(connections('failed-to-terminate', ENDPOINT)),
      rows(gauge(USERS, [], ENDPOINT)),
      rows(traffic(ENDPOINT).in),
      rows(traffic(ENDPOINT).out),
      rows(once(CLIENT_VPN.up)),
      rows(dataAge(CLIENT_VPN)),
    ],
    columns: [
      { field: 'name', title: 'Name' },
      { field: 'Value #B', title: 'Active' },
      { field: 'Value #C', title: 'Failed to terminate' },
      { field: 'Value #D', title: 'Users' },
      { field: 'Value #E', title: 'In', unit: 'bps' },
      { field: 'Value #F', title: 'Out', unit: 'bps' },
      { field: 'Value #G', title: 'Up', properties: colouredText(inWords('Up', 'Down')) },
      { field: 'Value #H', title: 'Data age', unit: 's' },
      ...ENDPOINT_COLUMNS.map((column) =>
        column.field === 'endpoint_id' ? { ...column, properties: [rowToEndpoint] } : column,
      ),
    ],
    hidden: ['Value #A'],
  });
}

function top(): readonly Panel[] {
  const { in: ingress, out: egress } = traffic(ENDPOINT);
  return [
    bars({
      title: 'Most connections',
      description: 'The ten endpoints with the most active connections, as of the last pass.',
      unit: 'none',
      width: 12,
      colour: 'active',
      link: seriesToEndpoint,
      targets: [latest(topTen(connections('active', ENDPOINT)), NAMED)],
    }),
    bars({
      title: 'Most traffic',
      description: 'The ten endpoints with the most traffic, in and out together, over the last minutes.',
      unit: 'bps',
      width: 12,
      colour: 'in',
      link: seriesToEndpoint,
      targets: [latest(topTen(`${ingress} + on (${ENDPOINT.join(', ')}) ${egress}`), NAMED)],
    }),
  ];
}

function inTrouble(): Panel {
  return stat({
    title: 'Endpoints in trouble',
    description:
      'Endpoints whose last pass was incomplete (not polled), and endpoints that AWS says are not available. Zero is normal; an endpoint without an associated subnet is not available.',
    unit: 'none',
    width: 4,
    steps: NONE_IS_GOOD,
    targets: [latest(notUp(CLIENT_VPN), 'not polled'), latest(total(`1 - ${AVAILABLE}`), 'not available')],
  });
}

function byEndpoint(): readonly Panel[] {
  return [
    graph({
      title: 'Failed to terminate by endpoint',
      description: 'Connections that AWS could not end and still lists, as of the last pass. Zero is normal.',
      unit: 'none',
      width: 12,
      targets: [overTime(withName(connections('failed-to-terminate', ENDPOINT)), NAMED)],
    }),
    graph({
      title: 'Connected users by endpoint',
      description:
        'Users (user name, else common name of the certificate) with an active connection, as of the last pass.',
      unit: 'none',
      width: 12,
      targets: [overTime(withName(gauge(USERS, [], ENDPOINT)), NAMED)],
    }),
  ];
}

function byState(): Panel {
  return graph({
    title: 'Endpoints by state',
    description:
      'Endpoints by what AWS says of them, as of the last pass. Available is normal; pending-associate is an endpoint without an associated subnet.',
    unit: 'none',
    width: 24,
    stacked: true,
    colours: ['available', 'pending', 'pending-associate', 'deleting', 'deleted'],
    targets: [overTime(gauge(ofClientVpn('aws_client_vpn_endpoint_status'), ['status']), '{{status}}')],
  });
}

/** All Client VPN endpoints of all accounts and regions. */
export function clientVpnOverview(): Dashboard {
  return dashboard({
    uid: 'aws-client-vpn-overview',
    title: 'AWS Client VPN overview',
    description: 'Connections, users and traffic of all Client VPN endpoints, in all accounts and regions.',
    tag: 'aws-client-vpn',
    choices: { metric: 'aws_client_vpn_up', endpointVariable: 'endpoint_id' },
    sections: [
      { panels: [...headlines(), inTrouble(), oldestData(CLIENT_VPN, 4), ...history(), posture()] },
      { title: 'Endpoints', panels: [endpoints(), ...top(), ...byEndpoint()] },
      { title: 'Health', panels: [...healthPanels(CLIENT_VPN), byState()] },
    ],
  });
}
