import { z } from 'zod';
import { clientVpnConfig } from '../collectors/client-vpn/config.ts';
import { cronProblem, longestIntervalMs } from '../schedule/cron.ts';
import { formatDuration } from './duration.ts';
import { count, duration, evenWithProblems, optionalText } from './fields.ts';
import { targetsConfig } from './targets.ts';

/** The section of each domain; one line adds a domain. */
const domains = {
  client_vpn: clientVpnConfig,
};

/** The keys of sections that this version refuses, each with the sentence that says so. */
export const laterKeys: ReadonlyMap<string, string> = new Map([
  ['websocket', 'WebSocket APIs are not supported by this version; remove this section'],
  ['intake', 'the intake of WebSocket events is not supported by this version; remove this section'],
]);

/** The keys that name a file, which must be readable and not empty. */
export const fileKeys: readonly (readonly [section: string, key: string])[] = [
  ['aws', 'ca_bundle'],
  ['client_vpn', 'identity_key_file'],
];

const url = z.url({
  protocol: /^https?$/,
  // The value is not repeated: a URL can hold a password.
  error: 'expected a URL such as https://ec2.eu-west-1.amazonaws.com',
});

const awsConfig = z
  .strictObject({
    endpoint_url: url
      .nullable()
      .default(null)
      .describe('URL that replaces the endpoint of every AWS service.'),
    endpoint_urls: z
      .partialRecord(z.enum(['ec2', 'sts']), url)
      .default({})
      .describe('The same for single services: ec2, sts.'),
    ca_bundle: optionalText().describe('PEM file of the authorities to trust; relative to this file.'),
    connect_timeout: duration('5s', '1h').describe('Deadline of opening a connection to AWS.'),
    request_timeout: duration('20s', '1h').describe('Deadline of one request to AWS.'),
    max_attempts: count(4).describe('How often a request is tried, the first time included.'),
  })
  .prefault({})
  .describe('How AWS is reached.');

/** The configuration file: every key with its default; an unknown key is a problem; durations become milliseconds. */
export const configSchema = z
  .strictObject({ targets: targetsConfig, aws: awsConfig, ...domains })
  .superRefine((config, { addIssue }) => {
    for (const domain of Object.keys(domains) as (keyof typeof domains)[]) {
      for (const { key, message } of scheduleProblems(config[domain])) {
        addIssue({ code: 'custom', path: [domain, key], message });
      }
    }
  }, evenWithProblems);

/** A configuration that has no problems; keys as in the file, durations in milliseconds. */
export type Config = z.output<typeof configSchema>;

interface Scheduled {
  readonly schedule: string;
  readonly timeout: number;
  readonly stale_after: number;
}

/** Judges what can be judged: a key that is wrong by itself is not a number or a text here. */
function* scheduleProblems(section: Partial<Record<keyof Scheduled, unknown>> | undefined) {
  const { schedule, timeout, stale_after: staleAfter } = section ?? {};
  if (typeof schedule !== 'string') return;
  const problem = cronProblem(schedule);
  if (problem !== undefined) {
    yield { key: 'schedule', message: problem };
    return;
  }
  if (typeof timeout !== 'number' || typeof staleAfter !== 'number') return;
  const intervalMs = longestIntervalMs(schedule);
  const leastMs = 2 * intervalMs + timeout;
  if (staleAfter >= leastMs) return;
  const message =
    `must be at least two schedule intervals plus timeout: ` +
    `2 × ${formatDuration(intervalMs)} + ${formatDuration(timeout)} = ${formatDuration(leastMs)}, got ${formatDuration(staleAfter)}`;
  yield { key: 'stale_after', message };
}
