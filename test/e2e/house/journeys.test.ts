import { expect } from 'vitest';
import { told, toldSamples } from '../../docs/in-trouble.ts';
import { Alarms } from '../../support/alarms.ts';
import { HOME } from '../../support/configuration.ts';
import { credentialHelper, sharedFiles, startMachineRole } from '../../support/credentials.ts';
import { type Rig, said, startRig } from '../../support/exporter.ts';
import { startNat } from '../../support/forgetful-nat.ts';
import { needs } from '../../support/programs.ts';

const HOUR_MS = 3_600_000;
const test = needs('promtool');

/** A rig whose expositions a Prometheus scrapes, a minute and two passes after each other. */
async function observed(rig: Rig) {
  const alarms = new Alarms();
  const firing = new Map<number, readonly string[]>();
  return {
    async minutes(count: number): Promise<void> {
      for (let minute = 0; minute < count; minute++) {
        await rig.pass();
        await rig.pass();
        alarms.scrape(await rig.metrics());
      }
    },
    /** Holds what is there now against what the page tells of a journey. */
    async expectAsTold(title: string, since = 0): Promise<void> {
      const metrics = await rig.metrics();
      for (const { name, labels, value } of toldSamples(title)) {
        const values = metrics.all(name, labels).map((one) => one.value);
        if (value !== undefined) expect([name, ...new Set(values)]).toEqual([name, value]);
      }
      for (const words of told(title, 'log'))
        expect(said(rig.log.slice(since), words), words).not.toEqual([]);
      const page = (await rig.get('/')).text;
      for (const words of told(title, 'status page')) expect(page).toContain(words);
      firing.set(alarms.minute, told(title, 'alerts'));
    },
    expectAlarms: () => alarms.expectFiring(firing),
  };
}

test('credentials expire at night, and the helper is back in the morning', async () => {
  const [night, morning] = ['Credentials expire at night', 'The helper is back in the morning'];
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  const machine = await startMachineRole('AKIAMACHINE');
  const startAt = Date.now();
  files.config(`[profile network]\ncredential_process = ${helper.path}\n`);
  helper.gives('AKIAHOME', startAt + HOUR_MS / 2);
  const rig = await startRig({
    targets: [{ regions: [HOME.region], profile: 'network', account_id: HOME.accountId }],
    client_vpn: { schedule: '*/30 * * * * *', stale_after: '10m' },
    env: { ...files.env, ...machine.env },
    simulator: { accounts: { AKIAMACHINE: '444455556666' } },
    startAt,
  });
  const endpointId = rig.world.addEndpoint();
  const connection = rig.world.connect(endpointId);
  const life = await observed(rig);
  await life.minutes(5);
  rig.world.talk(connection, { ingressBytes: 7 });
  await life.minutes(5);
  helper.fails('the vault is sealed');
  await life.minutes(25);
  rig.world.talk(connection, { ingressBytes: 5 });
  await life.minutes(20);
  await life.expectAsTold(night);
  const asleep = await rig.metrics();
  expect(asleep.all('aws_client_vpn_connections')).toEqual([]);
  expect(asleep.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(7);
  expect(machine.asked()).toBe(false);

  const dawn = rig.log.length;
  helper.gives('AKIAMORNING', rig.clock.now() + 8 * HOUR_MS);
  await life.minutes(15);
  await life.expectAsTold(morning, dawn);
  expect((await rig.metrics()).value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(12);
  expect(said(rig.log, 'ceased to exist')).toEqual([]);
  await life.expectAlarms();
});

test('the firewall forgets', async () => {
  const rig = await startRig({ startAt: Date.UTC(2026, 1, 1) });
  const nat = await startNat(rig.simulator.url, 'reset');
  await rig.reload({ aws: { endpoint_url: nat.url } });
  rig.world.connect(rig.world.addEndpoint());
  const life = await observed(rig);
  for (let minute = 0; minute < 20; minute++) {
    nat.forget();
    await life.minutes(1);
  }
  await life.expectAsTold('The firewall forgets');
  const metrics = await rig.metrics();
  const unavailable = { error: 'unavailable', operation: 'DescribeClientVpnEndpoints' };
  expect(metrics.value('aws_connections_exporter_aws_request_errors_total', unavailable)).toBeGreaterThan(0);
  expect(metrics.value('aws_connections_exporter_passes_failed_total')).toBe(0);
  expect(rig.log.filter((line) => /level=(WARN|ERROR)/.test(line))).toEqual([]);
  await life.expectAlarms();
});

test('the STS of a region is off', async () => {
  const title = 'The STS of a region is off';
  const rig = await startRig({ targets: [{ regions: ['eu-west-1', 'us-east-1'] }] });
  for (const region of ['eu-west-1', 'us-east-1']) rig.world.connect(rig.world.addEndpoint({ region }));
  const off = { action: 'GetCallerIdentity', region: 'eu-west-1' };
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'internal-error', off);
  const life = await observed(rig);
  await life.minutes(20);
  await life.expectAsTold(title);
  const errors = (await rig.metrics()).all('aws_connections_exporter_aws_request_errors_total', {
    api: 'sts',
  });
  expect(errors.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(0);
  expect(rig.log.filter((line) => /level=(WARN|ERROR)/.test(line))).toEqual([]);
  await life.expectAlarms();
});
