import type { Action } from '../ec2/ec2.ts';
import { answerListing, type Listing } from '../ec2/listing.ts';
import { Refusal } from '../wire/service.ts';
import type { VpnConnection } from './connection.ts';
import { configurationOf, connectionItem } from './items.ts';
import type { VpnWorld } from './world.ts';

/** The actions of EC2 by which Site-to-Site VPN is read; one answer holds a whole region. */
export function siteToSiteVpnActions(world: VpnWorld): Readonly<Record<string, Action>> {
  const connections: Listing<VpnConnection> = {
    element: 'vpnConnectionSet',
    idsParam: 'VpnConnectionId',
    filters: {
      'customer-gateway-configuration': configurationOf,
      'customer-gateway-id': ({ customerGatewayId }) => customerGatewayId,
      state: ({ state }) => state,
      'option.static-routes-only': ({ routing }) => String(routing === 'static'),
      'route.destination-cidr-block': ({ routes }) => [...routes],
      'bgp-asn': ({ spec }) => String(spec.bgpAsn ?? 65_000),
      'tag:': ({ tags }, key) => tags[key],
      'tag-key': ({ tags }) => Object.keys(tags),
      type: () => 'ipsec.1',
      'vpn-connection-id': ({ id }) => id,
      'vpn-gateway-id': ({ gateway, gatewayId }) => (gateway === 'virtual-private' ? gatewayId : undefined),
      'transit-gateway-id': ({ gateway, gatewayId }) => (gateway === 'transit' ? gatewayId : undefined),
    },
    items({ accountId, region }, ids) {
      const all = world.connections(accountId, region);
      const unknown = ids.find((id) => !all.some((connection) => connection.id === id));
      if (unknown !== undefined) throw notFound(unknown);
      return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
    },
    write: connectionItem,
  };

  return {
    DescribeVpnConnections: {
      answer: (call) => answerListing(connections, call),
      notFound: notFound('vpn-00000000000000000'),
    },
  };
}

/** EC2 knows no such connection in this account and region. */
function notFound(id: string): Refusal {
  return new Refusal(400, 'InvalidVpnConnectionID.NotFound', `The vpnConnection ID '${id}' does not exist`);
}
