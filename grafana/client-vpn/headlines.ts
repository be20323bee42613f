import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { CLIENT_VPN, COUNTED, totalOf } from '../parts/domains.ts';
import { wellness } from '../parts/endpoints.ts';
import { ofClientVpn, once, since, total } from '../parts/queries.ts';
import { NONE_IS_GOOD, stat } from '../parts/states.ts';
import { latest } from '../parts/targets.ts';
import { connections, oldest, traffic, USERS } from './connections.ts';

const AVAILABLE = once(ofClientVpn('aws_client_vpn_endpoint_status', 'status="available"'));

/** Whether all is well, in one line. */
export const clientVpnWellness = (): readonly Panel[] =>
  wellness(
    CLIENT_VPN,
    'Endpoints whose last pass was incomplete (not polled), and endpoints that AWS says are not available, such as those without an associated subnet.',
    latest(total(`1 - ${AVAILABLE}`), 'not available'),
  );

/** The numbers that matter most, in one line. */
export function headlines(): readonly Panel[] {
  const ofEndpoints =
    'The words say of how many endpoints: one whose data is stale, or whose exporter is down, cannot count.';
  return [
    stat({
      title: 'Active connections',
      description: `Connections that AWS lists as active, as of the last pass. ${ofEndpoints}`,
      unit: 'none',
      width: 5,
      named: true,
      colour: 'active',
      targets: [latest(totalOf(CLIENT_VPN, connections('active')), COUNTED)],
    }),
    stat({
      title: 'Connected users',
      description: `Users (user name, else common name of the certificate) with an active connection, as of the last pass. A user of two endpoints counts twice. ${ofEndpoints}`,
      unit: 'none',
      width: 5,
      named: true,
      targets: [latest(totalOf(CLIENT_VPN, USERS), COUNTED)],
    }),
    stat({
      title: 'Failed to terminate',
      description: `Connections that AWS could not end and still lists, as of the last pass. Zero is normal: these sessions may still pass traffic. ${ofEndpoints}`,
      unit: 'none',
      width: 5,
      named: true,
      steps: NONE_IS_GOOD,
      targets: [latest(totalOf(CLIENT_VPN, connections('failed-to-terminate')), COUNTED)],
    }),
    stat({
      title: 'Traffic now',
      description:
        'What clients send (in) and receive (out), averaged over the last minutes, of the endpoints whose last pass was complete.',
      unit: 'bps',
      width: 5,
      colours: ['in', 'out'],
      targets: [latest(traffic().in, 'in'), latest(traffic().out, 'out')],
    }),
    stat({
      title: 'Oldest session',
      description:
        'Age of the oldest active connection, as of now. It ends at the session timeout of its endpoint at the latest.',
      emptyWhen: 'no connection is active',
      unit: 's',
      width: 4,
      targets: [latest(`max(${since(oldest('status="active"'))})`, 'oldest')],
    }),
  ];
}
