import { Calls } from '../aws/calls.ts';
import { openAws, resolveTargets } from '../aws-settings.ts';
import type { Verdict } from '../collectors/domain.ts';
import { domains } from '../collectors/index.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import type { Args } from './args.ts';
import { readConfig } from './configuration.ts';
import { abortOnSignal } from './signals.ts';
import { formatTable } from './table.ts';

/** Says whether the configuration can be used and, with --aws, what AWS would allow. */
export async function check({ flags }: Args): Promise<number> {
  const path = flags['config.file'];
  const loaded = readConfig(path);
  if ('problems' in loaded) {
    const count = `${loaded.problems.length} problem${loaded.problems.length === 1 ? '' : 's'} found`;
    process.stdout.write(`${loaded.problems.join('\n')}\n${count}\n`);
    return 1;
  }
  process.stdout.write(`${path ?? 'The default configuration'} is valid\n`);
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
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    release();
    aws.close();
  }
  const rows = verdicts.map(({ action, resource, answer, reason }) => [action, resource, answer, reason]);
  process.stdout.write(formatTable(['ACTION', 'RESOURCE', 'RESULT', 'REASON'], rows));
  return verdicts.every(({ answer }) => answer === 'allowed' || answer === 'not asked') ? 0 : 1;
}
