import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { bitsPerSecond, CLIENT_VPN, inPlace } from '../parts/domains.ts';
import { ENDPOINT_COLUMNS } from '../parts/endpoints.ts';
import { graph } from '../parts/graphs.ts';
import { ENDPOINT, ofClientVpn, once, since } from '../parts/queries.ts';
import { statusColours } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { overTime, rows } from '../parts/targets.ts';
import { STATUSES } from './connections.ts';

const OPT_IN = {
  user: { one: 'user', many: 'users', emptyWhen: '`client_vpn.users.enabled` is off' },
  connection_id: {
    one: 'connection',
    many: 'connections',
    emptyWhen: '`client_vpn.connections.enabled` is off',
  },
} as const;

type Own = keyof typeof OPT_IN;

const INFO = ofClientVpn('aws_client_vpn_connection_info');

const counter = (own: Own, direction: 'ingress' | 'egress') =>
  ofClientVpn(`aws_client_vpn_${OPT_IN[own].one}_${direction}_bytes_total`);

/** The traffic of each user or connection that has this series, in and out, as rows. */
const trafficRows = (own: Own, series: string) =>
  (['ingress', 'egress'] as const).map((direction) => {
    const key = [...ENDPOINT, own];
    const rate = bitsPerSecond(CLIENT_VPN, counter(own, direction), [own], key);
    return rows(inPlace(`${rate} and on (${key.join(', ')}) ${series}`, series, key));
  });

/** Who has the most traffic over time: what clients send, and what they receive. */
function mostTraffic(own: Own): readonly Panel[] {
  const { many, emptyWhen } = OPT_IN[own];
  const panel = (what: string, direction: 'ingress' | 'egress', way: string) => {
    const top = `topk(10, ${bitsPerSecond(CLIENT_VPN, counter(own, direction), [own])})`;
    return graph({
      title: `Most traffic ${way}, ${many}`,
      description: `The ten ${many} that ${what} most at each moment.`,
      emptyWhen,
      unit: 'bps',
      width: 12,
      many: true,
      targets: [
        own === 'user' ? overTime(top, '{{user}}') : overTime(withUser(top), '{{user}} {{connection_id}}'),
      ],
    });
  };
  return [panel('send', 'ingress', 'in'), panel('receive', 'egress', 'out')];
}

/** Adds the user to the series of connections: the id alone tells a reader nothing. */
function withUser(expr: string): string {
  const user = `topk by (connection_id) (1, ${once(INFO, 'connection_id', 'user')})`;
  return `(${expr}) * on (connection_id) group_left (user) ${user} or on (connection_id) (${expr})`;
}

/** Panels of the series by user. */
export function userPanels(): readonly Panel[] {
  const active = once(ofClientVpn('aws_client_vpn_user_connections'), 'user');
  return [
    table({
      title: 'Users',
      description:
        'Users with their active connections and traffic, as of the last pass; those past the cap are together as _other.',
      emptyWhen: OPT_IN.user.emptyWhen,
      width: 24,
      height: 9,
      sortedBy: [['Out', 'descending']],
      targets: [rows(active), ...trafficRows('user', active)],
      columns: [
        { field: 'user', title: 'User' },
        { field: 'Value #A', title: 'Active connections', width: 160 },
        { field: 'Value #B', title: 'In', unit: 'bps', width: 100 },
        { field: 'Value #C', title: 'Out', unit: 'bps', width: 100 },
        ...ENDPOINT_COLUMNS,
      ],
    }),
    ...mostTraffic('user'),
  ];
}

/** Panels of the series by connection. */
export function connectionPanels(): readonly Panel[] {
  const own = ['connection_id', 'user', 'client_ip', 'status'];
  const info = once(INFO, ...own);
  const established = ofClientVpn('aws_client_vpn_connection_established_timestamp_seconds');
  return [
    table({
      title: 'Connections',
      description: 'Connections that are not terminated, as of the last pass, as many as the cap allows.',
      emptyWhen: OPT_IN.connection_id.emptyWhen,
      width: 24,
      height: 10,
      sortedBy: [['Age', 'descending']],
      targets: [
        rows(info),
        rows(since(once(established, 'connection_id'))),
        ...trafficRows('connection_id', info),
      ],
      columns: [
        { field: 'user', title: 'User' },
        { field: 'status', title: 'Status', width: 160, mappings: [statusColours(STATUSES)] },
        { field: 'Value #B', title: 'Age', unit: 's', width: 100 },
        { field: 'Value #C', title: 'In', unit: 'bps', width: 100 },
        { field: 'Value #D', title: 'Out', unit: 'bps', width: 100 },
        { field: 'client_ip', title: 'Client address', width: 140 },
        { field: 'connection_id', title: 'Connection', width: 240 },
        ...ENDPOINT_COLUMNS,
      ],
      hidden: ['Value #A'],
    }),
    ...mostTraffic('connection_id'),
  ];
}
