import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { needs } from '../support/programs.ts';
import { promtool } from './promtool.ts';

const config = fileURLToPath(new URL('../../config/', import.meta.url));

needs('promtool')(
  'promtool takes the example of Prometheus, which loads the rules and not their tests',
  async () => {
    const output = await promtool(['check', 'config', 'prometheus/prometheus.yml'], config);
    expect(output).toContain('SUCCESS: 4 rule files found');
    expect(output.match(/SUCCESS: \d+ rules found/g)).toHaveLength(4);
  },
);

const amtool = (...args: string[]) => promtool(args, `${config}alertmanager`, 'amtool');

needs('amtool')('amtool takes the example of Alertmanager', async () => {
  expect(await amtool('check-config', 'alertmanager.yml')).toContain('SUCCESS');
});

needs('amtool')('each severity goes where it should', async () => {
  const labels = {
    critical: ['alertname=ClientVpnMassDisconnect', 'severity=critical'],
    warning: ['alertname=ClientVpnDataStale', 'severity=warning'],
    info: ['alertname=WebSocketGhostShareHigh', 'severity=info'],
  };
  const receivers = { critical: 'on-call', warning: 'mail', info: 'mail' };
  for (const severity of ['critical', 'warning', 'info'] as const) {
    const verify = `--verify.receivers=${receivers[severity]}`;
    const args = ['config', 'routes', 'test', '--config.file=alertmanager.yml', verify, ...labels[severity]];
    expect(await amtool(...args)).toMatch(new RegExp(`^${receivers[severity]}\n`));
  }
});

type Labels = Readonly<Record<string, string>>;

interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

/** Whether labels fit matchers such as `a="b"` and `a=~"b|c"`, as Alertmanager reads them. */
function fits(labels: Labels, matchers: readonly string[]): boolean {
  return matchers.every((matcher) => {
    const [, name = '', operator, value = ''] = /^(\w+)(=~?)"(.*)"$/.exec(matcher) ?? [];
    if (operator === undefined) throw new Error(`a matcher that this test cannot read: ${matcher}`);
    const is = labels[name] ?? '';
    return operator === '=' ? is === value : new RegExp(`^(?:${value})$`).test(is);
  });
}

const { inhibit_rules } = parse(readFileSync(`${config}alertmanager/alertmanager.yml`, 'utf8')) as {
  inhibit_rules: readonly Inhibition[];
};
const inhibits = (source: Labels, target: Labels) =>
  inhibit_rules.some(
    ({ source_matchers, target_matchers, equal = [] }) =>
      fits(source, source_matchers) &&
      fits(target, target_matchers) &&
      equal.every((name) => source[name] === target[name]),
  );
const place = { account_id: '111122223333', region: 'eu-west-1' };

test('a target that one collector cannot read keeps quiet its own endpoints, and those only', () => {
  const vpn = { alertname: 'ClientVpnDataStale', ...place, endpoint_id: 'cvpn-endpoint-1' };
  const websocket = { alertname: 'WebSocketDataStale', ...place, endpoint_id: 'a1/prod' };
  const down = (collector: string) => ({ alertname: 'AwsConnectionsTargetDown', ...place, collector });
  expect([inhibits(down('client-vpn'), vpn), inhibits(down('client-vpn'), websocket)]).toEqual([true, false]);
  expect([inhibits(down('websocket'), websocket), inhibits(down('websocket'), vpn)]).toEqual([true, false]);
  expect(inhibits(down('client-vpn'), { ...vpn, region: 'us-east-1' })).toBe(false);
  const tunnels = { alertname: 'SiteToSiteVpnDataStale', ...place, endpoint_id: 'vpn-1' };
  expect([inhibits(down('site-to-site-vpn'), tunnels), inhibits(down('client-vpn'), tunnels)]).toEqual([
    true,
    false,
  ]);
});

test('an exporter that is down keeps quiet what it said of itself, and nothing that another one says', () => {
  const down = { alertname: 'AwsConnectionsExporterDown', job: 'exporter', instance: 'a:10176' };
  const failing = { alertname: 'AwsConnectionsPassesFailing', job: 'exporter', collector: 'client-vpn' };
  expect(inhibits(down, { ...failing, instance: 'a:10176' })).toBe(true);
  expect(inhibits(down, { ...failing, instance: 'b:10176' })).toBe(false);
  for (const alertname of [
    ...['TargetDown', 'PermissionDenied', 'Throttled', 'RecordsRejected', 'IntakeEventsLost'].map(
      (name) => `AwsConnections${name}`,
    ),
    'ClientVpnDataStale',
    'WebSocketEventsStopped',
  ])
    expect([alertname, inhibits(down, { alertname, job: 'exporter', ...place })]).toEqual([alertname, false]);
  expect(inhibits(down, { alertname: 'AwsConnectionsTargetGone', ...place })).toBe(true);
});
