import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { HOME } from '../../support/configuration.ts';
import { type Rig, said, startRig } from '../../support/exporter.ts';
import type { Exposition } from '../../support/exposition.ts';

interface Case {
  readonly fault: Fault;
  /** The kind under which the request is counted; none when AWS answered in full, and wrongly. */
  readonly error?: string;
  readonly says: RegExp;
}

const LISTING = 'DescribeClientVpnConnections';
const FAILED = 'Listing the connections of a Client VPN endpoint failed; its last good numbers stay';

const cases: readonly Case[] = [
  {
    fault: 'throttled',
    error: 'throttled',
    says: /RequestLimitExceeded, HTTP 503.*lower client_vpn.requests_per_second/,
  },
  {
    fault: 'internal-error',
    error: 'unavailable',
    says: /InternalError, HTTP 500.*mostly passes/,
  },
  { fault: 'html-503', error: 'unavailable', says: /HTTP 503.*mostly passes/ },
  { fault: 'truncated-xml', error: 'unavailable', says: /broke off after \d+ bytes.*look at proxies/ },
  { fault: 'reset-mid-body', error: 'unavailable', says: /(aborted|ECONNRESET).*look at proxies/ },
  { fault: 'hang', error: 'timeout', says: /TimeoutError.*raise request_timeout/ },
  { fault: 'stall-mid-body', error: 'timeout', says: /TimeoutError.*raise request_timeout/ },
  { fault: 'empty-200', error: 'unavailable', says: /the answer is empty.*look at proxies/ },
  { fault: 'missing-connections', says: /the answer lacks its list.*look at proxies/ },
  { fault: 'repeating-token', says: /a page token that was used before.*mostly passes/ },
  {
    fault: 'denied',
    error: 'denied',
    says: /ec2:DescribeClientVpnConnections failed.*allow the action in the IAM policy/,
  },
  { fault: 'auth-failure', error: 'denied', says: /AuthFailure.*check the credentials of the target/ },
  { fault: 'expired', error: 'denied', says: /RequestExpired.*check the credentials of the target/ },
  { fault: 'expired-token', error: 'denied', says: /ExpiredToken.*check the credentials of the target/ },
];

/** Two connections that were polled, and have talked since. */
async function talking(rig: Rig) {
  const endpointId = rig.world.addEndpoint({ name: 'office' });
  const alice = rig.world.connect(endpointId, { username: 'alice' });
  const bob = rig.world.connect(endpointId, { username: 'bob' });
  rig.world.talk(alice, { ingressBytes: 1000, egressBytes: 50, ingressPackets: 10, egressPackets: 5 });
  expect(await rig.pass()).toBe(true);
  rig.world.talk(alice, { ingressBytes: 700, egressBytes: 7 });
  rig.world.talk(bob, { egressPackets: 3 });
  return endpointId;
}

/** Everything said of endpoints but whether they are up. */
function numbers({ series }: Exposition) {
  return series.filter(({ name }) => name.startsWith('aws_client_vpn_') && name !== 'aws_client_vpn_up');
}

const totals = (metrics: Exposition) =>
  ['ingress_bytes', 'egress_bytes', 'ingress_packets', 'egress_packets'].map((counter) =>
    metrics.value(`aws_client_vpn_${counter}_total`, { status: 'active' }),
  );

test.each(cases)(
  '$fault leaves the last good numbers and says what to do',
  async ({ fault, error, says }) => {
    const rig = await startRig({
      aws: { request_timeout: fault === 'hang' || fault === 'stall-mid-body' ? '300ms' : '10s' },
    });
    await talking(rig);
    const before = await rig.metrics();
    expect(totals(before)).toEqual([0, 0, 0, 0]);

    rig.simulator.failNext(Number.POSITIVE_INFINITY, fault, { action: LISTING });
    expect(await rig.pass()).toBe(false);
    const during = await rig.metrics();
    expect(numbers(during)).toEqual(numbers(before));
    expect(during.value('aws_client_vpn_up')).toBe(0);
    expect(during.value('aws_connections_exporter_collector_success')).toBe(0);
    expect(
      during.value('aws_connections_exporter_target_up', { account_id: HOME.accountId, region: HOME.region }),
    ).toBe(0);
    expect(during.value('aws_connections_exporter_passes_failed_total')).toBe(1);
    expect(during.value('aws_connections_exporter_passes_total')).toBe(2);
    const errors = during.by('error', 'aws_connections_exporter_aws_request_errors_total', {
      operation: LISTING,
    });
    expect(Object.entries(errors).filter(([, count]) => count > 0)).toEqual(error ? [[error, 1]] : []);

    const lines = said(rig.log, FAILED);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(says);
    expect(said(rig.log, 'level=ERROR')).toHaveLength(2);
    expect(said(rig.log, 'Pass failed')[0]).toContain('error="1 of 1 endpoints failed"');

    rig.simulator.clearFaults();
    expect(await rig.pass()).toBe(true);
    const after = await rig.metrics();
    expect(totals(after)).toEqual([700, 7, 0, 3]);
    expect(after.value('aws_client_vpn_up')).toBe(1);
    expect(after.value('aws_connections_exporter_collector_success')).toBe(1);
    expect(after.value('aws_connections_exporter_passes_failed_total')).toBe(1);
    expect(said(rig.log, 'A Client VPN endpoint recovered')).toHaveLength(1);
  },
);

