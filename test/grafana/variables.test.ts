import { expect, test } from 'vitest';
import { dashboardQueries } from '../support/dashboard-queries.ts';
import { toQuery } from '../support/promql.ts';
import { NAMES, readDashboard } from './dashboards.ts';
import type { DashboardJson } from './schema.ts';

type Variable = DashboardJson['templating']['list'][number];

const dashboards = NAMES.map(readDashboard);

test('every variable that a query reads exists, and every variable is read by a panel', () => {
  for (const name of NAMES) {
    const read = dashboardQueries()
      .filter(({ dashboard, where }) => dashboard === name && where.startsWith('panel'))
      .flatMap(({ raw }) => [...raw.matchAll(/\$(\w+)/g)].map(([, variable = '']) => variable))
      .filter((variable) => !['__rate_interval', '__range'].includes(variable));
    const [datasource, ...others] = readDashboard(name).templating.list.map((variable) => variable.name);
    expect([name, datasource, ...new Set(read)].sort()).toEqual([name, 'datasource', ...others].sort());
  }
});

/** The label that a variable takes its values from. */
function labelOf({ query, regex = '' }: Variable): string {
  const [, label] = query.startsWith('query_result(')
    ? (/(\w+)="\(\?<value>/.exec(regex) ?? [])
    : (/^label_values\(.*, (\w+)\)$/.exec(query) ?? []);
  return label ?? query;
}

test('variables of one name offer values of one kind, since links hand them on', () => {
  const kinds = new Map<string, string>();
  for (const { templating, title } of dashboards) {
    for (const variable of templating.list.slice(1)) {
      const { name, query } = variable;
      const [, domain] =
        /\baws_(client_vpn|websocket|site_to_site_vpn|connections_exporter)_/.exec(query) ?? [];
      const label = labelOf(variable);
      const kind = label === 'endpoint_id' ? `${label} of ${domain}` : label;
      expect([title, name, kinds.get(name) ?? kind]).toEqual([title, name, kind]);
      kinds.set(name, kind);
    }
  }
  expect(kinds.get('endpoint_id')).toBe('endpoint_id of client_vpn');
  expect(kinds.get('websocket_endpoint_id')).toBe('endpoint_id of websocket');
  expect(kinds.get('vpn_connection_id')).toBe('endpoint_id of site_to_site_vpn');
});

test('each variable is narrowed by those before it', () => {
  for (const name of NAMES) {
    const chain = dashboardQueries().filter(
      ({ dashboard, where }) => dashboard === name && where.startsWith('variable'),
    );
    const before: string[] = [];
    for (const { where, raw } of chain) {
      for (const { matchers } of toQuery(raw.replaceAll('$__range', '1h')).selectors) {
        const narrowed = [...matchers].filter(([, matcher]) => matcher.includes('$')).map(([label]) => label);
        expect([name, where, narrowed]).toEqual([name, where, before]);
      }
      before.push(where.replace('variable ', ''));
    }
    expect(before.length).toBeGreaterThanOrEqual(4);
  }
});

/** What a Grafana offers of one result: as it writes it, and as the expression reads it. */
function offered({ regex = '' }: Variable, labels: Readonly<Record<string, string>>): unknown {
  const written = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return new RegExp(regex.slice(1, -1)).exec(`{${written.join(',')}} 1 1700000000000`)?.groups;
}

test('endpoints are offered by their name, and chosen by their id', () => {
  const found = dashboards.flatMap(({ templating }) =>
    templating.list.filter(({ query }) => query.startsWith('query_result(')),
  );
  expect(found.map(({ label }) => label)).toEqual(['Endpoint', 'Endpoint', 'Endpoint', 'Endpoint']);
  for (const variable of found) {
    const labels = {
      account_id: '111122223333',
      endpoint_id: 'cvpn-1',
      name: 'head office',
      region: 'eu-west-1',
    };
    expect(offered(variable, labels)).toEqual({ value: 'cvpn-1', text: 'head office' });
  }
});
