import { withVariables } from '../support/dashboard-queries.ts';
import { type Query, toQuery } from '../support/promql.ts';
import { panelsOf } from './dashboards.ts';
import type { DashboardJson, PanelJson } from './schema.ts';
import { UNITS } from './units.ts';

/** What a rule found wrong, in words. */
type Problems = Iterable<string>;
type Target = PanelJson['targets'][number];
type Variable = DashboardJson['templating']['list'][number];

const DATASOURCES = ['$datasource', `\${datasource}`];
const RATES = new Set(['rate', 'irate', 'increase']);
const FUNCTIONS = new Set(['label_values', 'label_names', 'metrics', 'query_result']);

function parsed(expr: string): Query | undefined {
  try {
    return toQuery(withVariables(expr, '7m'));
  } catch {
    return undefined; // said by target-promql-rule
  }
}

const variableOf = ({ templating }: DashboardJson, name: string): Variable | undefined =>
  templating.list.find((variable) => variable.name === name);

function* onVariable(dashboard: DashboardJson, name: string, label: string): Problems {
  const variable = variableOf(dashboard, name);
  if (variable === undefined) return yield `no variable ${name}`;
  if (variable.type !== 'query') yield `${name} is no query`;
  if (!DATASOURCES.includes(variable.datasource?.uid ?? '')) yield `${name} has another data source`;
  if (variable.label !== label) yield `${name} has the label ${variable.label}`;
  if (!variable.multi) yield `${name} takes one value only`;
  if (variable.allValue !== '.+') yield `${name} has ${variable.allValue} for All`;
}

function* onPanels(dashboard: DashboardJson, rule: (panel: PanelJson) => boolean): Problems {
  for (const panel of panelsOf(dashboard)) if (!rule(panel)) yield `panel ${panel.id} (${panel.title})`;
}

function* onTargets(dashboard: DashboardJson, rule: (query: Query, target: Target) => boolean): Problems {
  for (const { title, targets } of panelsOf(dashboard)) {
    for (const target of targets) {
      const query = parsed(target.expr);
      if (query && !rule(query, target)) yield `panel ${title}, target ${target.refId}: ${target.expr}`;
    }
  }
}

const matches = (label: string) => (query: Query) =>
  query.selectors.every(({ matchers }) => matchers.get(label) === `${label}=~".+"`);

/** The unit of a panel, or of one of its columns. */
const unitsOf = ({ fieldConfig: { defaults, overrides } }: PanelJson): unknown[] => [
  defaults.unit,
  ...overrides.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'unit').map(({ value }) => value),
  ),
];

/** The rules of grafana/dashboard-linter by their names there, in our own words and for every type of panel. */
export const RULES: Readonly<Record<string, (dashboard: DashboardJson) => Problems>> = {
  *'template-datasource-rule'(dashboard) {
    const sources = dashboard.templating.list.filter(({ type }) => type === 'datasource');
    if (sources.length !== 1) yield `${sources.length} data sources`;
    for (const { name, label, query } of sources) {
      if (query !== 'prometheus' || name !== 'datasource' || label !== 'Data source')
        yield `${name}: ${label}`;
    }
  },
  'template-job-rule': (dashboard) => onVariable(dashboard, 'job', 'Job'),
  'template-instance-rule': (dashboard) => onVariable(dashboard, 'instance', 'Instance'),
  *'template-label-promql-rule'({ templating }) {
    for (const { type, query } of templating.list) {
      if (type !== 'query') continue;
      const [, name = '', selector = ''] = /^([a-z_]+)\((.+?)(?:, \w+)?\)$/.exec(query) ?? [];
      if (!FUNCTIONS.has(name) || parsed(selector) === undefined) yield query;
    }
  },
  *'template-on-time-change-reload'({ templating }) {
    for (const { type, name, refresh } of templating.list) if (type === 'query' && refresh !== 2) yield name;
  },
  'panel-datasource-rule': (dashboard) =>
    onPanels(dashboard, ({ datasource, targets }) =>
      [datasource, ...targets.map((target) => target.datasource)].every(({ uid }) =>
        DATASOURCES.includes(uid),
      ),
    ),
  'panel-title-description-rule': (dashboard) =>
    onPanels(dashboard, ({ title, description }) => title !== '' && description !== ''),
  'panel-units-rule': (dashboard) =>
    onPanels(dashboard, (panel) => unitsOf(panel).every((unit) => UNITS.has(String(unit)))),
  'panel-no-targets-rule': (dashboard) => onPanels(dashboard, ({ targets }) => targets.length > 0),
  *'target-promql-rule'(dashboard) {
    for (const { title, targets } of panelsOf(dashboard)) {
      for (const { expr } of targets) if (parsed(expr) === undefined) yield `panel ${title}: ${expr}`;
    }
  },
  'target-rate-interval-rule': (dashboard) =>
    onTargets(dashboard, ({ selectors }) =>
      selectors.every(({ within: [range, call = ''] }) => !RATES.has(call) || range === '[7m]'),
    ),
  'target-job-rule': (dashboard) => onTargets(dashboard, matches('job')),
  'target-instance-rule': (dashboard) => onTargets(dashboard, matches('instance')),
  'target-counter-agg-rule': (dashboard) =>
    onTargets(dashboard, ({ selectors }) =>
      selectors.every(
        ({ metric, within: [, call = ''] }) => !/_(total|bucket|sum|count)$/.test(metric) || RATES.has(call),
      ),
    ),
  *'uneditable-dashboard-rule'({ editable }) {
    if (editable) yield 'editable';
  },
};

/** All that the rules find wrong with a dashboard. */
export function lint(dashboard: DashboardJson): string[] {
  return Object.entries(RULES).flatMap(([name, rule]) =>
    [...rule(dashboard)].map((problem) => `${name}: ${problem}`),
  );
}
