import { openAws, resolvePolledTargets } from '../app/aws.ts';
import { createLogger } from '../app/log.ts';
import { Calls } from '../aws/calls.ts';
import { environmentWarnings } from '../aws/environment.ts';
import { eachDomain } from '../collectors/index.ts';
import { awaitedFiles, read } from '../config/files.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import { insistOnRegularFile } from '../files/small-file.ts';
import type { Verdict } from '../polling/domain.ts';
import { readWebConfig } from '../web-config/read.ts';
import type { Args } from './args.ts';
import { readConfig } from './configuration.ts';
import { print } from './output.ts';
import { abortAfter, abortOnSignal } from './signals.ts';
import { formatTable } from './table.ts';

/** Says whether the configuration can be used and, with --aws, what AWS would allow. */
export async function check({ flags }: Args): Promise<number> {
  const { 'config.file': path, 'web.config.file': webPath } = flags;
  const loaded = readConfig(path);
  const web = webPath === undefined ? undefined : readWebConfig(webPath);
  const webProblems = web && 'problems' in web ? web.problems : [];
  if ('problems' in loaded || webProblems.length > 0) {
    const refused = 'problems' in loaded ? loaded : { problems: [], count: 0 };
    const count = refused.count + webProblems.length;
    const lines = [
      ...refused.problems,
      ...webProblems,
      `${count} ${count === 1 ? 'problem' : 'problems'} found`,
    ];
    await print(`${lines.join('\n')}\n`);
    return 1;
  }
  await print(`${path ?? 'The default configuration'} is valid\n`);
  if (webPath !== undefined) await print(`${webPath} is valid\n`);
  const { config, warnings } = loaded;
  const webWarnings = web && 'warnings' in web ? web.warnings : [];
  const besides = [...environmentWarnings(process.env), ...fileWarnings(config)];
  for (const warning of [...warnings, ...webWarnings, ...besides]) await print(`warning: ${warning}\n`);
  return flags.aws ? askAws(config, flags) : 0;
}

/** Whoever writes these may not have begun yet, so a start goes on without; the endpoint fails until then. */
function* fileWarnings(config: Config): Iterable<string> {
  for (const { key, path } of awaitedFiles(config)) {
    const file = read(path, (name) => {
      insistOnRegularFile(name);
      return '';
    });
    if ('problem' in file)
      yield `${key}: ${path} ${file.problem}; its endpoint fails in every pass until it can be read`;
  }
}

async function askAws(config: Config, flags: Args['flags']): Promise<number> {
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  const clock = systemClock;
  const aws = openAws(config, { clock, calls: new Calls(clock), logger });
  const { signal, release } = abortOnSignal();
  let verdicts: readonly Verdict[];
  try {
    const targets = await resolvePolledTargets(config);
    const shared = { targets, house: config };
    const asked = eachDomain((key, domain) => {
      const { [key]: own } = config;
      if (!own.enabled) return [];
      const setting = { ...shared, config: own, aws: aws.ofSection(key, domain.limits?.(own) ?? {}) };
      const inTime = abortAfter(clock, signal, own.timeout, `${key}.timeout`);
      return targets.map((target) => collect(domain.ask(setting, target, inTime), signal));
    });
    verdicts = (await Promise.all(asked.flat())).flat();
  } catch (error) {
    process.stderr.write(`${toSentence(error)}\n`);
    return 1;
  } finally {
    release();
    aws.close();
  }
  const rows = verdicts.map(({ action, resource, answer, reason }) => [action, resource, answer, reason]);
  // Each collector finds the same trouble in each region of a target.
  const distinct = new Map(rows.map((row) => [JSON.stringify(row), row]));
  await print(formatTable(['ACTION', 'RESOURCE', 'RESULT', 'REASON'], [...distinct.values()]));
  if (signal.aborted) {
    process.stderr.write(`The check was ${toSentence(signal.reason)}: what is not listed was not asked\n`);
    return 1;
  }
  return verdicts.some(({ isFailure }) => isFailure) ? 1 : 0;
}

/** The verdicts that came before somebody stopped it. */
async function collect(asked: AsyncIterable<Verdict>, stopped: AbortSignal): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for await (const verdict of asked) {
    if (stopped.aborted) break;
    verdicts.push(verdict);
  }
  return verdicts;
}
