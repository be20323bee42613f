import { DescribeClientVpnConnectionsResult$ } from '@aws-sdk/client-ec2';
import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConnections } from '../../src/aws/connections-xml.ts';
import { connectionsDocument } from './connections-document.ts';

const sdk = new AwsEc2QueryProtocol({
  defaultNamespace: 'com.amazonaws.ec2',
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
  version: '2016-11-15',
});

type Deserialize = Parameters<AwsEc2QueryProtocol['deserializeResponse']>;

/** What the SDK's own deserialiser makes of the same document. */
async function parseWithSdk(xml: string): Promise<unknown> {
  const operation = { name: 'DescribeClientVpnConnections', output: DescribeClientVpnConnectionsResult$ };
  const response = { statusCode: 200, headers: {}, body: Buffer.from(xml) };
  const { $metadata, ...page } = await sdk.deserializeResponse(
    operation as unknown as Deserialize[0],
    {} as Deserialize[1],
    response as Deserialize[2],
  );
  return page;
}

const parse = (xml: string) => parseConnections(Buffer.from(xml));
const answer = (inner: string) =>
  `<DescribeClientVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${inner}</DescribeClientVpnConnectionsResponse>`;
const username = (xml: string) =>
  parse(answer(`<connections><item>${xml}</item></connections>`)).Connections?.[0]?.Username;

const SMALL = answer(
  '<requestId>r</requestId><connections><item><connectionId>cvpn-connection-1</connectionId><username>a&amp;é</username>' +
    '<status><code>active</code></status><x y="z"/></item><item/></connections><nextToken>t</nextToken>',
);

test('any answer reads as the SDK reads it', async () => {
  await fc.assert(
    fc.asyncProperty(connectionsDocument, async (xml) => {
      expect(parse(xml)).toStrictEqual(await parseWithSdk(xml));
    }),
    { numRuns: 2000 },
  );
});

test('an answer that breaks off anywhere is an error worth a retry', () => {
  const whole = Buffer.from(SMALL);
  expect(parseConnections(whole).Connections).toHaveLength(2);
  expect(() => parse('')).toThrow('the answer is empty');
  for (let length = 1; length < whole.length; length += 1) {
    const cut = Buffer.from(whole.subarray(0, length));
    expect(() => parseConnections(cut), `cut at ${length}`).toThrow(
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
  [`${answer('')}${answer('')}`, 'something follows the end of the root element'],
])('%s is refused', (xml, message) => {
  expect(() => parse(xml)).toThrow(message);
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
