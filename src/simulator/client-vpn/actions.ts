import type { Action } from '../ec2/ec2.ts';
import { answerListing, type Listing } from '../ec2/listing.ts';
import { createTokens } from '../wire/pages.ts';
import { type Call, Refusal } from '../wire/service.ts';
import type { Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { endpointItem, networkItem, networks, type TargetNetwork } from './items.ts';
import { terminate } from './terminate.ts';
import type { World } from './world.ts';

/** The actions of EC2 by which Client VPN is read and its connections are ended. */
export function clientVpnActions(world: World): Readonly<Record<string, Action>> {
  const tokens = createTokens();

  function endpointOf(call: Call, id = call.params.ClientVpnEndpointId ?? ''): Endpoint {
    const endpoint = world.endpoints(call.accountId, call.region).find((known) => known.id === id);
    if (!endpoint) throw endpointNotFound(id);
    return endpoint;
  }

  const connections: Listing<Connection> = {
    tokens,
    element: 'connections',
    required: 'ClientVpnEndpointId',
    filters: {
      'connection-id': (connection) => connection.text('connectionId'),
      username: (connection) => connection.text('username'),
    },
    items: (call) => world.connections(endpointOf(call).id),
    write: (connection) => connection.row,
  };

  const endpoints: Listing<Endpoint> = {
    tokens,
    element: 'clientVpnEndpoint',
    idsParam: 'ClientVpnEndpointId',
    filters: {
      'endpoint-id': (endpoint) => endpoint.id,
      'transport-protocol': (endpoint) => endpoint.spec.transportProtocol ?? 'udp',
    },
    items: (call, ids) => {
      for (const id of ids) endpointOf(call, id);
      const all = world.endpoints(call.accountId, call.region);
      return ids.length === 0 ? all : all.filter((endpoint) => ids.includes(endpoint.id));
    },
    write: endpointItem,
  };

  const targetNetworks: Listing<TargetNetwork> = {
    tokens,
    element: 'clientVpnTargetNetworks',
    required: 'ClientVpnEndpointId',
    idsParam: 'AssociationIds',
    filters: {
      'association-id': (network) => network.associationId,
      'target-network-id': (network) => network.subnetId,
      'vpc-id': (network) => network.endpoint.spec.vpcId,
    },
    items: (call, ids) => {
      const all = networks(endpointOf(call));
      const unknown = ids.find((id) => !all.some((network) => network.associationId === id));
      if (unknown !== undefined) {
        throw new Refusal(
          400,
          'InvalidClientVpnAssociationIdNotFound',
          `The association ${unknown} does not exist.`,
        );
      }
      return ids.length === 0 ? all : all.filter((network) => ids.includes(network.associationId));
    },
    write: networkItem,
  };

  const notFound = endpointNotFound('cvpn-endpoint-00000000000000000');
  return {
    DescribeClientVpnConnections: { answer: (call) => answerListing(connections, call), notFound },
    DescribeClientVpnEndpoints: { answer: (call) => answerListing(endpoints, call), notFound },
    DescribeClientVpnTargetNetworks: { answer: (call) => answerListing(targetNetworks, call), notFound },
    TerminateClientVpnConnections: {
      answer: (call) => terminate(world, endpointOf(call).id, call),
      notFound,
    },
  };
}

/** EC2 knows no such endpoint in this account and region. */
function endpointNotFound(id: string): Refusal {
  return new Refusal(400, 'InvalidClientVpnEndpointId.NotFound', `Endpoint ${id} does not exist`);
}
