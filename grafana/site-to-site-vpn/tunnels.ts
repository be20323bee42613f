import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { COUNTED, SITE_TO_SITE_VPN, totalOf } from '../parts/domains.ts';
import { wellness } from '../parts/endpoints.ts';
import { graph } from '../parts/graphs.ts';
import { named } from '../parts/names.ts';
import { ENDPOINT, gauge, KEY, ofSiteToSiteVpn, once, total } from '../parts/queries.ts';
import { inWords, NONE_IS_GOOD, stat, timeline } from '../parts/states.ts';
import { latest, overTime } from '../parts/targets.ts';

const UP = ofSiteToSiteVpn('aws_site_to_site_vpn_tunnel_up');
const ROUTES = ofSiteToSiteVpn('aws_site_to_site_vpn_tunnel_accepted_routes');
const CHANGED = ofSiteToSiteVpn('aws_site_to_site_vpn_tunnel_status_change_timestamp_seconds');

/** What is known of each tunnel. */
export const TUNNELS = {
  up: once(UP, 'tunnel'),
  routes: once(ROUTES, 'tunnel'),
  changedAt: once(CHANGED, 'tunnel'),
  reason: once(ofSiteToSiteVpn('aws_site_to_site_vpn_tunnel_info'), 'tunnel', 'reason'),
};

/** The same by connection, and how many of its tunnels should be up. */
export const CONNECTIONS = {
  up: gauge(UP, ['tunnel'], ENDPOINT),
  expected: once(ofSiteToSiteVpn('aws_site_to_site_vpn_tunnels_expected')),
  routes: gauge(ROUTES, ['tunnel'], ENDPOINT),
  changedAt: `max by (${KEY}) (${once(CHANGED, 'tunnel')})`,
};

/** How many tunnels of each connection are not up that should be. */
export const MISSING = `clamp_min(${CONNECTIONS.expected} - on (${KEY}) ${CONNECTIONS.up}, 0)`;

/** How often each tunnel changed in an hour; it stops with the passes, as rates do. */
const CHANGES = `${once(`changes(${CHANGED}[1h])`, 'tunnel')} and on (${KEY}) (${once(SITE_TO_SITE_VPN.up)} == 1)`;

/** The legend of series of tunnels that `named` has made. */
const TUNNEL = '{{name}} {{tunnel}}';

/** Whether all is well, and the numbers that matter most. */
export function vpnHeadlines(): readonly Panel[] {
  const { up, expected, routes } = CONNECTIONS;
  const ofEndpoints =
    'The words say of how many connections: one whose data is stale, that has no telemetry, or whose exporter is down, cannot count.';
  return [
    ...wellness(
      SITE_TO_SITE_VPN,
      'Connections whose last pass was incomplete (not polled), and connections with fewer tunnels up than expected.',
      latest(total(`${MISSING} > bool 0`), 'too few tunnels'),
    ),
    stat({
      title: 'Tunnels up',
      description: `Tunnels that AWS says are up, as of the last pass, and how many should be, by expected_tunnels or the tag of each connection. ${ofEndpoints}`,
      unit: 'none',
      width: 12,
      colours: ['up'],
      targets: [latest(totalOf(SITE_TO_SITE_VPN, up), `up, ${COUNTED}`), latest(total(expected), 'expected')],
    }),
    stat({
      title: 'Connections down',
      description:
        'Connections without a single tunnel that is up though one should be, as of the last pass: nothing passes by them. Zero is normal.',
      unit: 'none',
      width: 6,
      steps: NONE_IS_GOOD,
      targets: [latest(total(`(${up} == bool 0) * on (${KEY}) (${expected} > bool 0)`), 'down')],
    }),
    stat({
      title: 'Accepted routes',
      description: `Routes that all tunnels together have learned by BGP, as of the last pass; a route that both tunnels of a connection tell counts twice. ${ofEndpoints}`,
      unit: 'none',
      width: 6,
      named: true,
      targets: [latest(totalOf(SITE_TO_SITE_VPN, routes), COUNTED)],
    }),
  ];
}

/** The state of every tunnel, its routes and its changes, over time. */
export function vpnHistory(): readonly Panel[] {
  return [
    timeline({
      title: 'Tunnels by state',
      description:
        'Whether each tunnel is up or down, as of the last pass. A second tunnel that is always down is normal where one is expected. A gap is a time without data.',
      unit: 'none',
      width: 24,
      mappings: inWords('Up', 'Down'),
      targets: [overTime(named(TUNNELS.up, SITE_TO_SITE_VPN, ['tunnel']), TUNNEL)],
    }),
    graph({
      title: 'Accepted routes by tunnel',
      description:
        'Routes that each tunnel has learned by BGP, as of the last pass; none with static routing. AWS takes 100 on a virtual private gateway and 1,000 on a transit gateway, and ends the session with one more.',
      unit: 'none',
      width: 12,
      many: true,
      targets: [overTime(named(TUNNELS.routes, SITE_TO_SITE_VPN, ['tunnel']), TUNNEL)],
    }),
    graph({
      title: 'Changes by tunnel',
      description:
        'How often IKE, IPsec or BGP of each tunnel changed in the hour before, as far as passes saw it: one change a pass at the most. Zero is normal, a tunnel that goes on changing comes and goes.',
      unit: 'none',
      width: 12,
      many: true,
      faults: true,
      targets: [overTime(named(CHANGES, SITE_TO_SITE_VPN, ['tunnel']), TUNNEL)],
    }),
  ];
}

/** Connections by what AWS says of them. */
export function vpnStates(): Panel {
  return graph({
    title: 'Connections by state',
    description:
      'Connections by what AWS says of them, as of the last pass. Available is normal, whether their tunnels are up or not; pending is one that is being made.',
    unit: 'none',
    width: 24,
    stacked: true,
    colours: ['available', 'pending'],
    targets: [
      overTime(gauge(ofSiteToSiteVpn('aws_site_to_site_vpn_connection_status'), ['status']), '{{status}}'),
    ],
  });
}
