import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One query of a dashboard. */
export interface DashboardQuery {
  /** The file, without `.json`. */
  readonly dashboard: string;
  /** The panel, variable or annotation, and the letter of the target. */
  readonly where: string;
  /** The query as it stands in the file; of a variable, the selector or query whose labels it offers. */
  readonly raw: string;
  /** The query with every variable at `All`, ready to be run. */
  readonly expr: string;
  /** Whether the panel says that there may be nothing to show. */
  readonly mayBeEmpty: boolean;
  /** Whether it asks for the latest values only. */
  readonly instant: boolean;
}

interface Panel {
  readonly title?: string;
  readonly description?: string;
  readonly targets?: readonly { refId: string; expr: string; instant?: boolean }[];
  readonly panels?: readonly Panel[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { list: readonly { type: string; name: string; query: string }[] };
  readonly annotations: { list: readonly { name: string; expr: string }[] };
}

/** The folder of the dashboards that are imported as they are. */
const GENERATED = 'grafana/generated';

/** The names of the generated dashboards, without `.json`. */
function dashboardNames(): readonly string[] {
  const files = readdirSync(GENERATED).filter((name) => name.endsWith('.json'));
  return files.map((name) => name.slice(0, -'.json'.length)).sort();
}

/** A query as Grafana sends it when every variable is at `All`. */
export function withVariables(expr: string, rateInterval = '5m'): string {
  return expr
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', '1h')
    .replaceAll(/\$\w+/g, '.+');
}

/** The selector of `label_values(selector, label)`, the query of `query_result(query)`. */
function selectorOf(query: string): string {
  const [, selector, result] = /^(?:label_values\((.+), \w+\)|query_result\((.+)\))$/.exec(query) ?? [];
  const found = selector ?? result;
  if (found === undefined) throw new Error(`neither label_values nor query_result: ${query}`);
  return found;
}

function ofPanels(
  panels: readonly Panel[],
): { where: string; raw: string; mayBeEmpty: boolean; instant: boolean }[] {
  return panels.flatMap(({ title = '', description = '', targets = [], panels: nested = [] }) => [
    ...targets.map(({ refId, expr, instant = false }) => ({
      where: `panel ${title}, ${refId}`,
      raw: expr,
      mayBeEmpty: description.includes('Empty when'),
      instant,
    })),
    ...ofPanels(nested),
  ]);
}

/** Every query of every generated dashboard: of its panels, those in rows included, of its variables and annotations. */
export function dashboardQueries(): readonly DashboardQuery[] {
  return dashboardNames().flatMap((dashboard) => {
    const { panels, templating, annotations } = JSON.parse(
      readFileSync(join(GENERATED, `${dashboard}.json`), 'utf8'),
    ) as Dashboard;
    const variables = templating.list.filter(({ type }) => type === 'query');
    return [
      ...ofPanels(panels),
      ...variables.map(({ name, query }) => ({
        where: `variable ${name}`,
        raw: selectorOf(query),
        mayBeEmpty: false,
        instant: true,
      })),
      ...annotations.list.map(({ name, expr }) => ({
        where: `annotation ${name}`,
        raw: expr,
        mayBeEmpty: false,
        instant: false,
      })),
    ].map((query) => ({ dashboard, ...query, expr: withVariables(query.raw) }));
  });
}
