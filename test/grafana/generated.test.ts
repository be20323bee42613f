import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dashboardFiles } from '../../grafana/build.ts';
import { NAMES, readDashboard } from './dashboards.ts';

const FOLDERS = ['generated', 'grafana.com'];
const built = dashboardFiles();

test('there is a file for each dashboard and variant, and no other', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join('grafana', folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name}`,
    ),
  );
  expect(files.sort(), 'run `npm run dashboards`').toEqual(
    [...built.keys()].map((name) => `${name}.json`).sort(),
  );
  expect([...built.keys()].sort()).toEqual(
    FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)).sort(),
  );
});

test.each([...built])('%s.json is what the code writes', (name, dashboard) => {
  const text = readFileSync(`grafana/${name}.json`, 'utf8');
  expect(text, 'run `npm run dashboards`').toBe(`${JSON.stringify(dashboard, null, 2)}\n`);
});

test('the addresses of the dashboards are fixed', () => {
  expect(NAMES.map((name) => readDashboard(name).uid)).toEqual([
    'aws-client-vpn-overview',
    'aws-client-vpn-endpoint',
    'aws-websocket',
    'aws-site-to-site-vpn',
    'aws-connections-exporter',
  ]);
});

test.each(NAMES)(
  'the variant of %s for grafana.com asks for the data source and says what it needs',
  (name) => {
    const plain = readDashboard(name);
    const { __inputs, __elements, __requires, ...shared } = JSON.parse(
      readFileSync(`grafana/grafana.com/${name}.json`, 'utf8'),
    );
    expect(__inputs).toMatchObject([{ name: 'DS_PROMETHEUS', type: 'datasource', pluginId: 'prometheus' }]);
    expect(__elements).toEqual({});
    const types = plain.panels.flatMap((panel) => (panel.type === 'row' ? panel.panels : [panel]));
    const required = __requires.map(({ type, id }: { type: string; id: string }) => `${type} ${id}`);
    expect(new Set(required)).toEqual(
      new Set(['grafana grafana', 'datasource prometheus', ...types.map(({ type }) => `panel ${type}`)]),
    );
    for (const { name: readable } of __requires) expect(readable).toMatch(/^[A-Z]/);

    const [datasource, ...others] = shared.templating.list;
    const { current, ...unset } = datasource;
    expect(current.value).toBe(`\${DS_PROMETHEUS}`);
    expect({ ...shared, templating: { list: [unset, ...others] } }).toEqual({ ...plain, id: null });
  },
);
