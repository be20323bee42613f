import { type Catalogue, readCatalogue } from '../support/catalogue.ts';
import { toQuery } from '../support/promql.ts';
import { rules } from './rule-files.ts';

/** Labels that Prometheus writes on every series of a target. */
const TARGET = ['job', 'instance'];

const ENDPOINT = ['account_id', 'region', 'endpoint_id'];
const records = rules.flatMap(({ record }) => (record ? [[record, new Set(ENDPOINT)] as const] : []));
const known: Catalogue = new Map([...readCatalogue(), ...records]);

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
