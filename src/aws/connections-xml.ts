import type {
  ClientVpnConnection,
  ClientVpnConnectionStatus,
  ClientVpnConnectionStatusCode,
} from '@aws-sdk/client-ec2';
import { brokenAnswer } from './answers.ts';
import { toTag, XmlReader } from './xml-reader.ts';
import { list, type Read, struct, text } from './xml-shapes.ts';

/** One page of DescribeClientVpnConnections, as the SDK's own deserialiser gives it. */
export interface ConnectionsPage {
  Connections?: ClientVpnConnection[];
  NextToken?: string;
}

const ROOT = toTag('DescribeClientVpnConnectionsResponse');

// A code that AWS adds later passes through as it is.
const status = struct<ClientVpnConnectionStatus>({
  Code: ['code', text() as Read<ClientVpnConnectionStatusCode>],
  Message: ['message', text()],
});

const readPage = struct<ConnectionsPage>({
  Connections: [
    'connections',
    list(
      struct<ClientVpnConnection>({
        ClientVpnEndpointId: ['clientVpnEndpointId', text()],
        Timestamp: ['timestamp', text()],
        ConnectionId: ['connectionId', text()],
        Username: ['username', text()],
        ConnectionEstablishedTime: ['connectionEstablishedTime', text()],
        IngressBytes: ['ingressBytes', text()],
        EgressBytes: ['egressBytes', text()],
        IngressPackets: ['ingressPackets', text()],
        EgressPackets: ['egressPackets', text()],
        ClientIp: ['clientIp', text()],
        ClientIpv6Address: ['clientIpv6Address', text()],
        CommonName: ['commonName', text()],
        Status: ['status', status],
        ConnectionEndTime: ['connectionEndTime', text()],
        PostureComplianceStatuses: ['postureComplianceStatusSet', list(text())],
        AuthorizationPolicyLastEvaluatedTime: ['authorizationPolicyLastEvaluatedTime', text()],
      }),
    ),
  ],
  NextToken: ['nextToken', text()],
});

/** Reads the whole body of one answer to DescribeClientVpnConnections; throws `brokenAnswer` for anything else. */
export function parseConnections(body: Uint8Array): ConnectionsPage {
  const xml = new XmlReader(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  xml.root();
  if (!xml.isNamed(ROOT)) {
    throw brokenAnswer(`the answer is not a list of connections: its root element is <${xml.name()}>`);
  }
  const page = readPage(xml);
  xml.end();
  return page;
}
