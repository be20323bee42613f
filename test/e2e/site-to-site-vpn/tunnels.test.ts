import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { HOME } from '../../support/configuration.ts';
import { type Rig, said, startRig } from '../../support/exporter.ts';

const LISTING = 'DescribeVpnConnections';
const sections = { client_vpn: { enabled: false }, site_to_site_vpn: { enabled: true } };
const OTHER = 'us-east-1';

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'none'],
  [/^IPSEC IS UP$/, 'ipsec_up'],
  [/^IPSEC IS DOWN$/, 'ipsec_down'],
  [/^\d+ BGP ROUTES$/, 'bgp_routes'],
];
const GATEWAYS = {
  'virtual-private': 'virtual_private',
  transit: 'transit',
  'core-network': 'cloud_wan',
  concentrator: 'concentrator',
  none: 'none',
} as const;

/** What must be exposed of a world: each sample as `metric endpoint labels value`. */
function truthOf({ vpns }: Rig): readonly string[] {
  return vpns
    .everywhere()
    .flatMap(({ id, region }) => {
      const { name, state, gateway, routing, tunnels } = vpns.truth(id);
      if (state === 'deleting' || state === 'deleted') return [];
      const ofTunnels = tunnels.flatMap(({ outsideIp, status, message, changedAt, routes }) => [
        `tunnel_up ${outsideIp} ${Number(status === 'UP')}`,
        `tunnel_status_change_timestamp_seconds ${outsideIp} ${changedAt / 1000}`,
        `tunnel_accepted_routes ${outsideIp} ${routes}`,
        `tunnel_info ${outsideIp},${REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other'} 1`,
      ]);
      const states = [...new Set(['pending', 'available', state])];
      return [
        'up  1',
        'tunnels_expected  2',
        `info ${name},${GATEWAYS[gateway]},${routing} 1`,
        ...states.map((one) => `connection_status ${one} ${Number(one === state)}`),
        ...ofTunnels,
      ].map((line) => `${region} ${id} ${line}`);
    })
    .sort();
}

/** What is exposed, in the same way. */
async function shownBy(rig: Rig): Promise<readonly string[]> {
  const { series } = await rig.metrics();
  return series
    .filter(
      ({ name }) =>
        name.startsWith('aws_site_to_site_vpn_') && !name.endsWith('_last_success_timestamp_seconds'),
    )
    .map(({ name, labels, value }) => {
      const { tunnel, reason, status, name: called, gateway_type, routing } = labels;
      const own = [tunnel, reason, status, called, gateway_type, routing].filter(
        (label) => label !== undefined,
      );
      return `${labels.region} ${labels.endpoint_id} ${name.slice('aws_site_to_site_vpn_'.length)} ${own.join(',')} ${value}`;
    })
    .sort();
}

const FAULTS: readonly Fault[] = [
  'throttled',
  'internal-error',
  'denied',
  'auth-failure',
  'expired-token',
  'html-503',
  'truncated-xml',
  'reset-mid-body',
  'empty-200',
  'missing-connections',
];

const PACE = { meanUpSeconds: 60, meanDownSeconds: 40, meanRoutesSeconds: 50 };
const PLACES = [HOME.region, OTHER].map((region) => ({ accountId: HOME.accountId, region }));

test('whatever becomes of tunnels, and however AWS fails, what is shown is what was true at the last good pass', async () => {
  const step = fc.record({
    seconds: fc.integer({ min: 1, max: 240 }),
    fault: fc.option(fc.constantFrom(...FAULTS), { nil: undefined, freq: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 3, maxLength: 10 }), async (seed, steps) => {
      const rig = await startRig({
        ...sections,
        targets: [{ regions: [HOME.region, OTHER] }],
        vpns: { seed, turnover: { arrivalsPerMinute: 1, meanStaySeconds: 300, places: PLACES } },
      });
      for (const { region } of PLACES)
        for (let n = 0; n < 2; n += 1) rig.vpns.addConnection({ region, pace: PACE });
      let known: readonly string[] = [];
      for (const { seconds, fault } of steps) {
        await rig.clock.advance(seconds * 1000);
        rig.vpns.step(seconds);
        if (fault) rig.simulator.failNext(1, fault, { action: LISTING, region: HOME.region });
        expect(await rig.pass()).toBe(fault === undefined);
        const now = truthOf(rig);
        // The region that failed stays as it was, not up; the other one is as it is.
        const failed = known
          .filter((line) => line.startsWith(HOME.region))
          .map((line) => line.replace(/( up {2})1$/, '$10'));
        known = fault ? [...failed, ...now.filter((line) => line.startsWith(OTHER))].sort() : now;
        expect(await shownBy(rig)).toEqual(known);
        rig.simulator.clearFaults();
        known = known.map((line) => line.replace(/( up {2})0$/, '$11'));
      }
    }),
    { numRuns: 12 },
  );
});

