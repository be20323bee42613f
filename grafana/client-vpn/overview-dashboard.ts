import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard } from '../parts/dashboard.ts';
import { CLIENT_VPN, dataAge, inPlace, known, state } from '../parts/domains.ts';
import { brokenFirst, ENDPOINT_COLUMNS, healthPanels, stateColumn } from '../parts/endpoints.ts';
import { bars, graph } from '../parts/graphs.ts';
import { rowToEndpoint, seriesToEndpoint } from '../parts/links.ts';
import { NAMED, named } from '../parts/names.ts';
import { ENDPOINT, gauge, KEY, ofClientVpn } from '../parts/queries.ts';
import { table } from '../parts/tables.ts';
import { latest, overTime, rows } from '../parts/targets.ts';
import { connections, history, posture, traffic, USERS } from './connections.ts';
import { clientVpnWellness, headlines } from './headlines.ts';

const ALL = known(CLIENT_VPN);
const topTen = (expr: string) => `sort_desc(${named(`topk(10, ${expr})`, CLIENT_VPN)})`;

function endpoints(): Panel {
  return table({
    title: 'Endpoints',
    description:
      'Every endpoint as of its last complete pass, those in trouble first; click a heading to sort by it, a name to see its dashboard. A dash stands for what is stale, or not known while the exporter is down; names, states and ages are remembered for an hour.',
    width: 24,
    height: 9,
    sortedBy: brokenFirst('Active'),
    targets: [
      rows(named(ALL, CLIENT_VPN)),
      rows(inPlace(connections('active'), ALL)),
      rows(inPlace(connections('failed-to-terminate'), ALL)),
      rows(inPlace(USERS, ALL)),
      rows(inPlace(traffic(ENDPOINT).in, ALL)),
      rows(inPlace(traffic(ENDPOINT).out, ALL)),
      rows(state(CLIENT_VPN)),
      rows(inPlace(dataAge(CLIENT_VPN), ALL)),
    ],
    columns: [
      { field: 'name', title: 'Name', link: rowToEndpoint },
      stateColumn('Value #G'),
      { field: 'Value #B', title: 'Active', width: 90 },
      { field: 'Value #C', title: 'Failed to terminate', width: 150 },
      { field: 'Value #D', title: 'Users', width: 80 },
      { field: 'Value #E', title: 'In', unit: 'bps', width: 100 },
      { field: 'Value #F', title: 'Out', unit: 'bps', width: 100 },
      { field: 'Value #H', title: 'Data age', unit: 's', width: 100 },
      ...ENDPOINT_COLUMNS,
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
      targets: [latest(topTen(connections('active')), NAMED)],
    }),
    bars({
      title: 'Most traffic',
      description:
        'The ten endpoints with the most traffic, in and out together, over the last minutes, among those whose last pass was complete.',
      unit: 'bps',
      width: 12,
      colour: 'in',
      link: seriesToEndpoint,
      targets: [latest(topTen(`${ingress} + on (${KEY}) ${egress}`), NAMED)],
    }),
  ];
}

function usersByEndpoint(): Panel {
  return graph({
    title: 'Connected users by endpoint',
    description:
      'Users (user name, else common name of the certificate) with an active connection, as of the last pass.',
    unit: 'none',
    width: 24,
    many: true,
    targets: [overTime(named(USERS, CLIENT_VPN), NAMED)],
  });
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
    choices: {
      metric: 'aws_client_vpn_up',
      endpoints: { variable: 'endpoint_id', info: 'aws_client_vpn_endpoint_info' },
    },
    sections: [
      { panels: [...clientVpnWellness(), ...headlines(), ...history(), posture(24)] },
      { title: 'Endpoints', panels: [endpoints(), ...top(), usersByEndpoint()] },
      { title: 'Health', panels: [...healthPanels(CLIENT_VPN), byState()] },
    ],
  });
}
