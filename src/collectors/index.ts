import { clientVpn } from './client-vpn/index.ts';
import { websocket } from './websocket/index.ts';

/** THE TABLE: every domain, by its configuration key. */
export const domains = {
  client_vpn: clientVpn,
  websocket,
} as const;
