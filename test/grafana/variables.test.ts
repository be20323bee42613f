import { expect, test } from 'vitest';
import { dashboardQueries } from '../support/dashboard-queries.ts';
import { NAMES, readDashboard } from './dashboards.ts';

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

test('variables of one name offer values of one kind, since links hand them on', () => {
  const kinds = new Map<string, string>();
  for (const { templating, title } of dashboards) {
    for (const { name, query } of templating.list.slice(1)) {
      const [, domain, label] =
        /^label_values\(aws_(client_vpn|websocket|connections_exporter)_.*, (\w+)\)$/.exec(query) ?? [];
      const kind = label === 'endpoint_id' ? `${label} of ${domain}` : String(label);
      expect([title, name, kinds.get(name) ?? kind]).toEqual([title, name, kind]);
      kinds.set(name, kind);
    }
  }
  expect(kinds.get('endpoint_id')).toBe('endpoint_id of client_vpn');
});

test('each variable is narrowed by those before it', () => {
  for (const { templating } of dashboards) {
    const [, ...chain] = templating.list;
    for (const [index, { query }] of chain.entries()) {
      const before = [...query.matchAll(/=~"\$(\w+)"/g)].map(([, name]) => name);
      expect(before).toEqual(chain.slice(0, index).map(({ name }) => name));
    }
  }
});
