import type { Family } from '../../core/family.ts';
import { familiesOf, health, type Readable, seconds, type Value, valuesBy } from '../../polling/families.ts';
import type { Seen } from '../../polling/item.ts';
import type { View } from '../../polling/poller.ts';
import { NAME } from './name.ts';
import { INFO_LABELS, type Tunnel, type VpnConnection } from './record.ts';

type LastPass = Seen<VpnConnection>;

const STATES = ['pending', 'available'] as const;

/** Every family of the domain. */
export function createFamilies(state: Readable<View<LastPass>, LastPass>): readonly Family[] {
  const makers = familiesOf(NAME, state);
  const { polled } = makers;
  const perTunnel = (name: string, help: string, value: (tunnel: Tunnel) => number | undefined) =>
    polled(name, {
      help,
      labels: ['tunnel'],
      values: ({ item: { tunnels } }) =>
        valuesBy(
          'tunnel',
          tunnels.map((tunnel) => [tunnel.address, tunnel] as const),
          value,
        ),
    });
  return [
    ...health(makers),
    perTunnel('tunnel_up', 'Whether the tunnel is UP (1) or DOWN (0)', ({ isUp }) =>
      isUp === undefined ? undefined : Number(isUp),
    ),
    perTunnel(
      'tunnel_status_change_timestamp_seconds',
      'When IKE, IPsec or BGP of the tunnel last changed, in seconds since 1970',
      ({ changedAt }) => seconds(changedAt),
    ),
    perTunnel(
      'tunnel_accepted_routes',
      'Routes that the tunnel has learned by BGP (none with static routing)',
      ({ acceptedRoutes }) => acceptedRoutes,
    ),
    polled('tunnel_info', {
      help: "Why the tunnel is as it is, as one of a few words made of AWS' own; always 1",
      labels: ['tunnel', 'reason'],
      values: ({ item: { tunnels } }) =>
        tunnels.map(({ address, reason }): Value => [{ tunnel: address, reason }, 1]),
    }),
    polled('connection_status', {
      help: 'Whether the connection is in this state (1) or not (0)',
      labels: ['status'],
      values: ({ item }) =>
        [...new Set([...STATES, item.state])].map(
          (status): Value => [{ status }, Number(status === item.state)],
        ),
    }),
    polled('tunnels_expected', {
      help: 'How many tunnels of the connection should be up, as configured or as its tag says',
      values: ({ item }) => [[{}, item.expectedTunnels]],
    }),
    polled('info', {
      help: 'What AWS says of the connection; always 1',
      labels: INFO_LABELS,
      values: ({ item }) => [[item.info, 1]],
    }),
  ];
}
