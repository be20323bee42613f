import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dataAge, inPlace, known, SITE_TO_SITE_VPN, state } from '../parts/domains.ts';
import { brokenFirst, ENDPOINT_COLUMNS, stateColumn } from '../parts/endpoints.ts';
import { rowToVpnConnection } from '../parts/links.ts';
import { named, settingsOf } from '../parts/names.ts';
import { ENDPOINT, since } from '../parts/queries.ts';
import { inWords } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { rows } from '../parts/targets.ts';
import { CONNECTIONS, MISSING, TUNNELS } from './tunnels.ts';

const ALL = known(SITE_TO_SITE_VPN);

/** Every connection with its tunnels and what it ends at. */
export function vpnConnections(): Panel {
  const { up, expected, routes, changedAt } = CONNECTIONS;
  return table({
    title: 'Connections',
    description:
      'Every connection as of its last complete pass, those in trouble first; click a heading to sort by it, a name to see that connection only. State says whether it could be polled. A dash stands for what is stale, or not known while the exporter is down; names, states and ages are remembered for an hour.',
    width: 24,
    height: 8,
    sortedBy: brokenFirst('Missing'),
    targets: [
      rows(named(ALL, SITE_TO_SITE_VPN)),
      rows(inPlace(up, ALL)),
      rows(inPlace(expected, ALL)),
      rows(inPlace(MISSING, ALL)),
      rows(inPlace(routes, ALL)),
      rows(inPlace(since(changedAt), ALL)),
      rows(state(SITE_TO_SITE_VPN)),
      rows(inPlace(dataAge(SITE_TO_SITE_VPN), ALL)),
      rows(settingsOf(SITE_TO_SITE_VPN, ['gateway_type', 'gateway_id', 'routing'])),
    ],
    columns: [
      { field: 'name', title: 'Name', link: rowToVpnConnection },
      stateColumn('Value #G'),
      { field: 'Value #B', title: 'Up', width: 60 },
      { field: 'Value #C', title: 'Expected', width: 85 },
      { field: 'Value #D', title: 'Missing', width: 80 },
      { field: 'Value #E', title: 'Routes', width: 75 },
      { field: 'Value #F', title: 'Last change', unit: 's', width: 105 },
      { field: 'Value #H', title: 'Data age', unit: 's', width: 95 },
      { field: 'routing', title: 'Routing', width: 80 },
      { field: 'gateway_type', title: 'Gateway type', width: 110 },
      { field: 'gateway_id', title: 'Gateway', width: 155 },
      ...ENDPOINT_COLUMNS,
    ],
    hidden: ['Value #A', 'Value #I'],
  });
}

/** Every tunnel, and why it is as it is. */
export function vpnTunnels(): Panel {
  const labels = [...ENDPOINT, 'tunnel'];
  const all = `max by (${labels.join(', ')}) (${TUNNELS.reason})`;
  const { up, routes, changedAt, reason } = TUNNELS;
  return table({
    title: 'Tunnels',
    description:
      'Every tunnel as of the last complete pass over its connection, those that are down first; click a name to see its connection only. Reason is what AWS says, in a word: of a tunnel that is down ipsec_up means that BGP is not established. Last change is the time since IKE, IPsec or BGP changed. A tunnel whose data is stale is not listed.',
    width: 24,
    height: 8,
    sortedBy: brokenFirst('Routes'),
    targets: [
      rows(named(all, SITE_TO_SITE_VPN, ['tunnel'])),
      rows(inPlace(up, all, labels)),
      rows(reason),
      rows(inPlace(routes, all, labels)),
      rows(inPlace(since(changedAt), all, labels)),
    ],
    columns: [
      { field: 'name', title: 'Name', link: rowToVpnConnection },
      { field: 'Value #B', title: 'State', width: 115, mappings: inWords('Up', 'Down') },
      { field: 'reason', title: 'Reason', width: 120 },
      { field: 'Value #D', title: 'Routes', width: 90 },
      { field: 'Value #E', title: 'Last change', unit: 's', width: 120 },
      { field: 'tunnel', title: 'Tunnel', width: 140 },
      ...ENDPOINT_COLUMNS,
    ],
    hidden: ['Value #A', 'Value #C'],
  });
}
