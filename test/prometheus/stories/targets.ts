import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { total } from '../../program/exposition.ts';
import { eventually } from '../../program/program.ts';
import { commandsOf } from '../runbook-pages.ts';
import { CONNECTION, ENDPOINT, exampleWorld, PLACE } from '../runbook-world.ts';
import { beginStory, EVERY_SECOND } from '../story.ts';
import { type Told, told } from '../told.ts';

const CONNECTIONS = 'DescribeClientVpnConnections';
/** Two regions, the second without endpoints. */
const TWO_REGIONS = '{name: lab, regions: [eu-west-1, us-east-1], account_id: "111122223333"}';
const ELSEWHERE = { ...PLACE, region: 'us-east-1' };

/** The runbooks of targets, followed. */
export const targetsStories: readonly Told[] = [
  told(
    'AwsConnectionsTargetDown',
    'a target that cannot be read: the credentials have expired',
    async (page) => {
      const story = await beginStory();
      story.lab.simulator.failNext(Number.POSITIVE_INFINITY, 'expired-token');
      await story.finds(page, 'target_up', { collector: 'client-vpn', ...PLACE });
      await story.finds(page, 'request_errors', { api: 'ec2', operation: CONNECTIONS, error: 'denied' });
      const asked = await story.types(page, 'check --aws');
      expect(asked.code).toBe(1);
      expect(asked.output).toMatch(/expired/i);
      story.lab.simulator.clearFaults();
      expect((await story.types(page, 'check --aws')).code).toBe(0);
      await story.findsNothing(page, 'target_up');
    },
  ),
  told(
    'AwsConnectionsPassesOverdue',
    'passes that do not begin: the disk keeps the one that was given up',
    async (page) => {
      const clientVpn = `${EVERY_SECOND}, timeout: 1s`;
      const story = await beginStory({ clientVpn }, { hangingDisk: 'hang' });
      const flag = join(story.lab.folder, 'hang');
      writeFileSync(flag, '');
      await story.finds(page, 'overdue', { collector: 'client-vpn' });
      expect(await story.value(page, 'interval_seconds', { collector: 'client-vpn' })).toBe(1);
      await story.finds(page, 'passes_skipped', { collector: 'client-vpn' });
      expect(await story.value(page, 'eventloop', { job: 'exporter' })).toBeLessThan(1);
      await story.logs(/No pass has begun for two intervals/);
      await story.logs(/the collector did not stop when told to/);
      rmSync(flag);
      story.daemon.kill('SIGKILL');
      await story.daemon.ended;
      await story.lab.serve([`--web.listen-address=${new URL(story.daemon.url).host}`]);
      await story.findsNothing(page, 'overdue');
    },
  ),
  told(
    'AwsConnectionsPassesSkipped',
    'passes that are left out: one call is slower than the schedule',
    async (page) => {
      const story = await beginStory();
      story.lab.simulator.failNext(Number.POSITIVE_INFINITY, { slow: 1500 }, { action: CONNECTIONS });
      await story.finds(page, 'passes_skipped', { collector: 'client-vpn' });
      await eventually(async () => {
        const { value } = await story.finds(page, 'collector_duration', { collector: 'client-vpn' });
        expect(Number(value?.[1])).toBeGreaterThan(1);
      });
      expect((await story.finds(page, 'interval_seconds', { collector: 'client-vpn' })).value?.[1]).toBe('1');
      await eventually(async () => {
        const slow = Number(
          (await story.finds(page, 'duration_seconds_sum', { operation: CONNECTIONS })).value?.[1],
        );
        expect(slow).toBeGreaterThan(1);
      });
      await story.findsNothing(page, 'throttled');
    },
  ),
  told(
    'AwsConnectionsPermissionDenied',
    'calls that are denied: a permission was taken away',
    async (page) => {
      const { lab, type } = await exampleWorld();
      const allow = lab.simulator.deny('DescribeClientVpnConnections');
      const [ask = ''] = commandsOf(page, 'check');
      const denied = await type(ask);
      expect(denied.code).toBe(1);
      expect(denied.output).toMatch(/ec2:DescribeClientVpnConnections.*denied/);
      allow();
      expect((await type(ask)).code).toBe(0);
    },
  ),
  told(
    'AwsConnectionsRecordsRejected',
    'records that are rejected: AWS shows a number in another way',
    async (page) => {
      const story = await beginStory();
      story.lab.world.set(CONNECTION, { ingressBytes: '1,000' });
      await story.finds(page, 'records_rejected', { collector: 'client-vpn', field: 'ingress_bytes' });
      await story.logs(/A value from AWS was rejected.*1,000/);
      expect((await story.types(page, 'describe-client-vpn-connections')).output).toMatch(/\b1,000\b/);
    },
  ),
  told('AwsConnectionsTargetGone', 'a region that nobody polls: it was left out', async (page) => {
    const sections = { clientVpn: EVERY_SECOND, targets: TWO_REGIONS };
    const story = await beginStory(sections, { hasYesterday: true });
    await story.findsNothing(page, 'offset 23h');
    story.lab.configure({ clientVpn: EVERY_SECOND });
    story.daemon.kill('SIGHUP');
    await story.finds(page, 'offset 23h', { collector: 'client-vpn', ...ELSEWHERE });
    await story.findsNothing(page, 'offset 23h', PLACE);
    await eventually(async () =>
      expect(await story.value(page, 'last_reload', { job: 'exporter' })).toBeLessThan(60),
    );
    expect(await story.value(page, 'build_info', { job: 'exporter' })).toBe(1);
    expect((await story.types(page, 'check --aws')).output).not.toContain('us-east-1');
    story.lab.configure(sections);
    expect((await story.types(page, 'check --aws')).output).toContain('us-east-1');
    story.daemon.kill('SIGHUP');
    await story.findsNothing(page, 'offset 23h');
  }),
  told('AwsConnectionsPassesFailing', 'passes that fail: one region of two is denied', async (page) => {
    const story = await beginStory({ clientVpn: EVERY_SECOND, targets: TWO_REGIONS });
    const allow = story.lab.simulator.deny('DescribeClientVpnEndpoints', { region: 'us-east-1' });
    await story.finds(page, 'collector_success', { collector: 'client-vpn' });
    await eventually(async () =>
      expect(await story.value(page, 'last_success', { collector: 'client-vpn' })).toBeGreaterThan(1),
    );
    await story.finds(page, 'target_up', { collector: 'client-vpn', ...ELSEWHERE });
    await story.findsNothing(page, 'target_up', PLACE);
    await story.finds(page, 'request_errors', { ...ELSEWHERE, error: 'denied' });
    const asked = await story.types(page, 'once');
    expect(asked.output).toMatch(
      /us-east-1.*ec2:DescribeClientVpnEndpoints|ec2:DescribeClientVpnEndpoints.*us-east-1/,
    );
    allow();
    await story.findsNothing(page, 'collector_success');
    expect((await story.types(page, 'once')).code).toBe(0);
  }),
  told('AwsConnectionsThrottled', 'requests that are refused: there are too many', async (page) => {
    const story = await beginStory();
    const asked = { ...PLACE, api: 'ec2', operation: CONNECTIONS };
    story.lab.simulator.failNext(Number.POSITIVE_INFINITY, 'throttled', { action: CONNECTIONS });
    await story.finds(page, 'request_errors', asked);
    // The exporter alone asks once in a second.
    await eventually(async () => {
      const rate = await story.value(page, 'aws_requests_total', asked);
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThan(3);
    });
    expect((await story.types(page, 'cloudtrail')).code).toBe(0);
    story.lab.simulator.clearFaults();
    // Passes succeed again, and no more is refused.
    await eventually(async () => {
      const now = await story.daemon.scrape();
      expect(total(now, 'aws_connections_exporter_target_up')).toBe(1);
    });
  }),
  told('AwsConnectionsSeriesDropped', 'series that are left out: more users than a cap', async (page) => {
    const capped = (max: number) => ({ clientVpn: `${EVERY_SECOND}, users: {enabled: true, max: ${max}}` });
    const story = await beginStory(capped(2));
    for (const username of ['bob', 'eve', 'kim']) story.lab.world.connect(ENDPOINT, { username });
    await story.finds(page, 'series_dropped', { collector: 'client-vpn', reason: 'user_cap' });
    await eventually(async () =>
      expect(await story.value(page, 'connected_users', { endpoint_id: ENDPOINT })).toBe(4),
    );
    await eventually(async () =>
      expect(
        await story.value(page, 'status!="terminated"', { endpoint_id: ENDPOINT, status: 'active' }),
      ).toBe(4),
    );
    const own = async () => {
      const { text } = await story.daemon.get('/metrics');
      return ['ada', 'bob', 'eve', 'kim', '_other'].filter((user) => text.includes(`"${user}"`)).length;
    };
    expect(await own()).toBe(3);
    story.lab.configure(capped(4));
    story.daemon.kill('SIGHUP');
    await eventually(async () => expect(await own()).toBe(5));
  }),
];
