import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { named } from './names.ts';
import { ofAccount, once } from './queries.ts';
import { DATASOURCE } from './targets.ts';

const ALL = { selected: true, text: ['All'], value: ['$__all'] };

/** The labels that narrow a dashboard, in their order, and what their variables, which have the same names, are called. */
const CHAIN = { job: 'Job', instance: 'Instance', account_id: 'Account', region: 'Region' };

/** Where the values of the variables come from. */
export interface Choices {
  /** A metric that exists whenever the dashboard has something to show. */
  readonly metric: string;
  /** The metric with accounts and regions, if that one has none. */
  readonly accountMetric?: string;
  /** The name of the variable for endpoints, and the metric with their names, where there is one. */
  readonly endpoints?: { readonly variable: string; readonly info: string };
}

/** The data source, then every label that narrows the dashboard, each among what those before it leave. */
export function variables({ metric, accountMetric = metric, endpoints }: Choices) {
  const labels = Object.entries(CHAIN).map(([label, title], index, all) => {
    const matchers = all.slice(0, index).map(([before]) => `${before}=~"$${before}"`);
    const source = label === 'job' || label === 'instance' ? metric : accountMetric;
    const selector = matchers.length > 0 ? `${source}{${matchers.join(', ')}}` : source;
    return variable(label, title, `label_values(${selector}, ${label})`);
  });
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    ...labels,
    ...(endpoints ? [endpointVariable(metric, endpoints)] : []),
  ];
}

const variable = (name: string, title: string, query: string) =>
  new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current(ALL);

/** Offers every endpoint of the time range by its name, and keeps the id that is chosen. */
function endpointVariable(metric: string, endpoints: NonNullable<Choices['endpoints']>) {
  const info = (...matchers: readonly string[]) => ofAccount(endpoints.info, ...matchers);
  const all = once(`last_over_time(${ofAccount(metric)}[$__range])`);
  const query = `query_result(${named(all, { info }, [], '$__range')})`;
  // Prometheus gives labels in the order of the alphabet.
  return variable(endpoints.variable, 'Endpoint', query).regex(
    '/endpoint_id="(?<value>[^"]+)".*name="(?<text>[^"]+)"/',
  );
}
