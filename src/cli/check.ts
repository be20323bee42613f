import { Calls } from '../aws/calls.ts';
import { environmentWarnings } from '../aws/environment.ts';
import { openAws, resolveTargets } from '../aws-settings.ts';
import type { Verdict } from '../collectors/domain.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import { eachDomain } from '../domains.ts';
import { createLogger } from '../log.ts';
import type { Args } from './args.ts';
import { readConfig } from './configuration.ts';
import { print } from './output.ts';
import { abortAfter, abortOnSignal } from './signals.ts';
import { formatTable } from './table.ts';

/** Says whether the configuration can be used and, with --aws, what AWS would allow. */
export async function check({ flags }: Args): Promise<number> {
  const path = flags['config.file'];
  const loaded = readConfig(path);
  if ('problems' in loaded) {
    const { problems, count } = loaded;
    await print(`${problems.join('\n')}\n${count} ${count === 1 ? 'problem' : 'problems'} found\n`);
    return 1;
  }
  await print(`${path ?? 'The default configuration'} is valid\n`);
  for (const warning of [...loaded.warnings, ...environmentWarnings(process.env)])
    await print(`warning: ${warning}\n`);
  return flags.aws ? askAws(loaded.config, flags) : 0;
}

async function askAws(config: Config, flags: Args['flags']): Promise<number> {
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  const clock = systemClock;
  const aws = openAws(config, { clock, calls: new Calls(clock), logger });
  const { signal, release } = abortOnSignal();
  let verdicts: readonly Verdict[];
  try {
    const targets = await resolveTargets(config);
    const shared = { targets, aws, maxConnections: config.intake.max_connections };
    const asked = eachDomain((key, domain) => {
      const { [key]: own } = config;
      if (!own.enabled) return [];
      const inTime = abortAfter(clock, signal, own.timeout, `${key}.timeout`);
      return targets.map((target) => collect(domain.ask({ ...shared, config: own }, target, inTime), signal));
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
  await print(formatTable(['ACTION', 'RESOURCE', 'RESULT', 'REASON'], rows));
  if (signal.aborted) {
    process.stderr.write(`The check was ${toSentence(signal.reason)}: what is not listed was not asked\n`);
    return 1;
  }
  return verdicts.every(({ answer }) => answer === 'allowed' || answer === 'not asked') ? 0 : 1;
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
