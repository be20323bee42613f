import { type Catalogue, readCatalogue } from '../support/catalogue.ts';
import { toQuery } from '../support/promql.ts';
import { rules } from './rule-files.ts';

/** Labels that Prometheus writes on every series of a target. */
const TARGET = ['job', 'instance'];

/** What the first part of a record's name can say, and the label it means. */
const LABELS = new Map([
  ['account', 'account_id'],
  ['region', 'region'],
  ['endpoint', 'endpoint_id'],
  ['collector', 'collector'],
  ['status', 'status'],
  ['tunnel', 'tunnel'],
  ['source', 'source'],
  ['name', 'name'],
  ...TARGET.map((label) => [label, label] as const),
]);

/** The labels of a record, as its name tells them; throws at one that tells something else. */
function labelsOf(record: string): ReadonlySet<string> {
  const [level = ''] = record.split(':');
  const labels = level.split('_').map((part) => LABELS.get(part));
  if (labels.includes(undefined)) throw new Error(`${record} does not begin with its labels`);
  return new Set(labels.filter((label) => label !== undefined));
}

const records = rules.flatMap(({ record }) => (record ? [[record, labelsOf(record)] as const] : []));
/** What cAdvisor says of containers, and the operator of targets. */
const CONTAINER = ['namespace', 'pod', 'container'];
const known: Catalogue = new Map([
  ...readCatalogue(),
  ...records,
  ['container_spec_memory_limit_bytes', new Set(CONTAINER)],
]);

/** The metrics that a query names and nobody has, and the labels that none of its metrics has; throws at what is no PromQL. */
export function unknownNames(query: string): readonly string[] {
  const { selectors, labels } = toQuery(query);
  const metrics = selectors.map(({ metric }) => metric);
  const has = [...TARGET, ...metrics.flatMap((metric) => [...(known.get(metric) ?? [])])];
  return [
    ...metrics.filter((metric) => !known.has(metric)),
    ...[...labels].filter((label) => !has.includes(label)),
  ];
}
