import type {
  ClientVpnConnection,
  ClientVpnConnectionStatus,
  ClientVpnConnectionStatusCode,
} from '@aws-sdk/client-ec2';
import { brokenAnswer } from './answers.ts';
import { LastText, type Tag, toTag, XmlReader } from './xml-reader.ts';

/** One page of DescribeClientVpnConnections, as the SDK's own deserialiser gives it. */
export interface ConnectionsPage {
  Connections?: ClientVpnConnection[];
  NextToken?: string;
}

/** Reads the element on whose start tag the reader stands. */
type Read<T> = (xml: XmlReader) => T;

interface Field {
  readonly tag: Tag;
  readonly key: PropertyKey;
  readonly read: Read<unknown>;
}

const ROOT = toTag('DescribeClientVpnConnectionsResponse');
const ITEM = toTag('item');

/** Text that often equals what stood in this place before (a status code, an endpoint id): one string serves both. */
function text(): Read<string> {
  const last = new LastText();
  return (xml) => xml.text(last);
}

function list<T>(read: Read<T>): Read<T[]> {
  return (xml) => {
    const items: T[] = [];
    xml.children([], () => (xml.isNamed(ITEM) ? items.push(read(xml)) : xml.skip()));
    return items;
  };
}

/** Fields by their key: the element's name and how to read it, in the order in which AWS sends them. */
function struct<T extends object>(
  shape: { readonly [K in keyof T]-?: readonly [string, Read<T[K]>] },
): Read<T> {
  const fields = Object.entries<readonly [string, Read<unknown>]>(shape).map(
    ([key, [name, read]]): Field => ({ key, tag: toTag(name), read }),
  );
  const tags = fields.map((field) => field.tag);
  return (xml) => {
    const value: Record<PropertyKey, unknown> = {};
    xml.children(tags, (index) => {
      const field = index < 0 ? fields.find(({ tag }) => xml.isNamed(tag)) : fields[index];
      if (field) value[field.key] = field.read(xml);
      else xml.skip();
    });
    return value as T;
  };
}

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
