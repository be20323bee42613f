import { DescribeClientVpnConnectionsResult$ } from '@aws-sdk/client-ec2';
import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Interned } from '../../../src/aws/connections/interned.ts';
import { ConnectionsReader } from '../../../src/aws/connections/reader.ts';
import { declaration, laidOut } from '../../../src/simulator/wire/xml.ts';
import { type RawConnection, rawsOf } from '../../support/connection-rows.ts';
import { connectionsDocument } from './document.ts';

const sdk = new AwsEc2QueryProtocol({
  defaultNamespace: 'com.amazonaws.ec2',
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
  version: '2016-11-15',
});

interface Answer {
  readonly $metadata: unknown;
  readonly Connections?: RawConnection[];
}

type Deserialize = Parameters<AwsEc2QueryProtocol['deserializeResponse']>;

/** What the SDK's own deserialiser makes of the same document. */
async function parseWithSdk(xml: string): Promise<unknown> {
  const operation = { name: 'DescribeClientVpnConnections', output: DescribeClientVpnConnectionsResult$ };
  // As much of an operation, a context and a response as the SDK's deserialiser looks at.
  const response = { statusCode: 200, headers: {}, body: Buffer.from(xml) };
  const { $metadata, ...page } = (await sdk.deserializeResponse(
    operation as unknown as Deserialize[0],
    {} as Deserialize[1],
    response as Deserialize[2],
  )) as Answer;
  // Whether a status is there that says nothing is all one to us.
  for (const row of page.Connections ?? [])
    if (row.Status && Object.keys(row.Status).length === 0) delete row.Status;
  return page;
}

const experienced = new ConnectionsReader(new Interned());

/** Reads a document in chunks that end at these places, into the memory of the one before, as the SDK would give it. */
function parseBytes(bytes: Buffer, ends: readonly number[] = [], reader = experienced) {
  reader.begin();
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    reader.feed(bytes.subarray(from, end));
    from = end;
  }
  const { rows, nextToken } = reader.end();
  return {
    ...(rows && { Connections: rawsOf(rows) }),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
}

const parse = (xml: string) => parseBytes(Buffer.from(xml));
const answer = (inner: string) =>
  `<DescribeClientVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${inner}</DescribeClientVpnConnectionsResponse>`;
const username = (xml: string) =>
  parse(answer(`<connections><item>${xml}</item></connections>`)).Connections?.[0]?.Username;

const SMALL = answer(
  '<requestId>r</requestId><connections><item><connectionId>cvpn-connection-1</connectionId><username>a&amp;é</username>' +
    '<status><code>active</code></status><x y="z"/></item><item/></connections><nextToken>t</nextToken>',
);

/** Places in a document at which its chunks end. */
const cuts = (bytes: Buffer) =>
  fc.array(fc.nat(bytes.length), { maxLength: 6 }).map((ends) => ends.sort((a, b) => a - b));
const cutDocument = connectionsDocument
  .map((xml) => Buffer.from(xml))
  .chain((bytes) => fc.record({ bytes: fc.constant(bytes), ends: cuts(bytes) }));

test('any answer reads as the SDK reads it, wherever its chunks end', async () => {
  await fc.assert(
    fc.asyncProperty(cutDocument, async ({ bytes, ends }) => {
      expect(parseBytes(bytes, ends)).toStrictEqual(await parseWithSdk(bytes.toString()));
    }),
    { numRuns: 2000 },
  );
});

test('an answer of any length reads the same in chunks of one byte', () => {
  const rows = fc.array(connectionsDocument, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(rows, (documents) => {
      for (const document of documents) {
        const bytes = Buffer.from(document);
        const everywhere = Array.from({ length: bytes.length }, (_, end) => end);
        expect(parseBytes(bytes, everywhere)).toStrictEqual(parseBytes(bytes));
      }
    }),
    { numRuns: 20 },
  );
});

