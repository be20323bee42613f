import type { ClientVpnConnection } from '@aws-sdk/client-ec2';
import { Interned } from '../../src/aws/connections/interned.ts';
import { ConnectionsReader } from '../../src/aws/connections/reader.ts';
import { ConnectionRows, PLACE } from '../../src/aws/connections/rows.ts';
import { branch, leaf, list } from '../../src/simulator/wire/xml.ts';

/** A row of DescribeClientVpnConnections as the SDK gives it; every leaf is AWS' text. */
export type RawConnection = ClientVpnConnection;

/** The leaves of a row: the key of the SDK, and the element. */
const LEAVES = [
  ['ClientVpnEndpointId', 'clientVpnEndpointId'],
  ['Timestamp', 'timestamp'],
  ['ConnectionId', 'connectionId'],
  ['Username', 'username'],
  ['ConnectionEstablishedTime', 'connectionEstablishedTime'],
  ['IngressBytes', 'ingressBytes'],
  ['EgressBytes', 'egressBytes'],
  ['IngressPackets', 'ingressPackets'],
  ['EgressPackets', 'egressPackets'],
  ['ClientIp', 'clientIp'],
  ['ClientIpv6Address', 'clientIpv6Address'],
  ['CommonName', 'commonName'],
  ['ConnectionEndTime', 'connectionEndTime'],
  ['AuthorizationPolicyLastEvaluatedTime', 'authorizationPolicyLastEvaluatedTime'],
] as const satisfies readonly (readonly [keyof RawConnection, keyof typeof PLACE])[];

/** A page of these rows, as it is read from the wire. */
export function rowsOf(raws: readonly RawConnection[]): ConnectionRows {
  const items = raws.map((raw) => {
    const { Status, PostureComplianceStatuses: postures } = raw;
    const status = Status && branch('status', leaf('code', Status.Code) + leaf('message', Status.Message));
    const compliance =
      postures &&
      branch('postureComplianceStatusSet', postures.map((posture) => leaf('item', posture)).join(''));
    return LEAVES.map(([key, name]) => leaf(name, raw[key])).join('') + (status ?? '') + (compliance ?? '');
  });
  return readRows(branch('DescribeClientVpnConnectionsResponse', list('connections', items)));
}

/** The rows of a document, read whole; none where it has no list. */
export function readRows(xml: string | Buffer): ConnectionRows {
  const strings = new Interned();
  const reader = new ConnectionsReader(strings);
  reader.begin();
  reader.feed(Buffer.from(xml));
  return reader.end().rows ?? new ConnectionRows(strings);
}

/** The rows of a page as the SDK gives them. */
export function rawsOf(rows: ConnectionRows): RawConnection[] {
  return Array.from({ length: rows.length }, (_, row) => {
    const entries = LEAVES.flatMap(([key, name]) => {
      const text = rows.text(row, PLACE[name]);
      return text === undefined ? [] : [[key, text]];
    });
    const [Code, Message] = [rows.text(row, PLACE.code), rows.text(row, PLACE.message)];
    const postures = rows.postures(row);
    return {
      ...Object.fromEntries(entries),
      ...((Code ?? Message) !== undefined && {
        Status: { ...(Code !== undefined && { Code }), ...(Message !== undefined && { Message }) },
      }),
      ...(postures && { PostureComplianceStatuses: postures }),
    };
  });
}
