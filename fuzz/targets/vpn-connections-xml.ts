import fc from 'fast-check';
import { parseVpnConnections } from '../../src/aws/vpn-connections-xml.ts';
import { toVpnConnection } from '../../src/collectors/site-to-site-vpn/record.ts';
import { toVpnConnectionsDocument } from '../documents.ts';
import { mutated, toBuffer } from '../mutations.ts';
import { judgeDigits, toSaid } from '../numbers.ts';
import { createTarget } from '../target.ts';
import { XML_PIECES } from './connections-xml.ts';

const SECRET = 'tops3cret';
const config = { expected_tunnels: 2, expected_tunnels_tag: 'expected' };
const documents = fc
  .tuple(fc.nat(3), fc.nat(1_000_000), fc.boolean())
  .map(([connections, routes, isUp]) =>
    toVpnConnectionsDocument({ connections, routes, isUp, secret: SECRET }),
  );

/** Answers to DescribeVpnConnections, which hold pre-shared keys. */
export const vpnConnectionsXml = createTarget({
  name: 'site-to-site-xml',
  inputs: mutated(documents, [
    ...XML_PIECES,
    ...[
      '<acceptedRouteCount>',
      '</acceptedRouteCount>',
      '<vgwTelemetry>',
      '</vgwTelemetry>',
      '<tagSet>',
      '2',
    ],
    ...['<preSharedKey>', '</preSharedKey>', '<options>', '</options>', '<status>UP</status>'],
  ]),
  open: async () => ({
    judge(document) {
      const said = toSaid(document);
      for (const raw of parseOrRefuse(document)) {
        const connection = toVpnConnection(raw, config, () => {});
        const routes = raw.vgwTelemetry?.map(({ acceptedRouteCount }) => acceptedRouteCount) ?? [];
        for (const { acceptedRoutes } of connection?.tunnels ?? []) {
          if (acceptedRoutes === undefined) continue;
          const text = routes.find((text) => Number(text) === acceptedRoutes);
          if (text === undefined) throw new Error(`${acceptedRoutes} routes, which the answer does not say`);
          judgeDigits(said, text);
        }
      }
    },
    close: async () => {},
  }),
});

function parseOrRefuse(document: string): ReturnType<typeof parseVpnConnections> {
  try {
    return parseVpnConnections(toBuffer(document));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BrokenAnswer') throw error;
    if (error.message.includes(SECRET.slice(0, 6)))
      throw new Error('the error repeats a secret', { cause: error });
    return [];
  }
}
