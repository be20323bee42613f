import { z } from 'zod';
import { count, evenWithProblems, optionalText } from '../fields/fields.ts';
import { fileName, mark } from '../fields/marks.ts';
import { toListenAddress } from '../server/listen.ts';

/** The `intake` section of the configuration file, every key with its default. */
export const intakeConfig = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether events of WebSocket APIs are taken in over HTTP.'),
    listen_address: z
      .string({ error: 'expected text such as ":10177", in quotes' })
      .superRefine((text, { addIssue }) => {
        const address = toListenAddress(text);
        if (typeof address === 'string') addIssue({ code: 'custom', message: address });
      })
      .default(':10177')
      .describe('Address of the intake, host:port or :port; nothing else is served there.'),
    token_file: fileName().describe(
      'File with the secrets, one a line, of which events carry one in the header X-Intake-Token; relative to this file.',
    ),
    allow_unauthenticated: z
      .boolean()
      .default(false)
      .describe('Whether whoever reaches the intake is believed, without a token.'),
    web_config_file: mark(optionalText(), { file: 'web' }).describe(
      'File with TLS, users, headers and a rate limit of the intake, in the format of --web.config.file; relative to this file.',
    ),
    max_connections: count(1_000_000).describe(
      'Most connections remembered; events of more are counted only.',
    ),
  })
  .refine((config) => config.enabled !== true || config.token_file !== null || config.allow_unauthenticated, {
    ...evenWithProblems,
    path: ['token_file'],
    error:
      'the intake needs a file with a secret here, or allow_unauthenticated: true where only API Gateway can reach it',
  })
  .refine((config) => config.token_file === null || config.allow_unauthenticated !== true, {
    ...evenWithProblems,
    path: ['allow_unauthenticated'],
    error: 'contradicts token_file: leave out the one or the other',
  })
  .prefault({})
  .describe('Intake of the events of WebSocket APIs.');

/** The parsed `intake` section. */
export type IntakeConfig = z.output<typeof intakeConfig>;

/** Why a text holds no tokens, one a line, which are sent in a header; blank lines and white space around a token do not count. */
export function tokenProblem(text: string): string | undefined {
  const expected =
    'must hold one word of visible ASCII a line, for it is sent in a header: openssl rand -hex 32 makes one';
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.every((line) => line === '')) return expected;
  const bad = lines.flatMap((line, index) => (/^[!-~]*$/.test(line) ? [] : [index + 1]));
  return bad.length === 0 ? undefined : `${expected}. Not so: line ${bad.slice(0, 10).join(', ')}`;
}
