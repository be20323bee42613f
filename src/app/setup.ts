import type { Calls } from '../aws/calls.ts';
import type { Aws } from '../aws/clients.ts';
import { type DomainKey, eachDomain, type Sections } from '../collectors/index.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Collector } from '../core/collector.ts';
import type { Deps, Domain, Setting } from '../polling/domain.ts';
import { longestIntervalMs } from '../schedule/cron.ts';
import { openAws, resolvePolledTargets } from './aws.ts';

/** A domain that a configuration enables. */
export interface Part {
  /** The domain as people call it. */
  readonly title: string;
  /** What the numbers of its endpoints count. */
  readonly counted: string;
  readonly collector: Collector;
  readonly schedule: string;
  /** The longest time between two slots of the schedule. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly staleAfterMs: number;
}

/** Everything that one configuration brings up, and a reload replaces. */
export interface Setup {
  readonly config: Config;
  readonly aws: Aws;
  /** By the domain's name. */
  readonly parts: ReadonlyMap<string, Part>;
}

type Shared = Omit<Setting<unknown>, 'config'>;

/** Starts every domain of the table, for the life of the process; the returned function sets them up for one configuration, or rejects. */
export function startDomains(
  deps: Deps,
): (config: Config, awsDeps: { clock: Clock; calls: Calls }) => Promise<Setup> {
  const opens = eachDomain((key, domain) => startDomain(key, domain, deps));
  const lastAccounts = new Map<string, string>();
  return async (config, { clock, calls }) => {
    const targets = await resolvePolledTargets(config);
    const aws = openAws(config, { clock, calls, lastAccounts, logger: deps.logger });
    const shared = { targets, aws, house: config };
    const parts = new Map<string, Part>();
    for (const { name, open } of opens) {
      const part = await open(config, shared);
      if (part) parts.set(name, part);
    }
    return { config, aws, parts };
  };
}

function startDomain<K extends DomainKey>(key: K, domain: Domain<Sections[K]>, deps: Deps) {
  const open = domain.start(deps);
  return {
    name: domain.name,
    open: async (config: Config, shared: Shared): Promise<Part | undefined> => {
      const { [key]: own } = config;
      if (!own.enabled) return undefined;
      const aws = shared.aws.ofSection(key, domain.limits?.(own) ?? {});
      const collector = await open({ ...shared, aws, config: own });
      // They begin at 0: of a counter that begins with its first event, no rate ever sees that event.
      for (const field of domain.rejectable) deps.rejected.add({ collector: domain.name, field }, 0);
      return {
        title: domain.title,
        counted: domain.counted,
        collector,
        schedule: own.schedule,
        intervalMs: longestIntervalMs(own.schedule),
        timeoutMs: own.timeout,
        staleAfterMs: own.stale_after,
      };
    },
  };
}
