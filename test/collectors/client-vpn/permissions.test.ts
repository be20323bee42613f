import { expect, test } from 'vitest';
import { clientVpnConfig } from '../../../src/collectors/client-vpn/config.ts';
import { permissions } from '../../../src/collectors/client-vpn/permissions.ts';

const PLACE = { name: 'home', accountId: '111122223333', region: 'eu-west-1', partition: 'aws' };

/** The condition on DescribeClientVpnEndpoints, and the resources of DescribeClientVpnConnections. */
function needed(places: readonly (typeof PLACE)[], config = {}) {
  const [endpoints, connections] = permissions(clientVpnConfig.parse(config), places);
  return { condition: endpoints?.condition, resources: connections?.resources };
}

test('the listing of endpoints is bound to the regions, each named once', () => {
  expect(needed([PLACE, { ...PLACE, region: 'us-east-1' }, { ...PLACE, accountId: '444455556666' }])).toEqual(
    {
      condition: { StringEquals: { 'ec2:Region': ['eu-west-1', 'us-east-1'] } },
      resources: [
        'arn:aws:ec2:eu-west-1:111122223333:client-vpn-endpoint/*',
        'arn:aws:ec2:us-east-1:111122223333:client-vpn-endpoint/*',
        'arn:aws:ec2:eu-west-1:444455556666:client-vpn-endpoint/*',
      ],
    },
  );
});

test('one region that is not known leaves no condition, which would shut that target out', () => {
  expect(needed([PLACE, { ...PLACE, accountId: '*', region: '*' }])).toEqual({
    condition: undefined,
    resources: [
      'arn:aws:ec2:eu-west-1:111122223333:client-vpn-endpoint/*',
      'arn:aws:ec2:*:*:client-vpn-endpoint/*',
    ],
  });
});

test('named endpoints alone are the only resources; with tags any endpoint may be one', () => {
  const endpoints = ['cvpn-endpoint-1', 'cvpn-endpoint-2'];
  expect(needed([PLACE], { endpoints }).resources).toEqual(
    endpoints.map((id) => `arn:aws:ec2:eu-west-1:111122223333:client-vpn-endpoint/${id}`),
  );
  expect(needed([PLACE], { endpoints, tags: { team: 'network' } }).resources).toEqual([
    'arn:aws:ec2:eu-west-1:111122223333:client-vpn-endpoint/*',
  ]);
});
