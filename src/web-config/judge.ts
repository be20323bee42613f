import type { z } from 'zod';
import { toMessage } from '../config/messages.ts';
import { toPath } from '../config/problems.ts';
import { nearest } from '../fields/nearest.ts';
import { toHeaderValue } from './headers.ts';
import type { WebConfig } from './model.ts';
import type { ReadNamed } from './pem.ts';
import { rateLimitWarnings, toRateLimit } from './rate-limit.ts';
import type { Remark } from './remark.ts';
import { KNOWN_KEYS, tlsSchema, type WebConfigFile, webConfigSchema } from './schema.ts';
import { isWanted, judgeTls } from './tls.ts';
import { toHash, userWarnings } from './users.ts';

/** What is wrong in a file, or else what it says, and what is dangerous in it. */
export interface Judged {
  readonly problems: readonly Remark[];
  readonly warnings: readonly Remark[];
  /** Undefined where there are problems. */
  readonly config: WebConfig | undefined;
}

/** Judges the data of such a file, at this time in milliseconds. */
export function judge(data: object, readNamed: ReadNamed, now: number): Judged {
  const parsed = webConfigSchema.safeParse(data, { error: toMessage });
  const file = parsed.data ?? { tls_server_config: soundTls(data) };
  const { tls_server_config: section, http_server_config: http, rate_limit: limit } = file;
  const users = file.basic_auth_users ?? new Map<string, string>();
  // A section that is null has all its switches off.
  const http2 = parsed.success && (http === undefined || http?.http2 === true);
  const tls = section && isWanted(section) ? judgeTls(section, { http2, readNamed, now }) : undefined;
  const problems = [
    ...(parsed.error?.issues ?? []).flatMap(toRemarks),
    ...(tls && 'problems' in tls ? tls.problems : []),
  ];
  if (!parsed.success || (tls && 'problems' in tls)) return { problems, warnings: [], config: undefined };
  const config = {
    tls: tls?.tls,
    headers: Object.fromEntries(mapValues(http?.headers ?? [], toHeaderValue)),
    users: mapValues(users, toHash),
    rateLimit: toRateLimit(limit),
  };
  const warnings = [
    ...(tls?.warnings ?? plainWarnings(file)),
    ...userWarnings(users),
    ...rateLimitWarnings(limit),
  ];
  return { problems, warnings, config };
}

/** The section of TLS where the problems are elsewhere, so that those in its files are told at once. */
function soundTls(data: object): WebConfigFile['tls_server_config'] {
  return tlsSchema.safeParse('tls_server_config' in data ? data.tls_server_config : undefined).data;
}

/** What is dangerous in a file that leaves HTTP plain. */
function* plainWarnings({
  tls_server_config: section,
  basic_auth_users: users,
}: WebConfigFile): Iterable<Remark> {
  if (section)
    yield {
      keys: ['tls_server_config'],
      message:
        'it does not turn TLS on, for it names no certificate, so HTTP is plain; set cert_file and key_file, or take it away',
    };
  if (users?.size)
    yield {
      keys: ['basic_auth_users'],
      message:
        'without TLS, passwords can be read by whoever sees the traffic; set tls_server_config, or let a proxy in front do it',
    };
}

function toRemarks(issue: z.core.$ZodIssue): readonly Remark[] {
  const { path: keys, message } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ keys, message }];
  return issue.keys.map((key) => {
    const known = KNOWN_KEYS.get(toPath(keys)) ?? [];
    return { keys: [...keys, key], message: `unknown key, did you mean ${nearest(key, known)}?` };
  });
}

function mapValues(
  of: Iterable<readonly [string, string]>,
  to: (value: string) => string,
): ReadonlyMap<string, string> {
  return new Map([...of].map(([key, value]) => [key, to(value)]));
}