/** An answer as AWS sends it, laid out or on one line: sessions that live, that are over, with and without names, and a text that is not plain. */
function likeAws(isLaidOut: boolean): Buffer {
  const row = (n: number, more: string) =>
    `<item><clientVpnEndpointId>cvpn-endpoint-1</clientVpnEndpointId><timestamp>2026-08-12 07:58:3${n}</timestamp>` +
    `<connectionId>cvpn-connection-0123456789abcdef${n}</connectionId>${more}<ingressBytes>${n}99</ingressBytes>` +
    `<status><code>active</code></status><connectionEndTime>-</connectionEndTime></item>`;
  const name = (text: string) => `<username>${text}</username>`;
  const postures =
    '<postureComplianceStatusSet><item>compliant</item><item>b</item></postureComplianceStatusSet>';
  const rows = [
    name('alice'),
    '',
    name('bob'),
    name('😀é'),
    name('a&amp;b'),
    postures,
    '<added/>',
    '',
    postures,
  ];
  const xml = answer(
    `<requestId>r</requestId><connections>${rows.map((more, n) => row(n, more)).join('')}</connections>`,
  );
  const whole = xml.replace('</Describe', '<nextToken>t</nextToken></Describe');
  return Buffer.from(isLaidOut ? laidOut(`${declaration}${whole}`) : whole);
}

test.each([
  ['laid out as AWS does', true],
  ['on one line', false],
])('two chunks make what one does, wherever the first ends: %s', async (_, isLaidOut) => {
  const bytes = likeAws(isLaidOut);
  const whole = await parseWithSdk(bytes.toString());
  // One reader knows these rows in the other layout, one in this layout too, and one knows nothing.
  const other = new ConnectionsReader(new Interned());
  parseBytes(likeAws(!isLaidOut), [], other);
  for (let end = 0; end <= bytes.length; end += 1) {
    const fresh = new ConnectionsReader(new Interned());
    for (const reader of [other, experienced, fresh])
      expect(parseBytes(bytes, [end], reader), `cut at ${end}`).toStrictEqual(whole);
  }
});

test.each([1, 2, 3, 7, 64, 511, 512, 513, 1_000])(
  'chunks of %i bytes make what one chunk does',
  async (size) => {
    for (const bytes of [likeAws(true), likeAws(false)]) {
      const ends = Array.from({ length: Math.floor(bytes.length / size) }, (_, n) => (n + 1) * size);
      const whole = await parseWithSdk(bytes.toString());
      for (const reader of [experienced, new ConnectionsReader(new Interned())])
        expect(parseBytes(bytes, ends, reader)).toStrictEqual(whole);
    }
  },
);

/** What a reader without a past makes of it. */
function afresh(bytes: Buffer): unknown {
  return outcome(() => parseBytes(bytes, [], new ConnectionsReader(new Interned())));
}

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