test.each([...FAULTS, 'hang', 'stall-mid-body'] as const)(
  '%s leaves the last good numbers, says what to do, and nothing secret',
  async (fault) => {
    const rig = await startRig({
      ...sections,
      aws: { request_timeout: fault === 'hang' || fault === 'stall-mid-body' ? '300ms' : '10s' },
    });
    for (let n = 0; n < 3; n += 1)
      rig.vpns.addConnection({
        preSharedKeyArn: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:vpn-${n}-Qx7`,
      });
    expect(await rig.pass()).toBe(true);
    const before = await shownBy(rig);
    expect(before).toEqual(truthOf(rig));
    rig.simulator.failNext(Number.POSITIVE_INFINITY, fault, { action: LISTING });
    expect(await rig.pass()).toBe(false);
    expect(await shownBy(rig)).toEqual(before.map((line) => line.replace(/( up {2})1$/, '$10')));
    const [line, ...more] = said(rig.log, 'Listing the Site-to-Site VPN connections of a target failed');
    expect(line).toMatch(/reason=".+; .+"/);
    expect(more).toEqual([]);
    expect(said(rig.log, 'A target recovered')).toEqual([]);
    rig.simulator.clearFaults();
    expect(await rig.pass()).toBe(true);
    expect(await shownBy(rig)).toEqual(before);
    expect(said(rig.log, 'A target recovered')).toHaveLength(1);

    const answers = await Promise.all(
      ['/metrics', '/', '/config', '/targets', '/api/v1/connections'].map(
        async (path) => (await rig.get(path)).text,
      ),
    );
    const everything = [...rig.log, ...answers, ...files(rig.folder)].join('\n');
    const secrets = rig.vpns.secrets();
    expect(secrets.length).toBeGreaterThan(6);
    for (const secret of secrets) expect(everything).not.toContain(secret);
    expect(everything).not.toContain('pre_shared_key');
  },
);

/** What every file below a folder holds. */
function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

test('while it is off, nothing is asked', async () => {
  const rig = await startRig({ client_vpn: { enabled: true } });
  rig.vpns.addConnection();
  await rig.pass();
  expect(rig.simulator.requests().filter(({ action }) => action === LISTING)).toEqual([]);
  expect((await rig.metrics()).series.filter(({ name }) => name.startsWith('aws_site_to_site'))).toEqual([]);
});

test('the status page counts tunnels', async () => {
  const rig = await startRig(sections);
  const id = rig.vpns.addConnection({ name: 'branch' });
  rig.vpns.takeDown(id, 1);
  await rig.pass();
  const { text } = await rig.get('/');
  expect(text).toContain('Endpoints and their tunnels by status');
  expect(text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toMatch(/branch \S+ up \S+ s ago 1 1/);
});

test('two targets that reach the same account and region are polled once, which is told once', async () => {
  const rig = await startRig({
    ...sections,
    targets: [
      { name: 'home', regions: [HOME.region] },
      { name: 'again', regions: [HOME.region] },
    ],
  });
  rig.vpns.addConnection();
  for (let n = 0; n < 2; n += 1) expect(await rig.pass()).toBe(true);
  expect(rig.simulator.requests().filter(({ action }) => action === LISTING)).toHaveLength(2);
  expect(said(rig.log, 'it is polled once, by the first')).toEqual([
    expect.stringContaining('target=again polled_by=home'),
  ]);
});
