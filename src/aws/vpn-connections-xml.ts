import { brokenAnswer } from './answers.ts';
import { toTag, XmlReader } from './xml-reader.ts';
import { text as leaf, list, named } from './xml-shapes.ts';

/** A tunnel's telemetry as DescribeVpnConnections has it (`vgwTelemetry`); every leaf is AWS' text. */
export interface RawTunnel {
  readonly outsideIpAddress?: string;
  readonly status?: string;
  readonly lastStatusChange?: string;
  readonly statusMessage?: string;
  readonly acceptedRouteCount?: string;
}

/**
 * An item of DescribeVpnConnections, as far as it is read: `customerGatewayConfiguration`, the options of tunnels and whatever else may
 * hold a pre-shared key is skipped, byte by byte. Every leaf is AWS' text.
 */
export interface RawVpnConnection {
  readonly vpnConnectionId?: string;
  readonly state?: string;
  readonly type?: string;
  readonly category?: string;
  readonly customerGatewayId?: string;
  readonly vpnGatewayId?: string;
  readonly transitGatewayId?: string;
  readonly coreNetworkArn?: string;
  readonly vpnConcentratorId?: string;
  readonly tagSet?: readonly { readonly key?: string; readonly value?: string }[];
  /** Undefined while AWS gives none. */
  readonly vgwTelemetry?: readonly RawTunnel[];
  readonly options?: { readonly enableAcceleration?: string; readonly staticRoutesOnly?: string };
}

const ROOT = toTag('DescribeVpnConnectionsResponse');

const readAnswer = named<{ vpnConnectionSet?: readonly RawVpnConnection[] }>({
  vpnConnectionSet: list(
    named<RawVpnConnection>({
      vpnConnectionId: leaf,
      state: leaf,
      type: leaf,
      category: leaf,
      customerGatewayId: leaf,
      vpnGatewayId: leaf,
      transitGatewayId: leaf,
      coreNetworkArn: leaf,
      vpnConcentratorId: leaf,
      tagSet: list(named<{ key?: string; value?: string }>({ key: leaf, value: leaf })),
      vgwTelemetry: list(
        named<RawTunnel>({
          outsideIpAddress: leaf,
          status: leaf,
          lastStatusChange: leaf,
          statusMessage: leaf,
          acceptedRouteCount: leaf,
        }),
      ),
      options: named<NonNullable<RawVpnConnection['options']>>({
        enableAcceleration: leaf,
        staticRoutesOnly: leaf,
      }),
    }),
  ),
});

/** Of what is wrong with a document only this repeats nothing of it. */
const SILENT = /^the answer (is empty|broke off after \d+ bytes)$/;

/** Reads the whole body of one answer to DescribeVpnConnections; throws `brokenAnswer`, which repeats nothing of it, for anything else or without the list. */
export function parseVpnConnections(body: Uint8Array): readonly RawVpnConnection[] {
  try {
    const xml = new XmlReader(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    xml.root();
    if (!xml.isNamed(ROOT)) throw new Error('another root');
    const { vpnConnectionSet } = readAnswer(xml);
    xml.end();
    if (vpnConnectionSet) return vpnConnectionSet;
  } catch (error) {
    if (error instanceof Error && SILENT.test(error.message)) throw error;
  }
  throw brokenAnswer(
    'the answer is not a whole list of VPN connections; it is not repeated here, for it may hold pre-shared keys',
  );
}
