import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCatalogue } from '../support/catalogue.ts';
import { dashboardQueries } from '../support/dashboard-queries.ts';
import { toQuery } from '../support/promql.ts';

const catalogue = readCatalogue();
const queries = dashboardQueries();
const OF_A_TARGET = ['job', 'instance'];
/** The Prometheus operator puts these on every series; they change with every restart. */
const OF_THE_OPERATOR = ['namespace', 'pod', 'service', 'container', 'endpoint'];
const ENDPOINT = ['account_id', 'region', 'endpoint_id'];
const AGGREGATIONS = new Set(['sum', 'max', 'min', 'avg', 'count', 'topk', 'bottomk', 'group', 'quantile']);

/** What a query names that does not exist. */
function* unknown(expr: string): Iterable<string> {
  const { selectors, labels } = toQuery(expr);
  const written = [...expr.matchAll(/count_values\("(\w+)"/g)].map(([, label = '']) => label);
  const known = new Set([...OF_A_TARGET, ...written]);
  for (const { metric, matchers } of selectors) {
    const own = catalogue.get(metric);
    if (own === undefined) yield metric;
    for (const label of own ?? []) known.add(label);
    for (const label of matchers.keys()) {
      if (!own?.has(label) && !OF_A_TARGET.includes(label)) yield `${metric}{${label}}`;
    }
  }
  for (const label of labels) if (!known.has(label)) yield label;
  for (const label of labels) if (OF_THE_OPERATOR.includes(label)) yield label;
}

/** Series of replicas, or from before and after a restart, that a query could take for different ones, or count twice. */
function* doubled(expr: string): Iterable<string> {
  for (const { metric, matchers, within } of toQuery(expr).selectors) {
    if (!/^aws_(client_vpn|websocket|site_to_site_vpn)_/.test(metric)) continue;
    const innermost = within.find((name) => AGGREGATIONS.has(name));
    if (innermost !== 'max') yield `${metric} within ${innermost}`;
    const pinned = [...matchers].filter(([, matcher]) => /^\w+="/.test(matcher)).map(([label]) => label);
    const apart = metric.endsWith('_info') ? ENDPOINT : [...(catalogue.get(metric) ?? [])];
    const lists = [
      ...expr.matchAll(
        new RegExp(`max by \\(([^)]*)\\) \\((?:(?:rate|last_over_time|changes)\\()?${metric}\\{`, 'g'),
      ),
    ];
    if (lists.length === 0) yield `${metric} is not at once within max by`;
    for (const [, list = ''] of lists) {
      const kept = [...list.split(', '), ...pinned];
      for (const label of apart) if (!kept.includes(label)) yield `${metric} without ${label}`;
    }
  }
}

test.each(queries)('$dashboard, $where: every metric and label exists', ({ expr }) => {
  expect([...unknown(expr)]).toEqual([]);
});

test.each(queries.filter(({ where }) => !where.startsWith('variable')))(
  '$dashboard, $where: replicas and restarts count once',
  ({ expr }) => {
    expect([...doubled(expr)]).toEqual([]);
  },
);

test('what does not exist, or would count twice, is seen', () => {
  expect([...unknown('sum by (staus) (aws_client_vpn_connection{job=~".+", pod="x"})')]).toEqual([
    'aws_client_vpn_connection',
    'aws_client_vpn_connection{pod}',
    'staus',
    'pod',
    'pod',
  ]);
  expect([...unknown('aws_client_vpn_up{le="1"}')]).not.toEqual([]);
  expect([...doubled('sum(aws_client_vpn_connections{})')]).not.toEqual([]);
  expect([
    ...doubled('max by (account_id, region, endpoint_id) (aws_client_vpn_connections{job=~".+"})'),
  ]).toEqual(['aws_client_vpn_connections without status']);
  const pinned = 'max by (account_id, region, endpoint_id) (aws_client_vpn_connections{status="active"})';
  expect([...doubled(pinned)]).toEqual([]);
});

/** What the connections that happen to be listed have carried in packets, of which the counters say more; and from what rules take their windows. */
const UNSHOWN =
  /^aws_(client_vpn_connections_(in|e)gress_packets|connections_exporter_collector_(interval|stale_after)_seconds)$/;

test('every metric of ours is shown somewhere', () => {
  const shown = new Set(queries.flatMap(({ expr }) => toQuery(expr).selectors.map(({ metric }) => metric)));
  const ours = [...catalogue.keys()].filter((name) => /^aws_(?!.*_(sum|count)$)/.test(name));
  expect(ours.filter((name) => !shown.has(name) && !UNSHOWN.test(name))).toEqual([]);
});

/** The variable for endpoints of dashboards where it is not `endpoint_id`. */
const VARIABLES: Readonly<Record<string, string>> = {
  websocket: 'websocket_endpoint_id',
  'site-to-site-vpn': 'vpn_connection_id',
};

test('every query about endpoints is narrowed by all variables that the dashboard has', () => {
  for (const { dashboard, where, raw } of queries.filter(({ where }) => where.startsWith('panel'))) {
    for (const { metric, matchers } of toQuery(raw.replaceAll(/\$__\w+/g, '5m')).selectors) {
      if (!catalogue.get(metric)?.has('endpoint_id')) continue;
      const variable = VARIABLES[dashboard] ?? 'endpoint_id';
      expect([where, [...matchers.values()]]).toEqual([
        where,
        expect.arrayContaining([
          'job=~"$job"',
          'instance=~"$instance"',
          'account_id=~"$account_id"',
          'region=~"$region"',
          `endpoint_id=~"$${variable}"`,
        ]),
      ]);
    }
  }
});

/** Metrics that are there only when something is configured. */
const optional = new Set([
  ...[...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(\w+)` .*Only with `client_vpn/gm)].map(
    ([, name]) => name,
  ),
  'aws_websocket_connections_opened_total',
  'aws_websocket_connections_closed_total',
  'aws_connections_exporter_intake_events_total',
]);

test('panels of what is not always there say when they are empty', () => {
  expect(optional.size).toBe(10);
  const silent = queries
    .filter(({ mayBeEmpty }) => !mayBeEmpty)
    .filter(({ expr }) => toQuery(expr).selectors.some(({ metric }) => optional.has(metric)));
  expect(silent.map(({ dashboard, where }) => `${dashboard}: ${where}`)).toEqual([]);
  expect(queries.filter(({ mayBeEmpty }) => mayBeEmpty).length).toBeLessThan(queries.length / 3);
});

test('no query reads a recording rule', () => {
  for (const { expr } of queries)
    for (const { metric } of toQuery(expr).selectors) expect(metric).not.toContain(':');
});
