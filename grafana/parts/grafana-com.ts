import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

const INPUT = 'DS_PROMETHEUS';

const PANEL_NAMES: Readonly<Record<string, string>> = {
  bargauge: 'Bar gauge',
  heatmap: 'Heatmap',
  stat: 'Stat',
  'state-timeline': 'State timeline',
  table: 'Table',
  timeseries: 'Time series',
};

const flat = (panels: readonly (Panel | RowPanel)[]): readonly Panel[] =>
  panels.flatMap((panel) => (panel.type === 'row' && 'panels' in panel ? panel.panels : [panel as Panel]));

/** The dashboard as grafana.com shares it: whoever imports it is asked for the data source, and told what it needs. */
export function forGrafanaCom(dashboard: Dashboard): object {
  const types = [...new Set(flat(dashboard.panels ?? []).map(({ type }) => type))].sort();
  const current = { selected: true, text: `\${${INPUT}}`, value: `\${${INPUT}}` };
  const list = dashboard.templating.list?.map((variable) =>
    variable.type === 'datasource' ? { ...variable, current } : variable,
  );
  return {
    __inputs: [
      {
        name: INPUT,
        label: 'Prometheus',
        description: 'The Prometheus that scrapes aws-connections-exporter',
        type: 'datasource',
        pluginId: 'prometheus',
        pluginName: 'Prometheus',
      },
    ],
    __elements: {},
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: '10.4.0' },
      { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
      ...types.map((id) => ({ type: 'panel', id, name: PANEL_NAMES[id] ?? id, version: '' })),
    ],
    ...dashboard,
    id: null,
    templating: { list },
  };
}
