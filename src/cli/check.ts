import { Calls } from '../aws/calls.ts';
import { createAws } from '../aws/clients.ts';
import type { Verdict } from '../collectors/domain.ts';
import { domains } from '../collectors/index.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { resolveTargets, toAwsOptions } from '../targets.ts';
import type { Args } from './args.ts';
import { readConfig } from './configuration.ts';
import { untilSignal } from './signals.ts';
import { formatTable } from './table.ts';

/** Says whether the configuration can be used and, with --aws, what AWS would allow. */
export async function check({ flags }: Args): Promise<number> {
  const path = flags['config.file'];
  const loaded = readConfig(path);
  if ('problems' in loaded) {
    process.stdout.write(
      `${loaded.problems.join('\n')}\n${loaded.problems.length} problem${loaded.problems.length === 1 ? '' : 's'} found\n`,
    );
    return 1;
  }
  process.stdout.write(`${path ?? 'The default configuration'} is valid\n`);
  return flags.aws ? askAws(loaded.config) : 0;
}

async function askAws(config: Config): Promise<number> {
  const verdicts: Verdict[] = [];
  const clock = systemClock;
  const aws = createAws(toAwsOptions(config), {
    clock,
    calls: new Calls(clock),
    requestsPerSecond: config.client_vpn.requests_per_second,
  });
  const stop = new AbortController();
  const { stopped, release } = untilSignal();
  void stopped.then(() => stop.abort(new Error('interrupted')));
  try {
    const targets = await resolveTargets(config);
    for (const key of Object.keys(domains) as (keyof typeof domains)[]) {
      if (!config[key].enabled) continue;
      for (const target of targets) {
        for await (const verdict of domains[key].ask(
          { config: config[key], targets, aws },
          target,
          stop.signal,
        ))
          verdicts.push(verdict);
      }
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    release();
    aws.close();
  }
  const rows = verdicts.map(({ action, resource, allowed, reason }) => [
    action,
    resource,
    allowed ? 'allowed' : 'denied',
    reason ?? '',
  ]);
  process.stdout.write(formatTable(['ACTION', 'RESOURCE', 'RESULT', 'REASON'], rows));
  return verdicts.every(({ allowed }) => allowed) ? 0 : 1;
}
