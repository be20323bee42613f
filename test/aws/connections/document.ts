import fc from 'fast-check';

const NAMES = [
  'clientVpnEndpointId',
  'timestamp',
  'connectionId',
  'username',
  'connectionEstablishedTime',
  'ingressBytes',
  'egressBytes',
  'ingressPackets',
  'egressPackets',
  'clientIp',
  'clientIpv6Address',
  'commonName',
  'connectionEndTime',
  'authorizationPolicyLastEvaluatedTime',
];

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 allows. */
const nastyString = fc
  .oneof(
    fc.constantFrom(
      '',
      '-',
      ' ',
      '\n',
      'alice',
      '0',
      '9007199254740993',
      'a, "b": \\c',
      'x'.repeat(300),
      'AT&T;',
      'ΑΒ😀',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  )
  .map((text) => text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ''));

const layout = fc.constantFrom('', '', '\n', '\n    ', '\r\n\t', '\n<!-- <item> -->\n', '\n<?pi <x> ?>\n');

/** One character as a document may spell it; the SDK cuts number references beyond the basic plane, so none is made. */
function spell(character: string, how: number): string {
  const code = character.codePointAt(0) ?? 0;
  if (how === 1 && code <= 0xffff) return `&#${code};`;
  if (how === 2 && code <= 0xffff) return `&#x${code.toString(16)};`;
  if (how === 3 && character !== '>' && character !== ']') return `<![CDATA[${character}]]>`;
  if (how === 4) return `<!-- - -->${ESCAPES[character] ?? character}`;
  return ESCAPES[character] ?? character;
}

const textContent = fc
  .tuple(
    nastyString,
    fc.oneof(fc.constant([0]), fc.array(fc.nat(4), { minLength: 1, maxLength: 7 })),
    fc.boolean(),
  )
  .map(([text, hows, lonely]) => {
    const xml = [...text].map((character, i) => spell(character, hows[i % hows.length] ?? 0)).join('');
    return { xml: lonely ? `${xml}&nbsp;& &x` : xml, blank: text.trim() === '' && !lonely };
  });

/** An element with text; the SDK fails on attributes or children where there is no text, so there are none then. */
function leaf(name: string): fc.Arbitrary<string> {
  return fc.tuple(textContent, fc.nat(5)).map(([{ xml, blank }, how]) => {
    if (xml === '' && how < 3) return how === 0 ? `<${name} />` : `<${name}/>`;
    if (!blank && how === 4) return `<${name} a:b = 'c>"d'\n e="/">${xml}</${name}\n>`;
    if (!blank && how === 5) return `<${name}><more x="1"><item/>y</more>${xml}<more/></${name}>`;
    return `<${name}>${xml}</${name}>`;
  });
}

const unknown = fc.constantFrom(
  '<added/>',
  '<added a="<>"/>'.replace('<>', '&lt;>'),
  '<added><username>mallory</username><item><item>x</item></item></added>',
  '<connection><![CDATA[</item>]]></connection>',
  '<usernam>e</usernam>',
);

function container(name: string, children: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return fc
    .tuple(children, fc.array(layout, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([parts, gaps, attribute]) => {
      const gap = (i: number) => gaps[i % gaps.length] ?? '';
      const inner = parts.map((part, i) => gap(i) + part).join('') + gap(parts.length);
      if (inner === '') return `<${name}/>`;
      return `<${name}${attribute ? ' xmlns:q="urn:q"' : ''}>${inner}</${name}>`;
    });
}

/** Some of these elements, in any order, with elements among them that nobody knows. */
function anyOf(elements: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string[]> {
  return fc
    .tuple(
      fc.tuple(...elements.map((element) => fc.option(element))),
      fc.array(unknown, { maxLength: 2 }),
      fc.boolean(),
    )
    .chain(([parts, strangers, ordered]) => {
      const all = [...parts.filter((part) => part !== null), ...strangers];
      return ordered ? fc.constant(all) : fc.shuffledSubarray(all, { minLength: all.length });
    });
}

const status = container('status', anyOf([leaf('code'), leaf('message')]));
const postures = container('postureComplianceStatusSet', fc.array(leaf('item'), { maxLength: 3 }));
const row = container('item', anyOf([...NAMES.map(leaf), status, postures]));
const connections = container('connections', fc.array(row, { maxLength: 5 }));

/** Any answer to DescribeClientVpnConnections that is XML, of any content, order and layout. */
export const connectionsDocument: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>\n<!-- > -->\n'),
    container(
      'DescribeClientVpnConnectionsResponse',
      anyOf([leaf('requestId'), connections, leaf('nextToken')]),
    ),
    fc.constantFrom('', '\n', ' <!-- end -->\r\n'),
  )
  .map((parts) => parts.join(''));
