import { z } from 'zod';
import { clientVpnConfig } from '../collectors/client-vpn/config.ts';
import { websocketConfig } from '../collectors/websocket/config.ts';
import { cronProblem, longestIntervalMs } from '../schedule/cron.ts';
import { caBundleProblem } from './ca-bundle.ts';
import { formatDuration } from './duration.ts';
import { count, duration, evenWithProblems, optionalText } from './fields.ts';
import { intakeConfig, tokenProblem } from './intake.ts';
import { soundness } from './sound.ts';
import { targetsConfig } from './targets.ts';
import { websocketProblems } from './websocket-problems.ts';

/** The section of each domain; one line adds a domain. */
const domains = {
  client_vpn: clientVpnConfig,
  websocket: websocketConfig,
};

/** A key that names a file, relative to the configuration. */
export interface FileKey {
  /** `*` stands for every item of a list. */
  readonly keys: readonly string[];
  /** Whether it must be readable, and not empty, when the configuration is read. */
  readonly needed: boolean;
  /** What is wrong with what it holds. */
  readonly problem?: (text: string) => string | undefined;
}

/** Every key that names a file. */
export const fileKeys: readonly FileKey[] = [
  { keys: ['aws', 'ca_bundle'], needed: true, problem: caBundleProblem },
  { keys: ['client_vpn', 'identity_key_file'], needed: true },
  { keys: ['websocket', 'endpoints', '*', 'source', 'path'], needed: false },
  { keys: ['websocket', 'discover_source', 'path'], needed: false },
  { keys: ['intake', 'token_file'], needed: true, problem: tokenProblem },
];

const SERVICES = ['ec2', 'sts', 'execute-api', 'apigateway', 'dynamodb'] as const;

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
      .partialRecord(z.enum(SERVICES), url)
      .default({})
      .describe(`The same for single services: ${SERVICES.join(', ')}.`),
    ca_bundle: optionalText().describe('PEM file of the authorities to trust; relative to this file.'),
    connect_timeout: duration('5s', '1h').describe('Deadline of opening a connection to AWS.'),
    request_timeout: duration('20s', '1h').describe('Deadline of one request to AWS.'),
    max_attempts: count(4).describe('How often a request is tried, the first time included.'),
  })
  .prefault({})
  .describe('How AWS is reached.');

/** The configuration file: every key with its default; an unknown key is a problem; durations become milliseconds. */
export const configSchema = z
  .strictObject({ targets: targetsConfig, aws: awsConfig, ...domains, intake: intakeConfig })
  .superRefine((config, { addIssue, issues }) => {
    const faults = websocketProblems({ ...config, isSound: soundness(issues) });
    for (const { keys, message } of faults) {
      addIssue({ code: 'custom', path: [...keys], message });
    }
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
