import { DescribeClientVpnConnectionsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Calls } from '../../src/aws/calls.ts';
import { openAws, TARGET } from '../support/aws.ts';

const HOUR_S = 3_600;

/** What is told of the clock. */
function skewOf(calls: Calls): readonly number[] {
  const family = calls.families.find(({ name }) => name === 'aws_connections_exporter_clock_skew_seconds');
  return [...(family?.samples() ?? [])].map(({ value }) => value);
}

test.each([
  ['ahead', 200, HOUR_S],
  ['behind', 200, -HOUR_S],
  ['right', 200, 0],
  ['ahead, of one that refuses', 403, HOUR_S],
])('a clock of AWS that is %s is told as of the last answer', async (_, status, aheadS) => {
  const { aws, calls } = await openAws(
    (response) =>
      void response
        .writeHead(status, { date: new Date(Date.now() + aheadS * 1000).toUTCString() })
        .end('<DescribeClientVpnConnectionsResponse><connections/></DescribeClientVpnConnectionsResponse>'),
    { maxAttempts: 1 },
  );
  expect(skewOf(calls)).toEqual([]);
  const client = await aws.ec2(TARGET);
  const list = new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'cvpn-endpoint-1' });
  await client.send(list).catch(() => {});
  const [skew = Number.NaN] = skewOf(calls);
  // The header has whole seconds.
  expect(Math.abs(skew - aheadS)).toBeLessThan(5);
});

test('an answer without a date says nothing of the clock', async () => {
  const { aws, calls } = await openAws(
    (response) => {
      response.sendDate = false;
      response.end(
        '<DescribeClientVpnConnectionsResponse><connections/></DescribeClientVpnConnectionsResponse>',
      );
    },
    { sts: (response) => void response.writeHead(500, { date: 'noon' }).end(), maxAttempts: 1 },
  );
  const list = new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'cvpn-endpoint-1' });
  await (await aws.ec2(TARGET)).send(list);
  expect(skewOf(calls)).toEqual([]);
});
