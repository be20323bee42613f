import { readFileSync } from 'node:fs';
import { toQuery } from '../support/promql.ts';
import { rules } from './rule-files.ts';

/** Labels that Prometheus writes on every series of a target; its `up` has no others. */
const TARGET = ['job', 'instance'];

/** Every series name of docs/metrics.md, those of histograms included, with its labels. */
function documentedMetrics(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \|/gm)];
  return new Map(
    rows.flatMap(([, name = '', type, cell = '']): [string, string[]][] => {
      const labels = [...cell.matchAll(/`(\w+)`/g)].map(([, label = '']) => label);
      if (type !== 'histogram') return [[name, labels]];
      return [
        [`${name}_bucket`, [...labels, 'le']],
        [`${name}_sum`, labels],
        [`${name}_count`, labels],
      ];
    }),
  );
}

const ENDPOINT = ['account_id', 'region', 'endpoint_id'];
const records = rules.flatMap(({ record }): [string, string[]][] => (record ? [[record, ENDPOINT]] : []));
const known = new Map<string, readonly string[]>([...documentedMetrics(), ...records, ['up', TARGET]]);

/** The metrics that a query names and nobody has, and the labels that none of its metrics has; throws at what is no PromQL. */
export function unknownNames(query: string): readonly string[] {
  const { selectors, labels } = toQuery(query);
  const metrics = selectors.map(({ metric }) => metric);
  const has = [...TARGET, ...metrics.flatMap((metric) => known.get(metric) ?? [])];
  return [
    ...metrics.filter((metric) => !known.has(metric)),
    ...[...labels].filter((label) => !has.includes(label)),
  ];
}
