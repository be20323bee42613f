import { expect, test } from 'vitest';
import { NAMES, panelsOf, readDashboard } from './dashboards.ts';
import { lint, RULES } from './lint.ts';
import type { DashboardJson, PanelJson } from './schema.ts';

test.each(NAMES)('%s obeys all rules', (name) => {
  expect(lint(readDashboard(name))).toEqual([]);
});

/** Of tunnels there are no counters. */
const WITH_RATES = NAMES.filter((name) => name !== 'site-to-site-vpn');

/** The panel and the target that are doctored: a rate, in a collapsed row where the dashboard has one. */
function victim(dashboard: DashboardJson) {
  const panel = panelsOf(dashboard).findLast(({ targets }) =>
    targets.some(({ expr }) => /\brate\(/.test(expr)),
  );
  const target = panel?.targets.find(({ expr }) => /\brate\(/.test(expr));
  if (!panel || !target) throw new Error('no panel with a rate');
  return { panel, target };
}

const variable = (dashboard: DashboardJson, name: string) => {
  const found = dashboard.templating.list.find((one) => one.name === name);
  if (!found) throw new Error(`no variable ${name}`);
  return found;
};

type Doctor = (dashboard: DashboardJson) => void;
const inPanel = (change: (panel: PanelJson) => void) => (dashboard: DashboardJson) =>
  change(victim(dashboard).panel);
const inQuery = (change: (expr: string) => string) => (dashboard: DashboardJson) => {
  const { target } = victim(dashboard);
  const before = target.expr;
  target.expr = change(before);
  expect(target.expr).not.toBe(before);
};
const inVariable = (name: string, change: object) => (dashboard: DashboardJson) => {
  Object.assign(variable(dashboard, name), change);
};
const without = (name: string) => (dashboard: DashboardJson) => {
  dashboard.templating.list = dashboard.templating.list.filter((one) => one.name !== name);
};

const DOCTORED: readonly (readonly [rule: string, what: string, doctor: Doctor])[] = [
  ['template-datasource-rule', 'no variable for the data source', without('datasource')],
  ['template-datasource-rule', 'another label', inVariable('datasource', { label: 'Prometheus' })],
  ['template-datasource-rule', 'another name', inVariable('datasource', { name: 'prometheus' })],
  ['template-job-rule', 'no job', without('job')],
  ['template-job-rule', 'one job only', inVariable('job', { multi: false })],
  ['template-job-rule', 'another label', inVariable('job', { label: 'job' })],
  ['template-job-rule', 'a constant', inVariable('job', { type: 'constant' })],
  ['template-instance-rule', 'no instance', without('instance')],
  ['template-instance-rule', 'All that takes none too', inVariable('instance', { allValue: '.*' })],
  ['template-instance-rule', 'a fixed data source', inVariable('instance', { datasource: { uid: 'P1' } })],
  ['template-label-promql-rule', 'an unknown function', inVariable('job', { query: 'values(up, job)' })],
  ['template-label-promql-rule', 'broken PromQL', inVariable('job', { query: 'label_values(up{, job)' })],
  ['template-on-time-change-reload', 'loaded once', inVariable('account_id', { refresh: 1 })],
  [
    'panel-datasource-rule',
    'a fixed one',
    inPanel((panel) => Object.assign(panel.datasource, { uid: 'P1' })),
  ],
  [
    'panel-datasource-rule',
    'a fixed one in a target',
    (dashboard) => Object.assign(victim(dashboard).target.datasource, { uid: 'P1' }),
  ],
  ['panel-title-description-rule', 'no title', inPanel((panel) => Object.assign(panel, { title: '' }))],
  [
    'panel-title-description-rule',
    'no description',
    inPanel((panel) => Object.assign(panel, { description: '' })),
  ],
  [
    'panel-units-rule',
    'no unit',
    inPanel(({ fieldConfig }) => Object.assign(fieldConfig.defaults, { unit: '' })),
  ],
  [
    'panel-units-rule',
    'an invented unit',
    inPanel(({ fieldConfig }) => Object.assign(fieldConfig.defaults, { unit: 'bits/s' })),
  ],
  ['panel-no-targets-rule', 'no target', inPanel((panel) => Object.assign(panel, { targets: [] }))],
  ['target-promql-rule', 'broken PromQL', inQuery((expr) => `${expr})`)],
  ['target-promql-rule', 'an empty query', inQuery(() => '')],
  ['target-rate-interval-rule', 'a fixed range', inQuery((expr) => expr.replace('$__rate_interval', '5m'))],
  ['target-rate-interval-rule', 'the step', inQuery((expr) => expr.replace('$__rate_interval', '$__range'))],
  ['target-job-rule', 'no job', inQuery((expr) => expr.replace('job=~"$job", ', ''))],
  ['target-job-rule', 'one job', inQuery((expr) => expr.replace('job=~"$job"', 'job="exporter"'))],
  ['target-instance-rule', 'no instance', inQuery((expr) => expr.replace('instance=~"$instance"', 'x="y"'))],
  [
    'target-counter-agg-rule',
    'a bare counter',
    inQuery((expr) => expr.replaceAll(/rate\((\S+.*?)\[\$__rate_interval\]\)/g, '$1')),
  ],
  ['uneditable-dashboard-rule', 'editable', (dashboard) => Object.assign(dashboard, { editable: true })],
];

test.each(DOCTORED)('%s refuses %s', (rule, _what, doctor) => {
  for (const name of WITH_RATES) {
    const dashboard = readDashboard(name);
    doctor(dashboard);
    const broken = new Set(lint(dashboard).map((problem) => problem.split(':')[0]));
    expect([name, ...broken]).toContain(rule);
  }
});

test('every rule was seen to refuse something', () => {
  expect(new Set(DOCTORED.map(([rule]) => rule))).toEqual(new Set(Object.keys(RULES)));
});
