import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './targets.ts';

const ALL = { selected: true, text: ['All'], value: ['$__all'] };

/** The names and labels of the variables that narrow a dashboard, after the data source. */
const CHAIN = [
  { variable: 'job', from: 'job', label: 'Job' },
  { variable: 'instance', from: 'instance', label: 'Instance' },
  { variable: 'account_id', from: 'account_id', label: 'Account' },
  { variable: 'region', from: 'region', label: 'Region' },
];

/** Where the values of the variables come from. */
export interface Choices {
  /** A metric that exists whenever the dashboard has something to show. */
  readonly metric: string;
  /** The metric with accounts and regions, if that one has none. */
  readonly accountMetric?: string;
  /** The name of the variable for endpoints, where there is one. */
  readonly endpointVariable?: string;
}

/** The data source, then every label that narrows the dashboard, each among what those before it leave. */
export function variables({ metric, accountMetric = metric, endpointVariable }: Choices) {
  const endpoint = { variable: endpointVariable ?? '', from: 'endpoint_id', label: 'Endpoint' };
  const chain = endpointVariable === undefined ? CHAIN : [...CHAIN, endpoint];
  const datasource = new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
  return [
    datasource,
    ...chain.map(({ variable, from, label }, index) => {
      const matchers = chain.slice(0, index).map((before) => `${before.from}=~"$${before.variable}"`);
      const source = from === 'job' || from === 'instance' ? metric : accountMetric;
      const selector = matchers.length > 0 ? `${source}{${matchers.join(', ')}}` : source;
      const query = `label_values(${selector}, ${from})`;
      return new QueryVariableBuilder(variable)
        .label(label)
        .datasource(DATASOURCE)
        .query(query)
        .definition(query)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc)
        .multi(true)
        .includeAll(true)
        .allValue('.+')
        .current(ALL);
    }),
  ];
}
