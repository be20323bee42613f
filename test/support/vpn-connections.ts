/** What must go no further than the reader: AWS' answer holds each of these, some of them several times. */
export const SECRETS = [
  's3cr3tOfTunnel1',
  's3cr3tOfTunnel2',
  's3cr3tArnSuffix',
  'CgwConfigurationMarker',
] as const;

const tunnel = (address: string, key: string) =>
  `<item><outsideIpAddress>${address}</outsideIpAddress><tunnelInsideCidr>169.254.44.0/30</tunnelInsideCidr>` +
  `<preSharedKey>${key}</preSharedKey><phase1DHGroupNumberSet><item><value>14</value></item></phase1DHGroupNumberSet>` +
  '<startupAction>add</startupAction><logOptions><cloudWatchLogOptions><logEnabled>false</logEnabled></cloudWatchLogOptions></logOptions></item>';

const configuration =
  '&lt;?xml version="1.0" encoding="UTF-8"?&gt;&#xd;\n&lt;vpn_connection id="vpn-0aaaabbbbccccdddd"&gt;' +
  '&lt;note&gt;CgwConfigurationMarker&lt;/note&gt;&lt;ipsec_tunnel&gt;&lt;ike&gt;&lt;pre_shared_key&gt;s3cr3tOfTunnel1' +
  '&lt;/pre_shared_key&gt;&lt;/ike&gt;&lt;/ipsec_tunnel&gt;&lt;/vpn_connection&gt;';

/** Telemetry of a tunnel, as AWS sends it. */
export function telemetry({
  address = '203.0.113.3',
  status = 'UP',
  changedAt = '2026-07-29T10:35:11.250Z',
  message = '',
  routes = '0',
}: Partial<Record<'address' | 'status' | 'changedAt' | 'message' | 'routes', string>> = {}): string {
  return (
    `<item><outsideIpAddress>${address}</outsideIpAddress><status>${status}</status>` +
    `<lastStatusChange>${changedAt}</lastStatusChange><statusMessage>${message}</statusMessage>` +
    `<acceptedRouteCount>${routes}</acceptedRouteCount></item>`
  );
}

/** One connection of AWS' full answer; `gateway`, `telemetry`, `state`, `tags` and `routing` as given. */
export function vpnConnection({
  id = 'vpn-0aaaabbbbccccdddd',
  state = 'available',
  gateway = '<transitGatewayId>tgw-0123456789abcdef0</transitGatewayId>',
  tunnels = telemetry(),
  tags = { Name: 'branch-1' },
  isStatic = false,
}: {
  readonly id?: string;
  readonly state?: string;
  readonly gateway?: string;
  /** Null leaves the element out. */
  readonly tunnels?: string | null;
  readonly tags?: Readonly<Record<string, string>>;
  readonly isStatic?: boolean;
} = {}): string {
  const tagSet = Object.entries(tags).map(
    ([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`,
  );
  return (
    `<item><vpnConnectionId>${id}</vpnConnectionId><state>${state}</state>` +
    `<customerGatewayConfiguration>${configuration}</customerGatewayConfiguration><type>ipsec.1</type>` +
    `<customerGatewayId>cgw-0123456789abcdef0</customerGatewayId>${gateway}<category>VPN</category>` +
    '<preSharedKeyArn>arn:aws:secretsmanager:eu-west-1:111122223333:secret:s2svpn-s3cr3tArnSuffix</preSharedKeyArn>' +
    `<gatewayAssociationState>associated</gatewayAssociationState><tagSet>${tagSet.join('')}</tagSet>` +
    (tunnels === null ? '' : `<vgwTelemetry>${tunnels}</vgwTelemetry>`) +
    `<options><enableAcceleration>false</enableAcceleration><staticRoutesOnly>${isStatic}</staticRoutesOnly>` +
    '<tunnelInsideIpVersion>ipv4</tunnelInsideIpVersion><tunnelOptionSet>' +
    `${tunnel('203.0.113.3', 's3cr3tOfTunnel1')}${tunnel('203.0.113.5', 's3cr3tOfTunnel2')}</tunnelOptionSet></options>` +
    '<routes><item><destinationCidrBlock>10.0.0.0/8</destinationCidrBlock><source>Static</source><state>available</state></item></routes></item>'
  );
}

/** A whole answer of DescribeVpnConnections. */
export function vpnConnections(...items: readonly string[]): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<DescribeVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
    `<requestId>6791f4b8-0000-4272-aed2-000000example</requestId><vpnConnectionSet>${items.join('')}</vpnConnectionSet></DescribeVpnConnectionsResponse>`
  );
}
