import { z } from 'zod';
import { APIS } from '../aws/connection.ts';
import { type DomainKey, domains, eachDomain } from '../collectors/index.ts';
import { formatDuration } from '../fields/duration.ts';
import { count, duration, evenWithProblems, wholeNumber } from '../fields/fields.ts';
import { fileName } from '../fields/marks.ts';
import type { Fault, Section } from '../polling/domain.ts';
import { cronProblem, longestIntervalMs } from '../schedule/cron.ts';
import { intakeConfig } from './intake.ts';
import { soundness } from './sound.ts';
import { targetsConfig } from './targets.ts';

/** The section of each domain, by its key. */
const sections = Object.fromEntries(Object.entries(domains).map(([key, { config }]) => [key, config])) as {
  readonly [K in DomainKey]: (typeof domains)[K]['config'];
};

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
      .partialRecord(z.enum(APIS), url)
      .default({})
      .describe(`The same for single services: ${APIS.join(', ')}.`),
    ca_bundle: fileName().describe('PEM file of the authorities to trust; relative to this file.'),
    connect_timeout: duration('5s', '1h').describe('Deadline of opening a connection to AWS.'),
    request_timeout: duration('20s', '1h').describe('Deadline of one request to AWS.'),
    max_attempts: count(4).describe('How often a request is tried, the first time included.'),
  })
  .prefault({})
  .describe('How AWS is reached.');

const limitsConfig = z
  .strictObject({
    series: wholeNumber(1_000)
      .default(500_000)
      .describe(
        'Most series of the exposition; past it whole metric families are left out, the least important first.',
      ),
  })
  .prefault({})
  .describe('Bounds on what the exporter makes.');

/** The configuration file: every key with its default; an unknown key is a problem; durations become milliseconds. */
export const configSchema = z
  .strictObject({
    targets: targetsConfig,
    aws: awsConfig,
    ...sections,
    intake: intakeConfig,
    limits: limitsConfig,
  })
  .superRefine((config, { addIssue, issues }) => {
    const isSound = soundness(issues);
    eachDomain((key, domain) => {
      const own = domain.problems?.(config[key], config, isSound) ?? [];
      for (const { keys, message } of [...own, ...scheduleProblems(config[key])])
        addIssue({ code: 'custom', path: [key, ...keys], message });
    });
  }, evenWithProblems);

/** A configuration that has no problems; keys as in the file, durations in milliseconds. */
export type Config = z.output<typeof configSchema>;

/** Judges what can be judged: a key that is wrong by itself is not a number or a text here. */
function* scheduleProblems(section: Partial<Record<keyof Section, unknown>> | undefined): Iterable<Fault> {
  const { schedule, timeout, stale_after: staleAfter } = section ?? {};
  if (typeof schedule !== 'string') return;
  const problem = cronProblem(schedule);
  if (problem !== undefined) {
    yield { keys: ['schedule'], message: problem };
    return;
  }
  if (typeof timeout !== 'number' || typeof staleAfter !== 'number') return;
  const intervalMs = longestIntervalMs(schedule);
  const leastMs = 2 * intervalMs + timeout;
  if (staleAfter >= leastMs) return;
  const message =
    `must be at least two schedule intervals plus timeout: ` +
    `2 × ${formatDuration(intervalMs)} + ${formatDuration(timeout)} = ${formatDuration(leastMs)}, got ${formatDuration(staleAfter)}`;
  yield { keys: ['stale_after'], message };
}
