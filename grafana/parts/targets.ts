import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** The data source that the reader chose. */
export const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` };

/**
 * The least step of queries with a rate. Passes are half a minute to a minute apart, and so are most scrapes; Grafana makes
 * `$__rate_interval` at least four times this, whatever the data source says of its scrape interval.
 */
const RATE_STEP = '1m';

/** A query of a panel; the panel gives it its letter. */
export type Target = DataqueryBuilder;

function target(expr: string): Target {
  const query = new DataqueryBuilder().datasource(DATASOURCE).expr(expr);
  return expr.includes('$__rate_interval') ? query.interval(RATE_STEP) : query;
}

/** Values over time; the legend names each series, such as `{{status}}`. */
export const overTime = (expr: string, legend: string): Target => target(expr).range().legendFormat(legend);

/** The latest value of each series. */
export const latest = (expr: string, legend: string): Target => target(expr).instant().legendFormat(legend);

/** The latest values as rows of a table, with the labels as columns. */
export const rows = (expr: string): Target => latest(expr, '__auto').format(PromQueryFormat.Table);

/** The buckets of a histogram over time. */
export const buckets = (expr: string): Target => overTime(expr, '{{le}}').format(PromQueryFormat.Heatmap);

/**
 * Leaves out what is zero, for a stack draws it as an edge on top of what is not. If all that the first target of the stack gives
 * is zero, one zero stays: nothing at all would say that nothing is known.
 */
export function withoutZeros(target: Target, index: number): Target {
  const expr = target.build().expr;
  return target.expr(index === 0 ? `(${expr}) > 0 or on () topk(1, ${expr})` : `(${expr}) > 0`);
}
