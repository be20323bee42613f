import { readFileSync } from 'node:fs';
import { type DashboardJson, dashboardSchema, type PanelJson } from './schema.ts';

/** The names of the dashboards, as the documentation gives them. */
export const NAMES = [
  'client-vpn-overview',
  'client-vpn-endpoint',
  'websocket',
  'site-to-site-vpn',
  'exporter',
] as const;

/** A generated dashboard, as it is imported; each call reads another copy. */
export function readDashboard(name: (typeof NAMES)[number]): DashboardJson {
  return dashboardSchema.parse(JSON.parse(readFileSync(`grafana/generated/${name}.json`, 'utf8')));
}

/** Every panel, those in collapsed rows included, in the order of a phone. */
export function panelsOf({ panels }: DashboardJson): PanelJson[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? panel.panels : [panel]));
}
