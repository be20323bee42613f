import { randomUUID } from 'node:crypto';
import type { Connection } from '../client-vpn/connection.ts';
import type { Endpoint } from '../client-vpn/endpoint.ts';
import { endpointItem, networkItem, networks, type TargetNetwork } from '../client-vpn/items.ts';
import { terminate } from '../client-vpn/terminate.ts';
import type { World } from '../client-vpn/world.ts';
import { createTokens } from '../wire/pages.ts';
import { readQuery } from '../wire/query.ts';
import { type Answer, type Call, Refusal, type Service } from '../wire/service.ts';
import { branch, declaration, leaf } from '../wire/xml.ts';
import { answerListing, contentType, type Listing, version } from './listing.ts';
import { endpointNotFound, refusals } from './refusals.ts';

/** EC2, as far as Client VPN is read from it and its connections are ended through it: the Query protocol of 2016-11-15. */
export function createEc2(world: World): Service {
  const tokens = createTokens();

  function endpointOf(call: Call, id: string): Endpoint {
    const endpoint = world.endpoints(call.accountId, call.region).find((known) => known.id === id);
    if (!endpoint) throw endpointNotFound(id);
    return endpoint;
  }

  const connections: Listing<Connection> = {
    element: 'connections',
    endpointRequired: true,
    filters: {
      'connection-id': (connection) => connection.text('connectionId'),
      username: (connection) => connection.text('username'),
    },
    items: (call) => world.connections(endpointOf(call, call.params.ClientVpnEndpointId ?? '').id),
    write: (connection) => connection.row,
  };

  const endpoints: Listing<Endpoint> = {
    element: 'clientVpnEndpoint',
    endpointRequired: false,
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
    element: 'clientVpnTargetNetworks',
    endpointRequired: true,
    idsParam: 'AssociationIds',
    filters: {
      'association-id': (network) => network.associationId,
      'target-network-id': (network) => network.subnetId,
      'vpc-id': (network) => network.endpoint.spec.vpcId,
    },
    items: (call, ids) => {
      const all = networks(endpointOf(call, call.params.ClientVpnEndpointId ?? ''));
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

  const actions: Readonly<Record<string, (call: Call) => Answer>> = {
    DescribeClientVpnConnections: (call) => answerListing(connections, tokens, call),
    DescribeClientVpnEndpoints: (call) => answerListing(endpoints, tokens, call),
    DescribeClientVpnTargetNetworks: (call) => answerListing(targetNetworks, tokens, call),
    TerminateClientVpnConnections: (call) =>
      terminate(world, endpointOf(call, call.params.ClientVpnEndpointId ?? '').id, call),
  };

  return {
    read: readQuery,
    answer(call) {
      const action = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined;
      if (!action || call.params.Version !== version) {
        const message = `The action ${call.action} is not valid for this web service.`;
        throw new Refusal(400, 'InvalidAction', message);
      }
      return action(call);
    },
    refuse({ status, code, message }) {
      const error = branch('Errors', branch('Error', leaf('Code', code) + leaf('Message', message)));
      const body = declaration + branch('Response', error + leaf('RequestID', randomUUID()));
      return { status, contentType, body };
    },
    refusals,
  };
}
