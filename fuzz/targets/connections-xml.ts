import fc from 'fast-check';
import { toConnection } from '../../src/collectors/client-vpn/decode.ts';
import { createIdentity } from '../../src/collectors/client-vpn/identity.ts';
import { connectionsDocument } from '../../test/aws/connections/document.ts';
import { rawsOf, readRows } from '../../test/support/connection-rows.ts';
import { toConnectionsDocument } from '../documents.ts';
import { mutated, toBuffer, toBytes } from '../mutations.ts';
import { judgeDigits, toSaid } from '../numbers.ts';
import { createTarget } from '../target.ts';

/** What such documents are made of, for changes that keep them close to whole. */
export const XML_PIECES = [
  ...[
    '<item>',
    '</item>',
    '<item/>',
    '<a>',
    '</a>',
    '<',
    '>',
    '/',
    '&',
    '&amp;',
    '&#1;',
    '&#x110000;',
    '&a;',
  ],
  ...['<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '<!DOCTYPE a>', '<a b="', '"', "'", ' xmlns="urn:a"'],
  ...[
    '<ingressBytes>',
    '</ingressBytes>',
    '<ingressBytes>7</ingressBytes>',
    '<connections>',
    '</connections>',
  ],
  ...['<nextToken>', '</nextToken>', '<status>', '</status>', '<x>9</x>', 'a>', '<!-- -->'],
];

const documents = fc.oneof(
  connectionsDocument.map(toBytes),
  fc.array(fc.nat(), { minLength: 1, maxLength: 2 }).map(toConnectionsDocument),
);
const decoding = {
  identity: createIdentity('plain', undefined),
  withNames: true,
  reject: () => {},
};

/** Pages of DescribeClientVpnConnections, as AWS or something between sends them. */
export const connectionsXml = createTarget({
  name: 'client-vpn-xml',
  inputs: mutated(documents, XML_PIECES),
  open: async () => ({
    judge(document) {
      const rows = readOrRefuse(() => readRows(toBuffer(document)));
      const said = rows && toSaid(document);
      for (const [row, raw] of (rows ? rawsOf(rows) : []).entries()) {
        const { IngressBytes, EgressBytes, IngressPackets, EgressPackets } = raw;
        const texts = [IngressBytes, EgressBytes, IngressPackets, EgressPackets];
        const readings = (rows && toConnection(rows, row, decoding)?.readings) ?? [];
        for (const [index, reading] of readings.entries()) {
          if (reading === undefined) continue;
          const text = texts[index] ?? '';
          judgeDigits(said ?? '', text);
          if (BigInt(text) !== BigInt(reading)) throw new Error(`${text} was read as ${reading}`);
        }
      }
    },
    close: async () => {},
  }),
});

/** What is read; undefined when it is refused as an answer that is none. Everything else that is thrown passes through. */
function readOrRefuse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && error.name === 'BrokenAnswer') return undefined;
    throw error;
  }
}
