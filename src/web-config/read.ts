import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { toDocument } from '../config/document.ts';
import { toMessage } from '../config/messages.ts';
import { formatProblems, nothingButOne, type Problem, toPath } from '../config/problems.ts';
import { Spelled } from '../config/spelled.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { nearest } from '../fields/nearest.ts';
import { readSmallFile, toLook } from '../files/small-file.ts';
import type { WebConfig, WebConfigRead } from './model.ts';
import { rateLimitWarnings, toRateLimit } from './rate-limit.ts';
import type { Remark } from './remark.ts';
import { KNOWN_KEYS, type WebConfigFile, webConfigSchema } from './schema.ts';
import { isWanted, judgeTls, type ReadNamed } from './tls.ts';
import { toHash, userWarnings } from './users.ts';

/** Reads and checks a file of `--web.config.file` and the files that it names, as Prometheus' exporter-toolkit does; never throws. */
export function readWebConfig(path: string, clock: Clock = systemClock): WebConfigRead {
  const looks = new Map<string, string>();
  const read = (file: string) => {
    try {
      const content = readSmallFile(file);
      looks.set(file, toLook(content));
      return { path: file, text: content.toString() };
    } catch (error) {
      looks.set(file, toLook(error));
      // `ENOENT: no such file or directory, open '…'`: the path is told anyway.
      const [reason] = String(error instanceof Error ? error.message : error).split(', ');
      return { path: file, problem: `cannot be read: ${reason}` };
    }
  };
  const refuse = (problems: readonly Problem[]) => ({
    looks,
    problems: formatProblems(problems, path).split('\n'),
  });

  const file = read(path);
  if ('problem' in file) return refuse([{ path: '', message: file.problem ?? '' }]);
  const document = toDocument(file.text, { version: '1.1', isSpelled: true });
  const toProblem = ({ keys, message }: Remark): Problem => {
    const line = document.lineOf(keys);
    return { path: toPath(keys), ...(line !== undefined && { line }), message };
  };
  const { data } = document;
  if (data === undefined && document.problems.length > 0) return refuse(document.problems);
  const scalar = data instanceof Spelled ? data.value : data;
  if (data != null && typeof scalar !== 'object')
    return refuse([...document.problems, nothingButOne(typeof scalar)]);
  const judged = judge(data ?? {}, (name) => read(resolve(dirname(path), name)), clock.now());
  const problems = [...document.problems, ...judged.problems.map(toProblem)];
  if (!judged.config || problems.length > 0)
    return refuse(problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  const warnings = judged.warnings.map(toProblem);
  return {
    looks,
    config: judged.config,
    warnings: formatProblems(warnings, path).split('\n').filter(Boolean),
  };
}

interface Judged {
  readonly problems: readonly Remark[];
  readonly warnings: readonly Remark[];
  readonly config?: WebConfig;
}

function judge(data: unknown, readNamed: ReadNamed, now: number): Judged {
  const parsed = webConfigSchema.safeParse(data, { error: toMessage });
  if (!parsed.success) return { problems: parsed.error.issues.flatMap(toRemarks), warnings: [] };
  const { tls_server_config: section, http_server_config: http, rate_limit: limit } = parsed.data;
  const users = parsed.data.basic_auth_users ?? {};
  // A section that is null has all its switches off.
  const http2 = http === undefined || http?.http2 === true;
  const verdict = section && isWanted(section) ? judgeTls(section, { http2, readNamed, now }) : undefined;
  const warnings = [
    ...(verdict?.warnings ?? []),
    ...plainWarnings(parsed.data),
    ...userWarnings(users),
    ...rateLimitWarnings(limit),
  ];
  const config = {
    tls: verdict?.tls,
    headers: http?.headers ?? {},
    users: new Map(Object.entries(users).map(([name, hash]) => [name, toHash(hash)])),
    rateLimit: toRateLimit(limit),
  };
  const problems = verdict?.problems ?? [];
  return { problems, warnings, ...(problems.length === 0 && { config }) };
}

/** What is dangerous about plain HTTP, where that is what the file comes to. */
function* plainWarnings({
  tls_server_config: section,
  basic_auth_users: users,
}: WebConfigFile): Iterable<Remark> {
  if (section && isWanted(section)) return;
  if (section)
    yield {
      keys: ['tls_server_config'],
      message:
        'it turns TLS not on, for it names no certificate: what it says has no effect, and HTTP is plain; set cert_file and key_file',
    };
  if (Object.keys(users ?? {}).length > 0)
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
