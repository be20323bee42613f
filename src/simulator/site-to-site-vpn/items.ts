import { branch, leaf, list } from '../wire/xml.ts';
import type { Leaf, VpnConnection } from './connection.ts';
import { customerGatewayConfiguration } from './customer-gateway.ts';
import type { VpnState } from './spec.ts';
import { telemetryLeaves } from './tunnel.ts';
import { optionsXml } from './tunnel-options.ts';

/** The content of an `<item>` of DescribeVpnConnections: all that AWS tells of a connection, its secrets included. */
export function connectionItem(connection: VpnConnection): string {
  const { id, state, gateway, gatewayId, customerGatewayId, spec, routes, tags, tunnels } = connection;
  const text = (name: Leaf, truth: string | undefined) => leaf(name, connection.text(name, truth));
  const ofGateway = (type: typeof gateway) => (gateway === type ? gatewayId : undefined);
  return [
    text('vpnConnectionId', id),
    text('state', state),
    text('customerGatewayConfiguration', configurationOf(connection)),
    text('type', 'ipsec.1'),
    text('customerGatewayId', customerGatewayId),
    text('vpnGatewayId', ofGateway('virtual-private')),
    text('transitGatewayId', ofGateway('transit')),
    text('coreNetworkArn', ofGateway('core-network')),
    text('coreNetworkAttachmentArn', attachmentOf(connection)),
    text('vpnConcentratorId', ofGateway('concentrator')),
    text('gatewayAssociationState', gateway === 'none' ? 'not-associated' : associations[state]),
    text('category', spec.category ?? 'VPN'),
    text('preSharedKeyArn', spec.preSharedKeyArn),
    connection.writes('tagSet')
      ? list(
          'tagSet',
          Object.entries(tags).map(([key, value]) => leaf('key', key) + leaf('value', value)),
        )
      : '',
    connection.writes('vgwTelemetry')
      ? list(
          'vgwTelemetry',
          tunnels.map((tunnel) => telemetryLeaves.map((name) => leaf(name, tunnel.text(name))).join('')),
        )
      : '',
    connection.writes('options') ? branch('options', optionsXml(connection)) : '',
    connection.writes('routes')
      ? list(
          'routes',
          [...routes].map(
            (block) =>
              leaf('destinationCidrBlock', block) + leaf('source', 'Static') + leaf('state', 'available'),
          ),
        )
      : '',
  ].join('');
}

/** What the filter and the element of this name show: AWS has it of connections that are being made or there. */
export function configurationOf(connection: VpnConnection): string | undefined {
  const { state } = connection;
  return state === 'pending' || state === 'available' ? customerGatewayConfiguration(connection) : undefined;
}

const associations: Readonly<Record<VpnState, string>> = {
  pending: 'associating',
  available: 'associated',
  deleting: 'disassociating',
  deleted: 'not-associated',
};

function attachmentOf({ id, gateway, accountId }: VpnConnection): string | undefined {
  if (gateway !== 'core-network') return undefined;
  return `arn:aws:networkmanager::${accountId}:attachment/attachment-${id.slice(-17)}`;
}
