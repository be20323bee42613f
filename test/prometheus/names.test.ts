import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_VPN, dataAge, known, state, totalOf } from '../../grafana/parts/domains.ts';
import { named } from '../../grafana/parts/names.ts';
import { once } from '../../grafana/parts/queries.ts';
import { withVariables } from '../support/dashboard-queries.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { promtool } from './promtool.ts';

type Series = Readonly<Record<string, string>>;
type Samples = Readonly<Record<string, number>>;

const of = (region: string, id: string) => `account_id="111122223333",region="${region}",endpoint_id="${id}"`;
const onTarget = (pod: string) => `job="exporter",instance="${pod}"`;
const up = (id: string, region = 'eu-west-1', pod = 'a') =>
  `aws_client_vpn_up{${of(region, id)},${onTarget(pod)}}`;
const info = (id: string, name: string, region = 'eu-west-1') =>
  `aws_client_vpn_endpoint_info{${of(region, id)},name="${name}",${onTarget('a')}}`;
const target = (pod: string) =>
  `aws_connections_exporter_target_up{collector="client-vpn",account_id="111122223333",region="eu-west-1",${onTarget(pod)}}`;
const plain = (id: string, region = 'eu-west-1') => `{${of(region, id)}}`;
const called = (id: string, name: string, region = 'eu-west-1') => `{${of(region, id)},name="${name}"}`;

/** What a query gives `minutes` after the beginning of these series, one sample a minute. */
async function given(series: Series, minutes: number, query: string, expected: Samples): Promise<void> {
  const folder = temporaryFolder();
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: withVariables(query),
        eval_time: `${minutes}m`,
        exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
      },
    ],
  };
  writeFileSync(join(folder, 'test.yml'), JSON.stringify({ rule_files: [], tests: [test] }));
  await promtool(['test', 'rules', 'test.yml'], folder);
}

const names = named(once(CLIENT_VPN.up), CLIENT_VPN);

needs('promtool')('a name outlives the info by an hour', async () => {
  const series = { [up('cvpn-1')]: '0x100', [info('cvpn-1', 'office')]: '1x10 stale' };
  await given(series, 5, names, { [called('cvpn-1', 'office')]: 0 });
  await given(series, 60, names, { [called('cvpn-1', 'office')]: 0 });
  await given(series, 90, names, { [called('cvpn-1', 'cvpn-1')]: 0 });
});

needs('promtool')('an endpoint that was renamed has its new name only', async () => {
  const series = {
    [up('cvpn-1')]: '1x30',
    [info('cvpn-1', 'before')]: '1x10 stale',
    [info('cvpn-1', 'after')]: '_x10 1x20',
  };
  await given(series, 20, names, { [called('cvpn-1', 'after')]: 1 });
});

needs('promtool')('a name that several have gets the id, and what has none is called by it', async () => {
  const series = {
    [up('cvpn-1')]: '1x10',
    [up('cvpn-2', 'us-east-1')]: '1x10',
    [up('cvpn-3')]: '1x10',
    [up('cvpn-4')]: '1x10',
    [up('cvpn-5')]: '1x10',
    [info('cvpn-1', 'vpn')]: '1x10',
    [info('cvpn-2', 'vpn', 'us-east-1')]: '1x10',
    [info('cvpn-3', 'office')]: '1x10',
    [info('cvpn-4', '')]: '1x10',
  };
  await given(series, 5, names, {
    [called('cvpn-1', 'vpn cvpn-1')]: 1,
    [called('cvpn-2', 'vpn cvpn-2', 'us-east-1')]: 1,
    [called('cvpn-3', 'office')]: 1,
    [called('cvpn-4', 'cvpn-4')]: 1,
    [called('cvpn-5', 'cvpn-5')]: 1,
  });
});

needs('promtool')('an endpoint is known for an hour after its exporter went down', async () => {
  const success = `aws_client_vpn_last_success_timestamp_seconds{${of('eu-west-1', 'cvpn-1')},${onTarget('a')}}`;
  const series = {
    [up('cvpn-1')]: '1x10 stale',
    [success]: '0+60x10 stale',
    [target('a')]: '1x10 stale',
  };
  await given(series, 10, state(CLIENT_VPN), { [plain('cvpn-1')]: 1 });
  await given(series, 40, state(CLIENT_VPN), { [plain('cvpn-1')]: -1 });
  await given(series, 40, dataAge(CLIENT_VPN), { [plain('cvpn-1')]: 1800 });
  await given(series, 90, state(CLIENT_VPN), {});
  await given(series, 90, dataAge(CLIENT_VPN), {});
});

needs('promtool')('an endpoint that was deleted, or left out in another pod, is gone at once', async () => {
  const deleted = { [up('cvpn-1')]: '1x10 stale', [target('a')]: '1x100' };
  await given(deleted, 11, known(CLIENT_VPN), {});
  const replaced = {
    [up('cvpn-1')]: '1x10 stale',
    [target('a')]: '1x10 stale',
    [up('cvpn-2', 'eu-west-1', 'b')]: '_x10 1x20',
    [target('b')]: '_x10 1x20',
  };
  await given(replaced, 15, known(CLIENT_VPN), { [plain('cvpn-2')]: 1 });
});

needs('promtool')('a total says of how many endpoints it is, and is none of none', async () => {
  const total = totalOf(CLIENT_VPN, once(`aws_client_vpn_connections{status="active"}`));
  const active = (id: string) =>
    `aws_client_vpn_connections{${of('eu-west-1', id)},status="active",${onTarget('a')}}`;
  const series = {
    [up('cvpn-1')]: '1x30',
    [up('cvpn-2')]: '0x30',
    [active('cvpn-1')]: '5x20 stale',
    [active('cvpn-2')]: '7x10 stale',
  };
  await given(series, 5, total, { '{counted="2",known="2"}': 12 });
  await given(series, 15, total, { '{counted="1",known="2"}': 5 });
  await given(series, 25, total, {});
});
