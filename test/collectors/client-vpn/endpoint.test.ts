import { expect, test } from 'vitest';
import { toEndpoint } from '../../../src/collectors/client-vpn/endpoints.ts';
import { createFamilies } from '../../../src/collectors/client-vpn/families.ts';
import type { RawEndpoint } from '../../../src/collectors/client-vpn/source.ts';
import { createLedgerDesk, SCOPE } from '../../support/client-vpn.ts';

function decode(raw: RawEndpoint) {
  const rejected: [field: string, text: string | undefined][] = [];
  const endpoint = toEndpoint(raw, (field, text) => rejected.push([field, text]));
  return { endpoint, rejected };
}

test.each([
  undefined,
  '',
  '.',
  '..',
  '../../etc/passwd',
  'a/b',
  'a b',
  'a\n',
  'a\0',
  'cvpn-endpoint-é',
  '%2e%2e',
  'x'.repeat(129),
])('an endpoint with the id %j is rejected whole', (ClientVpnEndpointId) => {
  const raw = {
    Status: { Code: 'available' },
    ...(ClientVpnEndpointId !== undefined && { ClientVpnEndpointId }),
  };
  expect(decode(raw as RawEndpoint)).toEqual({
    endpoint: undefined,
    rejected: [['endpoint_id', ClientVpnEndpointId]],
  });
});

test.each(['cvpn-endpoint-0123456789abcdef0', 'e', 'A_b-9', 'x'.repeat(128)])('%s can be an id', (id) => {
  const { endpoint, rejected } = decode({ ClientVpnEndpointId: id });
  expect(endpoint?.id).toBe(id);
  expect(rejected).toEqual([]);
});

test('a port and a session timeout are those of AWS', () => {
  const { endpoint } = decode({ ClientVpnEndpointId: 'e', VpnPort: 443, SessionTimeoutHours: 24 });
  expect(endpoint?.info.vpn_port).toBe('443');
  expect(endpoint?.sessionTimeoutSeconds).toBe(86_400);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined])(
  'a port and a session timeout of %j give no label value and no series',
  async (odd) => {
    const fields = odd === undefined ? {} : { VpnPort: odd, SessionTimeoutHours: odd };
    const { endpoint } = decode({ ClientVpnEndpointId: 'e', ...fields });
    if (!endpoint) throw new Error('the endpoint was rejected');
    expect(endpoint.info.vpn_port).toBe('');
    const listing = await createLedgerDesk().list([]);
    const last = { endedAtMonotonic: 0, endpoint, listing, exported: [] };
    const health = { up: true, error: undefined, lastSuccessAt: 0 };
    const view = { ...SCOPE, name: '', ...health, last, counters: undefined };
    const families = createFamilies(
      { views: () => [view], isFresh: () => true },
      { users: false, connections: false },
    );
    const samples = new Map(families.map(({ name, samples: of }) => [name, [...of()]]));
    expect(samples.get('aws_client_vpn_endpoint_session_timeout_seconds')).toEqual([]);
    expect(samples.get('aws_client_vpn_endpoint_info')).toHaveLength(1);
  },
);

test('labels hold no half characters', () => {
  const { endpoint } = decode({
    ClientVpnEndpointId: 'e',
    Description: 'a\ud800',
    Tags: [{ Key: 'Name', Value: '\udc00b' }],
  });
  expect(endpoint?.info).toMatchObject({ name: '\ufffdb', description: 'a\ufffd' });
});