test('a fault that one more attempt gets over is counted and nothing else', async () => {
  const rig = await startRig({ aws: { max_attempts: 2 } });
  await talking(rig);
  for (const fault of ['internal-error', 'truncated-xml'] as const)
    rig.simulator.failNext(1, fault, { action: LISTING });
  // The second attempt of the first pass meets the second fault.
  expect([await rig.pass(), await rig.pass()]).toEqual([false, true]);
  const metrics = await rig.metrics();
  expect(metrics.value('aws_connections_exporter_aws_requests_total', { operation: LISTING })).toBe(4);
  expect(
    metrics.value('aws_connections_exporter_aws_request_errors_total', {
      operation: LISTING,
      error: 'unavailable',
    }),
  ).toBe(2);
  expect(totals(metrics)).toEqual([700, 7, 0, 3]);
});

test.each<Fault>(['throttled', 'denied', 'html-503', 'missing-connections', 'reset-mid-body'])(
  'while discovery fails (%s), the endpoints known before are polled',
  async (fault) => {
    const rig = await startRig();
    const endpointId = await talking(rig);
    rig.simulator.failNext(Number.POSITIVE_INFINITY, fault, { action: 'DescribeClientVpnEndpoints' });
    expect(await rig.pass()).toBe(false);
    const during = await rig.metrics();
    expect(during.value('aws_client_vpn_up', { endpoint_id: endpointId })).toBe(1);
    expect(totals(during)).toEqual([700, 7, 0, 3]);
    expect(during.value('aws_client_vpn_endpoint_info', { name: 'office' })).toBe(1);
    expect(during.value('aws_connections_exporter_target_up')).toBe(0);
    expect(during.value('aws_connections_exporter_collector_success')).toBe(0);
    expect(
      said(rig.log, 'Discovery of Client VPN endpoints failed; those known before are polled'),
    ).toHaveLength(1);
    expect(said(rig.log, 'Pass failed')[0]).toContain('error="1 of 1 targets failed"');
    rig.simulator.clearFaults();
    expect(await rig.pass()).toBe(true);
    expect((await rig.metrics()).value('aws_connections_exporter_target_up')).toBe(1);
  },
);

test.each<Fault>(['throttled', 'truncated-xml', 'missing-connections', 'repeating-token', 'denied'])(
  '%s on page 2 of 3 changes nothing but up',
  async (fault) => {
    let breakOff = false;
    const rig: Rig = await startRig({
      client_vpn: { page_size: 5 },
      onPage: () => breakOff && rig.simulator.failNext(1, fault, { action: LISTING }),
    });
    const endpointId = rig.world.addEndpoint();
    const ids = Array.from({ length: 12 }, () => rig.world.connect(endpointId));
    expect(await rig.pass()).toBe(true);
    for (const id of ids) rig.world.talk(id, { ingressBytes: 10 });
    rig.world.connect(endpointId);
    const before = await rig.metrics();

    breakOff = true;
    expect(await rig.pass()).toBe(false);
    const during = await rig.metrics();
    expect(numbers(during)).toEqual(numbers(before));
    expect(during.value('aws_client_vpn_up')).toBe(0);

    breakOff = false;
    rig.simulator.clearFaults();
    expect(await rig.pass()).toBe(true);
    const after = await rig.metrics();
    expect(totals(after)).toEqual([120, 0, 0, 0]);
    expect(after.value('aws_client_vpn_connections_opened_total')).toBe(1);
  },
);
