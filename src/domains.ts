import { domains } from './collectors/index.ts';
import type { Config } from './config/schema.ts';
import type { Domain } from './polling/domain.ts';

/** The configuration key of a domain. */
export type DomainKey = keyof typeof domains;

const table: { readonly [K in DomainKey]: Domain<Config[K]> } = domains;

/** What `use` makes of every domain of the table, in its order. */
export function eachDomain<T>(use: <K extends DomainKey>(key: K, domain: Domain<Config[K]>) => T): T[] {
  const useOne = <K extends DomainKey>(key: K) => use(key, table[key]);
  return (Object.keys(table) as DomainKey[]).map(useOne);
}
