import { type Bytes, toBytes } from './mutations.ts';

/** How an answer to DescribeVpnConnections is made. */
interface VpnConnectionsSpec {
  readonly connections: number;
  /** Of each tunnel. */
  readonly routes: number;
  readonly isUp: boolean;
  /** Stands where AWS puts pre-shared keys. */
  readonly secret: string;
}

/** An answer to DescribeVpnConnections as EC2 sends it. */
export function toVpnConnectionsDocument({ connections, routes, isUp, secret }: VpnConnectionsSpec): Bytes {
  const tunnel = (n: number) =>
    `<item><outsideIpAddress>192.0.2.${n}</outsideIpAddress><status>${isUp ? 'UP' : 'DOWN'}</status>` +
    `<lastStatusChange>2026-01-01T00:00:00.000Z</lastStatusChange><statusMessage>${routes} BGP ROUTES</statusMessage>` +
    `<acceptedRouteCount>${routes}</acceptedRouteCount></item>`;
  const connection = (n: number) =>
    `<item><vpnConnectionId>vpn-${n}</vpnConnectionId><state>available</state>` +
    `<customerGatewayConfiguration>&lt;ike&gt;${secret}&lt;/ike&gt;</customerGatewayConfiguration>` +
    `<type>ipsec.1</type><category>VPN</category><transitGatewayId>tgw-1</transitGatewayId>` +
    `<options><enableAcceleration>false</enableAcceleration><staticRoutesOnly>false</staticRoutesOnly>` +
    `<tunnelOptionSet><item><preSharedKey>${secret}</preSharedKey></item></tunnelOptionSet></options>` +
    `<tagSet><item><key>Name</key><value>office &amp; home</value></item><item><key>expected</key><value>1</value></item></tagSet>` +
    `<vgwTelemetry>${tunnel(2 * n)}${tunnel(2 * n + 1)}</vgwTelemetry></item>`;
  const items = Array.from({ length: connections }, (_, n) => connection(n)).join('\n');
  return toBytes(
    `<?xml version="1.0" encoding="UTF-8"?>\n<DescribeVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
      `<requestId>r</requestId><vpnConnectionSet>${items}</vpnConnectionSet></DescribeVpnConnectionsResponse>`,
  );
}

/** A short answer to DescribeClientVpnConnections, with these readings of its connections. */
export function toConnectionsDocument(readings: readonly number[]): Bytes {
  const items = readings.map(
    (bytes, n) =>
      `<item><connectionId>cvpn-connection-${n}</connectionId><ingressBytes>${bytes}</ingressBytes>` +
      `<egressBytes>${bytes + 1}</egressBytes><status><code>active</code></status></item>`,
  );
  return toBytes(
    `<DescribeClientVpnConnectionsResponse><connections>${items.join('')}</connections></DescribeClientVpnConnectionsResponse>`,
  );
}
