import { branch, declaration, leaf } from '../wire/xml.ts';
import type { VpnConnection } from './connection.ts';
import type { Tunnel } from './tunnel.ts';

const CUSTOMER_ADDRESS = '198.51.100.254';

/** What somebody needs to configure the other end, keys included: a document of its own, which EC2 puts into its answer as text. */
export function customerGatewayConfiguration(connection: VpnConnection): string {
  const { id, customerGatewayId, gatewayId, routing, tunnels } = connection;
  const attributes = routing === 'static' ? leaf('vpn_connection_attributes', 'NoBGPVPNConnection') : '';
  const head = [
    leaf('customer_gateway_id', customerGatewayId),
    leaf('vpn_gateway_id', gatewayId),
    leaf('vpn_connection_type', 'ipsec.1'),
    attributes,
  ];
  const content = [...head, ...tunnels.map((tunnel, n) => tunnelXml(connection, tunnel, n))];
  return `${declaration}\n<vpn_connection id="${id}">\n${content.filter(Boolean).join('\n')}\n</vpn_connection>`;
}

function tunnelXml({ routing, spec }: VpnConnection, tunnel: Tunnel, n: number): string {
  const end = (name: string, outside: string, inside: string, asn: number) =>
    branch(
      name,
      branch('tunnel_outside_address', leaf('ip_address', outside)) +
        branch(
          'tunnel_inside_address',
          leaf('ip_address', inside) + leaf('network_mask', '255.255.255.252') + leaf('network_cidr', 30),
        ) +
        (routing === 'bgp' ? branch('bgp', leaf('asn', asn) + leaf('hold_time', 30)) : ''),
    );
  const ike = [
    leaf('authentication_protocol', 'sha1'),
    leaf('encryption_protocol', 'aes-128-cbc'),
    leaf('lifetime', 28800),
    leaf('perfect_forward_secrecy', 'group2'),
    leaf('mode', 'main'),
    leaf('pre_shared_key', tunnel.preSharedKey),
  ];
  const ipsec = [
    leaf('protocol', 'esp'),
    leaf('authentication_protocol', 'hmac-sha1-96'),
    leaf('encryption_protocol', 'aes-128-cbc'),
    leaf('lifetime', 3600),
    leaf('mode', 'tunnel'),
    branch('dead_peer_detection', leaf('interval', 10) + leaf('retries', 3)),
  ];
  return branch(
    'ipsec_tunnel',
    end('customer_gateway', CUSTOMER_ADDRESS, `169.254.${n + 10}.2`, spec.bgpAsn ?? 65_000) +
      end('vpn_gateway', tunnel.outsideIp, `169.254.${n + 10}.1`, 64_512) +
      branch('ike', ike.join('')) +
      branch('ipsec', ipsec.join('')),
  );
}
