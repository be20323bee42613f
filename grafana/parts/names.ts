import { type Domain, known } from './domains.ts';
import { KEY, once } from './queries.ts';

/** These labels of each endpoint, one series each: those of its info, else the last that it had within this time. */
function lastInfo(info: string, labels: readonly string[], within = '1h'): string {
  const one = (series: string) => `topk by (${KEY}) (1, ${once(series, ...labels)})`;
  return `(${one(info)} or on (${KEY}) ${one(`last_over_time(${info}[${within}])`)})`;
}

/**
 * Adds the label `name` to the series of endpoints, from their info, which it outlives by an hour. A name that several endpoints
 * have gets the id behind it; what has no name is called by its id.
 */
export function named(
  expr: string,
  domain: Pick<Domain, 'info'>,
  labels: readonly string[] = [],
  within = '1h',
): string {
  const names = lastInfo(domain.info('name!=""'), ['name'], within);
  const unique = `${names} and on (name) (count by (name) (${names}) == 1)`;
  const distinct = `(${unique} or on (${KEY}) label_join(${names}, "name", " ", "name", "endpoint_id"))`;
  const byId = `label_join(${expr}, "name", "", "endpoint_id")`;
  return `(${expr}) * on (${KEY}) group_left (name) ${distinct} or on (${[KEY, ...labels].join(', ')}) ${byId}`;
}

/** The legend of series that `named` has made. */
export const NAMED = '{{name}}';

/** These labels of every endpoint that is known, as they are or were last. */
export const settingsOf = (domain: Domain, labels: readonly string[]): string =>
  `${lastInfo(domain.info(), labels)} and on (${KEY}) ${known(domain)}`;
