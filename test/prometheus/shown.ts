import { NAMES, panelsOf, readDashboard } from '../grafana/dashboards.ts';
import { isStacked, property } from '../grafana/properties.ts';
import type { PanelJson } from '../grafana/schema.ts';
import type { Prometheus } from '../program/prometheus.ts';
import { withVariables } from '../support/dashboard-queries.ts';

/** What one query of a panel gives at an instant. */
export interface Shown {
  /** `dashboard, panel, letter`. */
  readonly where: string;
  readonly unit: unknown;
  readonly isTable: boolean;
  readonly isStacked: boolean;
  readonly labels: readonly Readonly<Record<string, string>>[];
  /** The values in the order of their series; NaN where a table keeps a place for what has none. */
  readonly values: readonly number[];
}

/** The unit of a series: its own, else that of its panel. */
function unitOf({ fieldConfig: { defaults, overrides } }: PanelJson, name: string): unknown {
  const own = overrides.find(({ matcher }) => matcher.options === name);
  return property(own?.properties ?? [], 'unit') ?? defaults.unit;
}

/** The values of variables; what is not given is at `All`. */
export type Chosen = Readonly<Record<string, string>>;

/** What every panel of every dashboard shows at an instant, over rates of a minute. */
export async function shownAt(
  prometheus: Prometheus,
  seconds: number,
  chosen: Chosen = {},
): Promise<readonly Shown[]> {
  const targets = NAMES.flatMap((name) =>
    panelsOf(readDashboard(name)).flatMap((panel) =>
      panel.targets.map((target) => ({ name, panel, target })),
    ),
  );
  const shown: Shown[] = [];
  // One after the other, so that scrapes get their turn.
  for (const { name, panel, target } of targets) {
    const expr = Object.entries(chosen).reduce(
      (text, [variable, value]) => text.replaceAll(`"$${variable}"`, `"${value}"`),
      target.expr,
    );
    const found = await prometheus.query(withVariables(expr, '1m'), seconds);
    shown.push({
      where: `${name}, ${panel.title}, ${target.refId}`,
      unit: unitOf(panel, target.legendFormat),
      isTable: panel.type === 'table',
      isStacked: isStacked(panel),
      labels: found.map(({ metric }) => metric),
      values: found.map(({ value }) => Number(value?.[1])),
    });
  }
  return shown;
}

/** What a reader sees: nothing, or data. */
export const looks = ({ values }: Shown): 'nothing' | 'data' =>
  values.every(Number.isNaN) ? 'nothing' : 'data';
