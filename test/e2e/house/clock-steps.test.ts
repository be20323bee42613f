import { expect, test } from 'vitest';
import { said, startRig } from '../../support/exporter.ts';

const SCHEDULED = { client_vpn: { schedule: '*/30 * * * * *', stale_after: '10m' } };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PASSES = 'aws_connections_exporter_passes_total';
const OVERDUE = 'aws_connections_exporter_collector_overdue';

test.each([MINUTE, HOUR, DAY, 365 * DAY].flatMap((step) => [step, -step]))(
  'the wall clock steps by %i ms: the next pass begins within one interval, and the log says so once',
  async (step) => {
    const rig = await startRig(SCHEDULED);
    rig.world.connect(rig.world.addEndpoint());
    await rig.reload(SCHEDULED);
    await rig.idle();
    await rig.clock.advance(31_000);
    await rig.idle();
    const before = (await rig.metrics()).value(PASSES) ?? 0;
    rig.clock.step(step);
    await rig.clock.advance(30_000);
    await rig.idle();
    const metrics = await rig.metrics();
    const begun = (metrics.value(PASSES) ?? 0) - before;
    expect(begun).toBeGreaterThanOrEqual(1);
    expect(begun).toBeLessThanOrEqual(2);
    expect(metrics.value(OVERDUE)).toBe(0);
    expect(metrics.value('aws_connections_exporter_collector_interval_seconds')).toBe(30);
    expect(metrics.value('aws_connections_exporter_collector_stale_after_seconds')).toBe(600);
    expect(metrics.value('aws_client_vpn_connections', { status: 'active' })).toBe(1);
    const lines = said(rig.log, 'The wall clock was set');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`by_seconds=${Math.abs(step) / 1_000}`);
    expect(lines[0]).toContain(step < 0 ? 'set back' : 'set forward');
  },
);

test('while no pass begins for two intervals, the metric and the status page say so', async () => {
  const rig = await startRig(SCHEDULED);
  rig.world.addEndpoint();
  await rig.pass();
  await rig.clock.advance(60_000);
  expect((await rig.metrics()).value(OVERDUE)).toBe(0);
  await rig.clock.advance(1);
  expect((await rig.metrics()).value(OVERDUE)).toBe(1);
  expect((await rig.get('/')).text).toContain('No pass has begun for more than two intervals of 30 s');
  await rig.pass();
  expect((await rig.metrics()).value(OVERDUE)).toBe(0);
});