test('rows whose markup was seen before are read as those that are read with all care', () => {
  const damaged = connectionsDocument.chain((xml) => {
    const bytes = Buffer.from(xml);
    const damage = fc.tuple(
      fc.nat(bytes.length - 1),
      fc.oneof(fc.nat(255), fc.constantFrom(0x3c, 0x26, 0x20)),
    );
    return fc.tuple(fc.constant(bytes), fc.array(damage, { minLength: 1, maxLength: 3 }), cuts(bytes));
  });
  fc.assert(
    fc.property(damaged, ([whole, damage, ends]) => {
      outcome(() => parseBytes(whole));
      const bytes = Buffer.from(whole);
      for (const [at, byte] of damage) bytes[at] = byte;
      expect(outcome(() => parseBytes(bytes, ends))).toStrictEqual(afresh(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('an answer that breaks off anywhere is an error worth a retry', () => {
  const whole = Buffer.from(SMALL);
  expect(parseBytes(whole).Connections).toHaveLength(2);
  expect(() => parse('')).toThrow('the answer is empty');
  for (let length = 1; length < whole.length; length += 1) {
    const cut = Buffer.from(whole.subarray(0, length));
    expect(() => parseBytes(cut), `cut at ${length}`).toThrow(
      expect.objectContaining({
        name: 'BrokenAnswer',
        message: `the answer broke off after ${length} bytes`,
        $retryable: { throttling: false },
      }),
    );
  }
});

test('damaged markup is an error, wherever it is', () => {
  for (const { index } of SMALL.matchAll(/<|(?<=<)\/|>/g)) {
    const damaged = `${SMALL.slice(0, index)}a${SMALL.slice(index + 1)}`;
    expect(() => parse(damaged), `at ${index}`).toThrow('the answer');
  }
});

test.each([
  ['', 'the answer is empty'],
  [
    '<html><body>Sign in</body></html>',
    'the answer is not a list of connections: its root element is <html>',
  ],
  ['<!DOCTYPE html><html></html>', 'it has a declaration, as HTML pages do'],
  ['Service Unavailable', 'it does not begin as XML does'],
  [answer('<connections></item></connections>'), '<connections> has no end tag'],
  [answer('<connections><item></connections>'), '<item> has no end tag'],
  [answer('<nextToken>x</nextTokem>'), '<nextToken> has no end tag'],
  [answer('<nextToken>x</nextTokens>'), '<nextToken> has no end tag'],
  [answer('<nextToken>12<x>9</x>34</nextToken>'), 'an element stands in the middle of a text'],
  [
    answer('<nextToken>1<x/><!-- --> <y/><![CDATA[2]]></nextToken>'),
    'an element stands in the middle of a text',
  ],
  [`${answer('')}${answer('')}`, 'something follows the end of the root element'],
])('%s is refused', (xml, message) => {
  expect(() => parse(xml)).toThrow(message);
});

test.each([
  ['comments that do not end', '<!--'.repeat(1_000_000), 'the answer broke off'],
  ['comments', '<!-- x -->\n'.repeat(400_000), undefined],
  ['instructions that do not end', '<?'.repeat(2_000_000), 'the answer broke off'],
  ['blanks and something', `${' '.repeat(4_000_000)}x`, 'something follows the end of the root element'],
  ['CDATA', '<![CDATA[]]>', 'something follows the end of the root element'],
  ['an end tag', '</a>', 'something follows the end of the root element'],
])('what follows the root is read once: %s', (_, after, message) => {
  const document = `${SMALL}${after}`;
  if (message === undefined) expect(parse(document)).toStrictEqual(parse(SMALL));
  else expect(() => parse(document)).toThrow(message);
});

test.each([
  ['within the root', (deep: string) => answer(deep)],
  ['within text', (deep: string) => answer(`<nextToken>x${deep}</nextToken>`)],
  ['within a row', (deep: string) => answer(`<connections><item>${deep}</item></connections>`)],
])('elements that nest too deep are an error, not the end of the stack: %s', (_, within) => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  expect(parse(within(nested(90)))).toBeDefined();
  for (const deep of [nested(101), nested(1_000_000), '<a>'.repeat(1_000_000)])
    expect(() => parse(within(deep))).toThrow(
      expect.objectContaining({
        name: 'BrokenAnswer',
        message: expect.stringContaining('elements nest deeper than 100'),
      }),
    );
});

test('neighbours are not nested', () => {
  expect(parse(answer('<a><b><c/></b></a>'.repeat(1_000)))).toStrictEqual({});
});

test('half a character is U+FFFD, so that no two texts are written alike', () => {
  for (const half of ['&#xD800;', '&#55296;', '&#xdfff;', '&#xDC00;&#xD800;'])
    expect(username(`<username>a${half}b</username>`)).toMatch(/^a\ufffd{1,2}b$/);
  expect(username('<username>&#xD83D;&#xDE00;</username>')).toBe('😀');
});

test('no text of an answer changes when it is written as UTF-8', () => {
  const code = fc.oneof(fc.nat(0x10ffff), fc.integer({ min: 0xd7ff, max: 0xe000 }));
  const reference = code.map((value) => `&#${value};`);
  const text = fc.array(fc.oneof(reference, fc.constantFrom('a', '<!---->', '<![CDATA[x]]>', 'é')));
  fc.assert(
    fc.property(text, (parts) => {
      const name = username(`<username>${parts.join('')}</username>`) ?? '';
      expect(Buffer.from(name).toString()).toBe(name);
    }),
  );
});

test('a missing list is not an empty one', () => {
  expect(parse(answer(''))).toStrictEqual({});
  expect(parse(answer('<connections/>'))).toStrictEqual({ Connections: [] });
  expect(parse(answer('<connections></connections><nextToken></nextToken>'))).toStrictEqual({
    Connections: [],
    NextToken: '',
  });
});

test('what the SDK fails at, or reads wrong, is read as XML means it', () => {
  expect(parse(`\ufeff${SMALL}`)).toStrictEqual(parse(SMALL));
  expect(username('<username>&#x1F600;&#128512;</username>')).toBe('😀😀');
  expect(username(' <username>blanks around</username> ')).toBe('blanks around');
  expect(username('<username nil="true"/>')).toBe('');
});
