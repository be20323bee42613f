import type { Calls } from './aws/calls.ts';
import type { Aws } from './aws/clients.ts';
import { openAws, resolveTargets } from './aws-settings.ts';
import type { Deps } from './collectors/domain.ts';
import { domains } from './collectors/index.ts';
import type { Config } from './config/schema.ts';
import type { Clock } from './core/clock.ts';
import type { Collector } from './core/collector.ts';

/** A domain that a configuration enables. */
export interface Part {
  readonly collector: Collector;
  readonly schedule: string;
  readonly timeoutMs: number;
}

/** Everything that one configuration brings up, and a reload replaces. */
export interface Setup {
  readonly config: Config;
  readonly aws: Aws;
  /** By the domain's name. */
  readonly parts: ReadonlyMap<string, Part>;
}

type Key = keyof typeof domains;

/** Starts every domain of the table, for the life of the process; the returned function sets them up for one configuration, or rejects. */
export function startDomains(
  deps: Deps,
): (config: Config, awsDeps: { clock: Clock; calls: Calls }) => Promise<Setup> {
  const opens = (Object.keys(domains) as Key[]).map((key) => ({ key, open: domains[key].start(deps) }));
  return async (config, { clock, calls }) => {
    const targets = await resolveTargets(config);
    const aws = openAws(config, clock, calls);
    const parts = new Map<string, Part>();
    for (const { key, open } of opens) {
      const own = config[key];
      if (!own.enabled) continue;
      const collector = await open({ config: own, targets, aws });
      parts.set(domains[key].name, { collector, schedule: own.schedule, timeoutMs: own.timeout });
    }
    return { config, aws, parts };
  };
}
