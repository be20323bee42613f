import {
  ENDPOINT,
  KEY,
  ofAccount,
  ofClientVpn,
  ofSiteToSiteVpn,
  ofWebSocket,
  once,
  rate,
  since,
  total,
} from './queries.ts';

/** What all kinds of endpoints have, under names of their own. */
export interface Domain {
  readonly up: string;
  readonly lastSuccess: string;
  /** Its names and settings, as far as they match. */
  readonly info: (...matchers: readonly string[]) => string;
  /** Whether the accounts and regions of these endpoints could be polled; every living exporter tells of its own. */
  readonly targets: string;
  /** The usual time between passes, in words, and the usual `stale_after`, in seconds. */
  readonly every: string;
  readonly staleAfter: number;
}

const TARGET = 'aws_connections_exporter_target_up';

/** Client VPN endpoints. */
export const CLIENT_VPN: Domain = {
  up: ofClientVpn('aws_client_vpn_up'),
  lastSuccess: ofClientVpn('aws_client_vpn_last_success_timestamp_seconds'),
  info: (...matchers) => ofClientVpn('aws_client_vpn_endpoint_info', ...matchers),
  targets: ofAccount(TARGET, 'collector="client-vpn"'),
  every: '30 seconds',
  staleAfter: 600,
};

/** WebSocket APIs, by stage. */
export const WEBSOCKET: Domain = {
  up: ofWebSocket('aws_websocket_up'),
  lastSuccess: ofWebSocket('aws_websocket_last_success_timestamp_seconds'),
  info: (...matchers) => ofWebSocket('aws_websocket_endpoint_info', ...matchers),
  targets: ofAccount(TARGET, 'collector="websocket"'),
  every: 'minute',
  staleAfter: 300,
};

/** Site-to-Site VPN connections. */
export const SITE_TO_SITE_VPN: Domain = {
  up: ofSiteToSiteVpn('aws_site_to_site_vpn_up'),
  lastSuccess: ofSiteToSiteVpn('aws_site_to_site_vpn_last_success_timestamp_seconds'),
  info: (...matchers) => ofSiteToSiteVpn('aws_site_to_site_vpn_info', ...matchers),
  targets: ofAccount(TARGET, 'collector="site-to-site-vpn"'),
  every: 'minute',
  staleAfter: 300,
};

/**
 * The rate per second of a counter with labels of its own beside those of the endpoint, summed by these of them or by others. It
 * stops with the passes over the endpoint: what no pass moves would fade as if it had truly fallen.
 */
export const perSecond = (
  { up }: Domain,
  selector: string,
  own: readonly string[] = [],
  by: readonly string[] = own,
): string => total(`${once(rate(selector), ...own)} and on (${KEY}) (${once(up)} == 1)`, by);

/** The rate per minute of a counter, likewise. */
export const perMinute = (...of: Parameters<typeof perSecond>): string => `60 * ${perSecond(...of)}`;

/** The rate of a counter of bytes in bits per second, likewise. */
export const bitsPerSecond = (...of: Parameters<typeof perSecond>): string => `8 * ${perSecond(...of)}`;

/**
 * One value by endpoint that outlives the exporter by an hour. An endpoint that a living exporter of the same job and target no
 * longer tells of is gone, and not remembered.
 */
const lasting = ({ targets }: Domain, selector: string): string =>
  `(${once(selector)} or on (${KEY}) max by (${KEY}) (last_over_time(${selector}[1h]) unless on (job, account_id, region) ${targets}))`;

/** One series by endpoint that is known, whether it can be polled or not. */
export const known = (domain: Domain): string => lasting(domain, domain.up);

/** How old the data of each endpoint is, in seconds. */
export const dataAge = (domain: Domain): string => since(lasting(domain, domain.lastSuccess));

/** The state of each endpoint that is known: 1 if its last pass was complete, 0 if not, -1 if its exporter is down. */
export const state = (domain: Domain): string => `${once(domain.up)} or on (${KEY}) 0 * ${known(domain)} - 1`;

/** How many endpoints could not be polled in the last pass. */
export const notUp = ({ up }: Domain): string => total(`1 - ${once(up)}`);

/** Keeps a place for what each of these has no value of, so that a table does not lose the column. */
export const inPlace = (expr: string, all: string, by: readonly string[] = ENDPOINT): string =>
  `(${expr}) or on (${by.join(', ')}) NaN * ${all}`;

/**
 * The sum of a gauge of endpoints, with how many of them it is of as labels: `counted` of those that are `known`. Once the data
 * of an endpoint is stale, a sum would lack it silently.
 */
export function totalOf(domain: Domain, byEndpoint: string): string {
  const count = (label: string, expr: string) =>
    `* on () group_left (${label}) count_values("${label}", count(${expr}))`;
  return `${total(byEndpoint)} ${count('counted', byEndpoint)} ${count('known', known(domain))}`;
}

/** The legend of `totalOf`. */
export const COUNTED = '{{counted}} of {{known}} endpoints';
