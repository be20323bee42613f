import { Calls } from '../aws/calls.ts';
import { openAws, resolveTargets } from '../aws-settings.ts';
import type { Verdict } from '../collectors/domain.ts';
import { domains } from '../collectors/index.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import type { Args } from './args.ts';
import { readConfig } from './configuration.ts';
import { print } from './output.ts';
import { abortOnSignal } from './signals.ts';
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
  return flags.aws ? askAws(loaded.config) : 0;
}

async function askAws(config: Config): Promise<number> {
  const verdicts: Verdict[] = [];
  const aws = openAws(config, systemClock, new Calls(systemClock));
  const { signal, release } = abortOnSignal();
  try {
    const targets = await resolveTargets(config);
    for (const key of Object.keys(domains) as (keyof typeof domains)[]) {
      if (!config[key].enabled) continue;
      const setting = { config: config[key], targets, aws };
      for (const target of targets) {
        for await (const verdict of domains[key].ask(setting, target, signal)) verdicts.push(verdict);
      }
    }
  } catch (error) {
    process.stderr.write(`${toSentence(error)}\n`);
    return 1;
  } finally {
    release();
    aws.close();
  }
  const rows = verdicts.map(({ action, resource, answer, reason }) => [action, resource, answer, reason]);
  await print(formatTable(['ACTION', 'RESOURCE', 'RESULT', 'REASON'], rows));
  return verdicts.every(({ answer }) => answer === 'allowed' || answer === 'not asked') ? 0 : 1;
}
