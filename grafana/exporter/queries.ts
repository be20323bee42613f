import { liveRate, ofAccount, ofExporter, since, total } from '../parts/queries.ts';

const exporter = (name: string, ...matchers: readonly string[]) =>
  ofExporter(`aws_connections_exporter_${name}`, ...matchers);

/** The rate per minute of a counter of the exporters, all together, by these labels. */
export const minutely = (name: string, by: readonly string[] = [], ...matchers: readonly string[]): string =>
  `60 * ${total(liveRate(exporter(name, ...matchers)), by)}`;

/** The least value that any exporter gives, by these labels: the bad news. */
export const worst = (name: string, by: readonly string[] = []): string =>
  aggregate('min', exporter(name), by);

/** The greatest value that any exporter gives, by these labels. */
export const greatest = (name: string, by: readonly string[] = []): string =>
  aggregate('max', exporter(name), by);

const aggregate = (how: string, expr: string, by: readonly string[]) =>
  by.length > 0 ? `${how} by (${by.join(', ')}) (${expr})` : `${how}(${expr})`;

/** Whether each target of each collector succeeds for every exporter. */
export const TARGETS = aggregate('min', ofAccount('aws_connections_exporter_target_up'), [
  'collector',
  'account_id',
  'region',
]);

const SUCCESS = exporter('collector_last_success_timestamp_seconds');
const SCRAPED = `${ofExporter('up')} == 1`;

/** Seconds since the last successful pass, by collector; it goes on for an hour while the exporter is down. */
export const SINCE_SUCCESS = since(
  `max by (collector) (${SUCCESS} or last_over_time(${SUCCESS}[1h]) unless on (job, instance) (${SCRAPED}))`,
);

/** The rate per second of requests to AWS, all exporters together, by these labels. */
export const requests = (by: readonly string[]): string =>
  total(liveRate(ofAccount('aws_connections_exporter_aws_requests_total')), by);

/** Requests per minute that AWS answered so, by these labels. */
export const answers = (by: readonly string[], ...matchers: readonly string[]): string =>
  `60 * ${total(liveRate(ofAccount('aws_connections_exporter_aws_request_errors_total', ...matchers)), by)}`;

/** Errors that are faults: that a connection is gone or invalid is an answer, and what look-ups are for. */
export const FAULTS = 'error!~"gone|invalid"';

/** The buckets of the time that requests took, per second, by these labels. */
export const took = (by: readonly string[]): string =>
  total(liveRate(exporter('aws_request_duration_seconds_bucket')), ['le', ...by]);

/** Seconds until the credentials of each target expire, of the exporter whose expire first. */
export const CREDENTIALS_LEFT = `min by (target) (${exporter('credentials_expiry_timestamp_seconds')}) - time()`;

/** Seconds by which the clock of AWS is ahead, by these labels. */
export const clockSkew = (by: readonly string[]): string => greatest('clock_skew_seconds', by);
