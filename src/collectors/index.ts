import { clientVpn } from './client-vpn/index.ts';

/** THE TABLE: every domain, by its configuration key. */
export const domains = {
  client_vpn: clientVpn,
} as const;
