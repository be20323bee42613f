import type { ConfigOf, Domain, Section } from '../polling/domain.ts';
import { clientVpn } from './client-vpn/index.ts';
import { siteToSiteVpn } from './site-to-site-vpn/index.ts';
import { websocket } from './websocket/index.ts';

/** THE TABLE: every domain, by its configuration key. */
export const domains = {
  client_vpn: clientVpn,
  websocket,
  site_to_site_vpn: siteToSiteVpn,
} as const;

/** The configuration key of a domain. */
export type DomainKey = keyof typeof domains;

/** The sections of all domains, by their keys. */
export type Sections = { readonly [K in DomainKey]: ConfigOf<(typeof domains)[K]> };

const table: { readonly [K in DomainKey]: Domain<Sections[K] & Section> } = domains;

/** What `use` makes of every domain of the table, in its order. */
export function eachDomain<T>(use: <K extends DomainKey>(key: K, domain: Domain<Sections[K]>) => T): T[] {
  const useOne = <K extends DomainKey>(key: K) => use(key, table[key]);
  return (Object.keys(table) as DomainKey[]).map(useOne);
}
