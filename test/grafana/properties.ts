import { panelsOf } from './dashboards.ts';
import type { DashboardJson, PanelJson } from './schema.ts';

/** What a property finds wrong with a dashboard, in words. */
export type Properties = Readonly<Record<string, (dashboard: DashboardJson) => Iterable<string>>>;

interface Property {
  readonly id: string;
  readonly value?: unknown;
}

/** The value of a property of an override. */
export const property = (properties: readonly Property[], id: string): unknown =>
  properties.find((one) => one.id === id)?.value;

/** The columns of a table that are shown, in their order. */
export function columnsOf({ fieldConfig, transformations = [] }: PanelJson) {
  const { excludeByName = {} } = (transformations.at(-1)?.options ?? {}) as { excludeByName?: object };
  return fieldConfig.overrides
    .map(({ matcher, properties }) => ({ field: matcher.options, properties }))
    .filter(({ field }) => !(field in excludeByName));
}

/** Whether series are drawn on top of each other. */
export const isStacked = ({ fieldConfig }: PanelJson): boolean =>
  (fieldConfig.defaults.custom?.stacking as { mode?: string } | undefined)?.mode === 'normal';

/** What a rule finds wrong with the panels of these types. */
export function* each(
  dashboard: DashboardJson,
  types: readonly PanelJson['type'][] | 'all',
  rule: (panel: PanelJson) => Iterable<string>,
): Iterable<string> {
  for (const panel of panelsOf(dashboard)) {
    if (types !== 'all' && !types.includes(panel.type)) continue;
    for (const problem of rule(panel)) yield `${panel.title}: ${problem}`;
  }
}
