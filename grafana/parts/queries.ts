/** What keeps the series of one endpoint apart, whichever replica or restart of the exporter they came from. */
export const ENDPOINT = ['account_id', 'region', 'endpoint_id'] as const;

/** The same, as a list in a query. */
export const KEY = ENDPOINT.join(', ');

const TARGET = ['job=~"$job"', 'instance=~"$instance"'];
const ACCOUNT = ['account_id=~"$account_id"', 'region=~"$region"'];

/** The labels of a metric, as matchers of all variables that narrow it. */
export type Scope = (metric: string, ...matchers: readonly string[]) => string;

/** Selects the exporter's own series and those of its process. */
export const ofExporter: Scope = (metric, ...matchers) => `${metric}{${[...TARGET, ...matchers].join(', ')}}`;

const BUILD = ofExporter('aws_connections_exporter_build_info');

/** The rate per second of a counter, over a window that always holds several passes and scrapes. */
export const rate = (selector: string): string => `rate(${selector}[$__rate_interval])`;

/** What holds for any program, of exporters only: `All` jobs and instances are those of the whole Prometheus. */
export const ofProcess = (expr: string): string => `${expr} and on (job, instance) ${BUILD}`;

/** The rate per second of a counter of the exporter, for as long as it is scraped: a rate that fades looks like a real drop. */
export const liveRate = (selector: string): string => `(${ofProcess(rate(selector))})`;

/** Whether the scrapes of exporters succeed; what was one within two weeks is one, for as long as it is a target. */
export const scraped = (metric: string): string =>
  `max by (job, instance) (${ofExporter(metric)}) and on (job, instance) last_over_time(${BUILD}[2w])`;

/** Selects series by account and region. */
export const ofAccount: Scope = (metric, ...matchers) => ofExporter(metric, ...ACCOUNT, ...matchers);

/** Selects series by account, region and Client VPN endpoint. */
export const ofClientVpn: Scope = (metric, ...matchers) =>
  ofAccount(metric, 'endpoint_id=~"$endpoint_id"', ...matchers);

/**
 * Selects series by account, region and WebSocket endpoint. Its variable has a name of its own: a link between dashboards hands
 * on the variables that both have, and the id of a Client VPN endpoint would find nothing here.
 */
export const ofWebSocket: Scope = (metric, ...matchers) =>
  ofAccount(metric, 'endpoint_id=~"$websocket_endpoint_id"', ...matchers);

/** Selects series by account, region and Site-to-Site VPN connection, whose variable has a name of its own for the same reason. */
export const ofSiteToSiteVpn: Scope = (metric, ...matchers) =>
  ofAccount(metric, 'endpoint_id=~"$vpn_connection_id"', ...matchers);

/**
 * One series by endpoint and these labels, whatever labels the target has: replicas tell the same, and only one counts. Of the
 * estimates of WebSocket connections each replica draws its own, so that of two the larger counts, by status.
 */
export const once = (expr: string, ...labels: readonly string[]): string =>
  `max by (${[...ENDPOINT, ...labels].join(', ')}) (${expr})`;

/** The sum, by these labels. */
export const total = (expr: string, by: readonly string[] = []): string =>
  by.length > 0 ? `sum by (${by.join(', ')}) (${expr})` : `sum(${expr})`;

/** The sum of a gauge with labels of its own beside those of the endpoint, by these of them or by others. */
export const gauge = (selector: string, own: readonly string[] = [], by = own): string =>
  total(once(selector, ...own), by);

/** Seconds since a time. */
export const since = (timestamp: string): string => `time() - ${timestamp}`;
